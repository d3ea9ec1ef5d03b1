import { countUpTo, latestUpTo } from './place-in-order.ts';
import { createTokenRate } from './token-rate.ts';
import type { LogFollower } from './trace-log.ts';
import type { GaugeSeries, Standing } from './views.ts';

interface Reading {
  readonly index: number;
  readonly atMs: number;
  /** In the order of `COLUMNS`. */
  readonly values: readonly (number | null)[];
}

const COLUMNS = [
  'inFlight',
  'queue',
  'tokensPerSecond',
  'memoryBytes',
  'vramBytes',
  'cpuRatio',
  'pressure',
] as const satisfies readonly (keyof GaugeSeries)[];

const PRESSURES = ['nominal', 'elevated', 'critical'];

/** Follows the readings that are drawn as curves: one entry for each step that changed one of them. */
export function createSeriesIndex() {
  const rate = createTokenRate();
  let readings: Reading[] = [];
  let given: {
    readonly count: number;
    readonly first: Reading | undefined;
    readonly series: GaugeSeries;
  } | null = null;

  const look = (standing: Standing, index: number, atMs: number): void => {
    const values = valuesOf(standing, rate.follow(standing.context.running, atMs));
    const known = readings.at(-1)?.values;
    if (known === undefined || values.some((value, column) => value !== known[column])) {
      readings.push({ index, atMs, values });
    }
  };

  const follower: LogFollower = {
    begin: look,
    step: ({ after, index, atMs }) => look(after, index, atMs),
    drop: (firstIndex) => {
      readings = readings.slice(Math.max(0, countUpTo(readings, firstIndex, indexOf) - 1));
    },
    forget: () => {
      readings = [];
      rate.forget();
    },
  };

  return {
    follower,
    /** Tokens of all running requests in a second; null where no trace tells. */
    tokensPerSecondAt: (index: number): number | null =>
      latestUpTo(readings, index, indexOf)?.values[COLUMNS.indexOf('tokensPerSecond')] ?? null,
    at: (index: number): GaugeSeries => {
      const count = countUpTo(readings, index, indexOf);
      if (given?.count !== count || given.first !== readings[0]) {
        given = { count, first: readings[0], series: columnsOf(readings.slice(0, count)) };
      }
      return given.series;
    },
  };
}

const indexOf = ({ index }: Reading): number => index;

function valuesOf({ context }: Standing, tokensPerSecond: number | null): readonly (number | null)[] {
  const { admission, observation, pressure } = context;
  return [
    admission.inFlight,
    admission.queued,
    tokensPerSecond,
    observation === null ? null : observation.memoryTotalBytes - observation.memoryAvailableBytes,
    observation?.vramUsedBytes ?? null,
    observation?.cpuLoadRatio ?? null,
    PRESSURES.indexOf(pressure),
  ];
}

function columnsOf(readings: readonly Reading[]): GaugeSeries {
  const column = (name: (typeof COLUMNS)[number]): readonly (number | null)[] => {
    const place = COLUMNS.indexOf(name);
    return readings.map(({ values }) => values[place] ?? null);
  };
  return {
    atMs: readings.map(({ atMs }) => atMs),
    inFlight: column('inFlight'),
    queue: column('queue'),
    tokensPerSecond: column('tokensPerSecond'),
    memoryBytes: column('memoryBytes'),
    vramBytes: column('vramBytes'),
    cpuRatio: column('cpuRatio'),
    pressure: column('pressure'),
  };
}
