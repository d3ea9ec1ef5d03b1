import type { Limits } from '../../policies/limits.ts';
import type { Chance } from './chance.ts';
import { DOWNLOAD_FAULTS, type Fault } from './faults.ts';

/** The model of a plan has a URL, and so many mirrors: 1 or 2. */
export interface PlannedDownload {
  readonly mirrors: number;
}

/** Share of the plans whose model has a URL. */
const REMOTE_SHARE = 0.5;

export function drawDownload({ happens, pick }: Chance): PlannedDownload | null {
  return happens(REMOTE_SHARE) ? { mirrors: pick([1, 2]) } : null;
}

/** Short deadlines, so that each of them is met. */
export function drawDownloadLimits({ pick }: Chance): Partial<Limits> {
  return {
    lockMsMax: pick([3_000, 20_000]),
    firstByteMsMax: pick([2_000, 10_000]),
    transferStallMsMax: pick([3_000, 10_000]),
    flushMsMax: pick([3_000, 15_000]),
    fetchFailuresMax: pick([1, 3, 5]),
    retryMsMin: pick([200, 1_000]),
    retryMsMax: pick([2_000, 8_000]),
  };
}

/** Share of the kinds that a run has. */
const KINDS_SHARE = 0.5;
/** How often somebody empties the store: without it a run would have one download. */
const EMPTIED_PER_HOUR = 16;
const HOUR_MS = 3_600_000;

/** Longer than those of the house: a download is rare, and they have to meet one. */
export function drawDownloadFaults({ between, happens, pick }: Chance, spanMs: number): Fault[] {
  const fault = (kind: Fault['kind'], forMs: number): Fault => ({
    kind,
    atMs: between(0, spanMs),
    forMs,
    at: between(0, 12),
  });
  const kinds = DOWNLOAD_FAULTS.filter(() => happens(KINDS_SHARE));
  return [
    ...kinds.flatMap((kind) =>
      Array.from({ length: between(3, 6) }, () => fault(kind, pick([30_000, 120_000, 480_000]))),
    ),
    ...Array.from({ length: Math.ceil((EMPTIED_PER_HOUR * spanMs) / HOUR_MS) }, () =>
      fault('store.emptied', pick([60_000, 240_000])),
    ),
  ];
}
