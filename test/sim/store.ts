import type { Reason } from '../../policies/reasons.ts';
import type { IntegritySpec } from '../../policies/runtime-adapter.ts';
import type { ModelStore, StoreLock } from '../../services/model-store.ts';
import { createMemoryModelStore, type StoreOperation } from '../../testing/memory-model-store.ts';
import type { Chance } from './chance.ts';
import type { Fault, FaultBook } from './faults.ts';
import { createTimedPartial } from './partial.ts';
import type { Sightings } from './sightings.ts';
import type { World } from './world.ts';

export interface SimulatedStore {
  readonly store: ModelStore;
  /** Whether the file of the model is the pinned one, byte for byte. */
  readonly isSound: () => boolean;
  /** Whether the model was proved since it was last looked for; the proof is used up. */
  readonly takeProof: () => boolean;
  /** Somebody deletes the model. */
  readonly forget: () => void;
  /** Somebody writes other bytes where a model is. */
  readonly overwrite: (spec: IntegritySpec, bytes: Uint8Array) => void;
  /** Locks that the product holds, partial files that are open, and calls that did not end yet. */
  readonly held: () => { readonly locks: number; readonly partials: number; readonly storeCalls: number };
}

export interface StoreOptions {
  readonly world: Pick<World, 'sleep'>;
  readonly faults: FaultBook;
  readonly chance: Chance;
  /** The model that faults strike. */
  readonly spec: IntegritySpec;
  readonly bytes: Uint8Array;
  readonly saw: Sightings['saw'];
}

const NEVER = new AbortController().signal;

/** The store in memory, which keeps the contract of one, with time and faults around it. */
export function createSimulatedStore(options: StoreOptions): SimulatedStore {
  const { world, faults, chance, spec, bytes, saw } = options;
  const memory = createMemoryModelStore({ refuse });
  const inner = memory.store;
  let isProved = false;
  let hasRotted = false;
  let locks = 0;
  let storeCalls = 0;

  function refuse(operation: StoreOperation): Reason | null {
    const full = faults.active('store.full');
    // Where it is full already, or where it fills up on the way.
    if (full !== null && operation === (full.at % 2 === 0 ? 'openPartial' : 'append')) {
      saw('disk was full');
      return 'store_full';
    }
    if (operation === 'append' && faults.active('store.write-fails') !== null) return 'store_write_failed';
    return operation === 'sync' && faults.active('store.flush-fails') !== null ? 'store_write_failed' : null;
  }

  const moment = (maxMs: number) => world.sleep(chance.between(0, maxMs));
  const flush = async (when: 'on the way' | 'at the end'): Promise<void> => {
    const hangs = faults.active('store.flush-hangs');
    // Where every flush hung, no download would come to its end for one to hang there.
    const isStruck = hangs !== null && (when === 'at the end' || hangs.at % 2 === 0);
    if (isStruck) await faults.over(hangs);
    await moment(100);
  };
  /** Keeps the books of open calls. */
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    storeCalls += 1;
    try {
      return await work();
    } finally {
      storeCalls -= 1;
    }
  };

  const forget = () => void inner.remove(spec.sha256);
  const overwrite: SimulatedStore['overwrite'] = (of, other) => memory.put(of, other);

  /** What became of the stored file since it was last looked at: at once, so that nobody is between a look and a load. */
  const strikeStored = (): void => {
    if (faults.active('store.emptied') !== null) forget();
    const rotten = faults.active('store.rotted');
    const stored = memory.bytesOf(spec.sha256);
    if (rotten === null || stored === undefined) return;
    const flipped = stored.slice();
    flipped[Math.floor((flipped.length * rotten.at) / 13)]! ^= 1 << (rotten.at % 8);
    overwrite(spec, flipped);
    hasRotted = true;
  };

  /** Another process has the lock until the fault is over, and then also the model, or not. */
  const lockElsewhere = async (fault: Fault): Promise<void> => {
    const taken = await inner.lock(spec, NEVER);
    if (!taken.ok) return;
    void faults.over(fault).then(() => {
      if (fault.at % 2 === 0) memory.put(spec, bytes, true);
      return taken.value.release();
    });
  };

  const ownLock = (lock: StoreLock): StoreLock => {
    let isHeld = true;
    locks += 1;
    return {
      release: async () => {
        await moment(10);
        await lock.release();
        if (isHeld) locks -= 1;
        isHeld = false;
      },
    };
  };

  const store: ModelStore = {
    ...inner,
    inspect: (asked) => {
      strikeStored();
      return call(async () => {
        await moment(20);
        const found = await inner.inspect(asked);
        isProved = found.ok && found.value.kind === 'verified';
        return found;
      });
    },
    verify: (asked, signal, onProgress) =>
      call(async () => {
        await moment(1_000);
        const verified = await inner.verify(asked, signal, onProgress);
        // Its record is written anew.
        await flush('at the end');
        isProved ||= verified.ok;
        return verified;
      }),
    lock: (asked, signal, onWaiting) =>
      call(async () => {
        await moment(20);
        const elsewhere = faults.active('store.locked');
        if (elsewhere !== null && memory.counts().locks === 0) await lockElsewhere(elsewhere);
        let hasWaited = false;
        const taken = await inner.lock(asked, signal, (otherBytes) => {
          hasWaited = true;
          onWaiting?.(otherBytes);
        });
        if (!taken.ok) return taken;
        if (hasWaited) saw('lock waited for');
        return { ok: true, value: ownLock(taken.value) };
      }),
    openPartial: (asked) =>
      call(async () => {
        await moment(30);
        const opened = await inner.openPartial(asked);
        if (!opened.ok) return opened;
        const onPublished = (): void => {
          isProved = true;
          if (hasRotted) saw('rotted file fetched again');
          hasRotted = false;
        };
        return { ok: true, value: createTimedPartial(opened.value, { world, chance, flush, onPublished }) };
      }),
  };

  return {
    store,
    isSound: () => Buffer.compare(memory.bytesOf(spec.sha256) ?? new Uint8Array(0), bytes) === 0,
    takeProof: () => {
      const was = isProved;
      isProved = false;
      return was;
    },
    forget,
    overwrite,
    held: () => ({ locks, partials: memory.counts().partials, storeCalls }),
  };
}
