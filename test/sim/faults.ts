import type { World } from './world.ts';

/** What can go wrong in a simulated house whose model is a file that is there, by where it does. */
export const HOUSE_FAULTS = [
  'disk.missing',
  'disk.broken',
  'disk.short-reads',
  'disk.slow',
  'disk.hangs',
  'disk.truncated',
  'disk.longer',
  'disk.shrinks',
  'disk.grows',
  'disk.flipped',
  'disk.replaced',
  'runtime.unavailable',
  'runtime.prepare-hangs',
  'runtime.load-fails',
  'runtime.out-of-memory',
  'runtime.load-hangs',
  'runtime.load-stalls',
  'runtime.load-slow',
  'runtime.rejects',
  'runtime.probe-fails',
  'runtime.probe-hangs',
  'runtime.crash',
  'runtime.stall',
  'runtime.wedge',
  'runtime.slow',
  'runtime.endless',
  'runtime.abort-late',
  'runtime.abort-deaf',
  'runtime.dispose-hangs',
  'runtime.stat-hangs',
  'runtime.late-callback',
  'runtime.leak',
  'probe.short',
  'probe.tight',
  'probe.nan',
  'probe.null',
  'probe.hangs',
  'probe.oscillates',
  'probe.rejects',
] as const;

/** What can go wrong besides where the model is downloaded. */
export const DOWNLOAD_FAULTS = [
  'net.unreachable',
  'net.busy',
  'net.silent',
  'net.cut',
  'net.stalls',
  'net.slow',
  'net.wrong-bytes',
  'net.no-ranges',
  'net.etag-changed',
  'store.full',
  'store.write-fails',
  'store.flush-fails',
  'store.flush-hangs',
  'store.locked',
  'store.rotted',
  'store.emptied',
] as const;

export const FAULT_KINDS = [...HOUSE_FAULTS, ...DOWNLOAD_FAULTS] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault strikes whatever happens while it lasts; what it makes hang hangs until it is over. */
export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** Which piece of a file, step of a load, token of a generation or source it strikes, from 0. */
  readonly at: number;
}

export interface FaultBook {
  /** The fault of this kind that lasts now, if one does. */
  readonly active: (kind: FaultKind) => Fault | null;
  /** When the fault is over, or everything is healed. */
  readonly over: (fault: Fault) => Promise<void>;
  /** From now on there is no fault, and what hangs goes on. */
  readonly heal: () => void;
}

export function createFaultBook(world: Pick<World, 'nowMs' | 'after'>, faults: readonly Fault[]): FaultBook {
  const byKind = new Map<FaultKind, Fault[]>();
  for (const fault of faults) byKind.set(fault.kind, [...(byKind.get(fault.kind) ?? []), fault]);
  const waiting = new Map<Fault, Promise<void>>();
  const wakes = new Set<() => void>();
  let healed = false;

  return {
    active: (kind) => {
      if (healed) return null;
      const nowMs = world.nowMs();
      return byKind.get(kind)?.find(({ atMs, forMs }) => nowMs >= atMs && nowMs < atMs + forMs) ?? null;
    },
    over: (fault) => {
      if (healed) return Promise.resolve();
      const known = waiting.get(fault);
      if (known !== undefined) return known;
      const over = new Promise<void>((resolve) => {
        wakes.add(resolve);
        world.after(fault.atMs + fault.forMs - world.nowMs(), resolve);
      });
      waiting.set(fault, over);
      return over;
    },
    heal: () => {
      healed = true;
      for (const wake of wakes) wake();
    },
  };
}
