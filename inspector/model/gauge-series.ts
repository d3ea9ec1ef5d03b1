import { countUpTo, itself } from './place-in-order.ts';
import { createTokenRate } from './token-rate.ts';
import type { LogFollower } from './trace-log.ts';
import type { GaugeSeries, Standing } from './views.ts';

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

type ColumnName = (typeof COLUMNS)[number];
type Columns = { readonly [N in ColumnName]: (number | null)[] };

/** Follows the readings that are drawn as curves: one entry for each step that changed one of them. */
export function createSeriesIndex() {
  const rate = createTokenRate();
  /** Index of the step of each entry, and its time; the columns are of their length. */
  let indices: number[] = [];
  let atMs: number[] = [];
  let columns = emptyColumns();
  let given: GaugeSeries | null = null;
  let givenCount = 0;

  const look = (standing: Standing, index: number, nowMs: number): void => {
    const values = valuesOf(standing, rate.follow(standing.context.running, nowMs));
    const last = indices.length - 1;
    if (last >= 0 && COLUMNS.every((name) => columns[name][last] === values[name])) return;
    indices.push(index);
    atMs.push(nowMs);
    for (const name of COLUMNS) columns[name].push(values[name]);
  };

  const cut = (from: number, to: number): Columns => mapColumns((name) => columns[name].slice(from, to));

  const follower: LogFollower = {
    begin: look,
    step: ({ after, index, atMs: nowMs }) => look(after, index, nowMs),
    drop: (firstIndex) => {
      const from = Math.max(0, countUpTo(indices, firstIndex, itself) - 1);
      columns = cut(from, indices.length);
      indices = indices.slice(from);
      atMs = atMs.slice(from);
      given = null;
    },
    forget: () => {
      columns = emptyColumns();
      indices = [];
      atMs = [];
      given = null;
      rate.forget();
    },
  };

  return {
    follower,
    /** Tokens of all running requests in a second; null where no trace tells. */
    tokensPerSecondAt: (index: number): number | null =>
      columns.tokensPerSecond[countUpTo(indices, index, itself) - 1] ?? null,
    at: (index: number): GaugeSeries => {
      const count = countUpTo(indices, index, itself);
      if (given === null || givenCount !== count) {
        given = { atMs: atMs.slice(0, count), ...cut(0, count) };
        givenCount = count;
      }
      return given;
    },
  };
}

function valuesOf({ context }: Standing, tokensPerSecond: number | null): Record<ColumnName, number | null> {
  const { admission, observation, pressure } = context;
  return {
    inFlight: admission.inFlight,
    queue: admission.queued,
    tokensPerSecond,
    memoryBytes:
      observation === null ? null : observation.memoryTotalBytes - observation.memoryAvailableBytes,
    vramBytes: observation?.vramUsedBytes ?? null,
    cpuRatio: observation?.cpuLoadRatio ?? null,
    pressure: PRESSURES.indexOf(pressure),
  };
}

function mapColumns(make: (name: ColumnName) => (number | null)[]): Columns {
  return Object.fromEntries(COLUMNS.map((name) => [name, make(name)])) as Columns;
}

const emptyColumns = (): Columns => mapColumns(() => []);
