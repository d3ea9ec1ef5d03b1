import type { Limits } from '../../policies/limits.ts';
import { type Chance, createChance } from './chance.ts';
import { type Fault, HOUSE_FAULTS } from './faults.ts';
import {
  drawDownload,
  drawDownloadFaults,
  drawDownloadLimits,
  type PlannedDownload,
} from './plan-download.ts';

/**
 * Everything that will happen to a supervisor, as plain data: with its seed, which draws nothing but how long things
 * take, it is the whole run. A part of it can be taken out, and the rest stays what it was.
 */
export interface Plan {
  readonly seed: number;
  readonly hours: number;
  /** Where the model comes from; null where its file is on the disk. */
  readonly download: PlannedDownload | null;
  readonly limits: Partial<Limits>;
  readonly faults: readonly Fault[];
  readonly acts: readonly Act[];
}

/** How a caller reads: `late` begins after a while, `stops` reads one chunk and no more, `leaves` and `throws` leave the loop. */
export type ReaderKind = 'fast' | 'slow' | 'late' | 'never' | 'stops' | 'leaves' | 'throws';

export interface AskAct {
  readonly do: 'ask';
  readonly atMs: number;
  readonly tokens: number;
  readonly promptWords: number;
  readonly reader: ReaderKind;
  readonly cancelAfterMs: number | null;
  readonly by: 'call' | 'signal';
  readonly deadlineMs: number | null;
  readonly wait: boolean;
  /** Submitted from within an observer of the actor, at its next step. */
  readonly inside: boolean;
}

/** What the host does. */
export type Act =
  | AskAct
  | { readonly do: 'start' | 'stop'; readonly atMs: number }
  | { readonly do: 'drain'; readonly atMs: number; readonly deadlineMs: number | null }
  /** The machine sleeps. */
  | { readonly do: 'suspend'; readonly atMs: number; readonly forMs: number };

const HOUR_MS = 3_600_000;

/** Draws a plan: a random subset of the kinds of fault, so that each run has weather of its own. */
export function drawPlan(seed: number, hours: number): Plan {
  const chance = createChance(seed, 'plan');
  const spanMs = Math.round(hours * HOUR_MS);
  const download = drawDownload(chance.of('download'));
  const isRemote = download !== null;
  return {
    seed,
    hours,
    download,
    limits: {
      ...drawLimits(chance.of('limits')),
      ...(isRemote && drawDownloadLimits(chance.of('download limits'))),
    },
    faults: [
      ...drawFaults(chance.of('faults'), spanMs),
      ...(isRemote ? drawDownloadFaults(chance.of('download faults'), spanMs) : []),
    ],
    acts: [
      ...drawRequests(chance.of('requests'), spanMs),
      ...drawCommands(chance.of('commands'), spanMs),
    ].sort((a, b) => a.atMs - b.atMs),
  };
}

/** Short deadlines, so that an hour holds many of them. */
function drawLimits({ between, pick }: Chance): Partial<Limits> {
  const observeEveryMs = pick([1_000, 2_000, 4_000]);
  return {
    maxInFlight: between(1, 4),
    queueBound: pick([0, 2, 4, 8]),
    queueMsMax: pick([3_000, 10_000, 30_000]),
    requestMsMax: pick([30_000, 120_000]),
    firstTokenMsMax: pick([5_000, 20_000]),
    stallMsMax: pick([4_000, 15_000]),
    readerMsMax: pick([5_000, 20_000]),
    abortMsMax: pick([1_000, 5_000]),
    tokenBufferChunks: pick([1, 4, 16]),
    acquireMsMax: pick([20_000, 60_000]),
    acquireStallMsMax: pick([3_000, 15_000]),
    loadMsMax: pick([30_000, 90_000]),
    loadStallMsMax: pick([3_000, 20_000]),
    probeMsMax: pick([2_000, 10_000]),
    drainMsMax: pick([2_000, 20_000]),
    releaseMsMax: pick([2_000, 10_000]),
    restartsMax: pick([0, 1, 2, 3]),
    restartPeriodMs: pick([120_000, 600_000]),
    backoffMsMin: pick([500, 2_000]),
    backoffMsMax: pick([4_000, 30_000]),
    observeEveryMs,
    observeSlowEveryMs: 60_000,
    observationAgeMsMax: observeEveryMs * 3,
    traceBytesMax: pick([65_536, 262_144]),
  };
}

/** Share of the kinds that a run has. */
const KINDS_SHARE = 0.4;

function drawFaults(chance: Chance, spanMs: number): Fault[] {
  const { between, happens, pick } = chance;
  return HOUSE_FAULTS.filter(() => happens(KINDS_SHARE)).flatMap((kind) => {
    const often = between(1, 3);
    return Array.from({ length: often }, () => ({
      kind,
      atMs: between(0, spanMs),
      forMs: pick([2_000, 15_000, 60_000, 240_000]),
      at: between(0, 12),
    }));
  });
}

/** Requests come in bursts: some that the slots take, some that fill the queue and more. */
function drawRequests({ between, happens, pick }: Chance, spanMs: number): AskAct[] {
  const asks: AskAct[] = [];
  for (let atMs = between(0, 60_000); atMs < spanMs; atMs += between(2_000, 200_000)) {
    const burst = pick([1, 2, 4, 8, 16]);
    const withinMs = pick([0, 200, 3_000]);
    for (let i = 0; i < burst; i += 1) {
      asks.push({
        do: 'ask',
        atMs: atMs + between(0, withinMs),
        tokens: pick([1, 5, 12, 40]),
        promptWords: pick([1, 1, 1, 200, 600]),
        reader: pick(['fast', 'fast', 'fast', 'slow', 'late', 'never', 'stops', 'leaves', 'throws']),
        cancelAfterMs: happens(0.15) ? between(0, 4_000) : null,
        by: pick(['call', 'signal']),
        deadlineMs: happens(0.15) ? between(1, 10_000) : null,
        wait: happens(0.85),
        inside: happens(0.03),
      });
    }
  }
  return asks;
}

function drawCommands({ between, happens, pick }: Chance, spanMs: number): Act[] {
  const acts: Act[] = [{ do: 'start', atMs: 0 }];
  for (let atMs = between(1_000, 90_000); atMs < spanMs; atMs += between(5_000, 180_000)) {
    const command = pick(['start', 'start', 'start', 'start', 'start', 'stop', 'drain', 'storm'] as const);
    switch (command) {
      case 'start':
      case 'stop':
        acts.push({ do: command, atMs });
        break;
      case 'drain':
        acts.push({ do: 'drain', atMs, deadlineMs: happens(0.5) ? between(0, 5_000) : null });
        break;
      case 'storm':
        // Everything at once, twice over.
        for (const at of [0, 0, 1, 20, 400]) {
          const then = atMs + at;
          acts.push({ do: 'start', atMs: then }, { do: pick(['start', 'stop']), atMs: then });
          acts.push({ do: 'drain', atMs: then, deadlineMs: between(0, 500) });
        }
        break;
    }
    // Whoever stopped it wants it back soon.
    if (command !== 'start') acts.push({ do: 'start', atMs: atMs + between(0, 20_000) });
  }
  if (happens(0.3)) {
    acts.push({ do: 'suspend', atMs: between(0, spanMs), forMs: between(60_000, 8 * HOUR_MS) });
  }
  return acts;
}
