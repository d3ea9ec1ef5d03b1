import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IntegritySpec } from '../../policies/runtime-adapter.ts';
import type { Clock } from '../../services/clock.ts';
import { createDiskStore } from '../../services/disk-store.ts';
import type { ModelStore } from '../../services/model-store.ts';
import { createMemoryModelStore } from '../../testing/memory-model-store.ts';
import { simulatedStore } from '../sim/contract-arms.ts';

/** A store, and how a test does to it what no store does to itself. */
export interface StoreSubject {
  readonly store: ModelStore;
  /** Puts other bytes where a model is, as a disk or a person may. */
  overwrite(spec: IntegritySpec, bytes: Uint8Array): Promise<void>;
  /** Removes whatever is left. */
  end(): Promise<void>;
}

export const STORE_SUBJECTS: readonly (readonly [string, () => Promise<StoreSubject>])[] = [
  ['the store on disk', openDiskStore],
  ['the store in memory', openMemoryStore],
  ['the simulated store', openSimulatedStore],
];

/** Whoever waits for a lock looks again twenty times as often: nothing else in a store waits. */
const HURRIED: Clock = {
  nowMs: () => performance.now(),
  setTimeout: (happen, ms) => setTimeout(happen, ms / 20),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

async function openDiskStore(): Promise<StoreSubject> {
  const dir = await mkdtemp(join(tmpdir(), 'store-contract-'));
  const store = createDiskStore({
    dir,
    storeReserveBytes: 0,
    clock: HURRIED,
    // What was written just now is of the past.
    now: () => Date.now() + 1000,
  });
  return {
    store,
    overwrite: async ({ sha256 }, bytes) => {
      await chmod(store.pathOf(sha256), 0o600);
      await writeFile(store.pathOf(sha256), bytes);
    },
    end: () => rm(dir, { recursive: true }),
  };
}

async function openMemoryStore(): Promise<StoreSubject> {
  const memory = createMemoryModelStore();
  return {
    store: memory.store,
    overwrite: async (spec, bytes) => memory.put(spec, bytes),
    end: async () => undefined,
  };
}

async function openSimulatedStore(): Promise<StoreSubject> {
  const { store, overwrite } = simulatedStore();
  return {
    store,
    overwrite: async (spec, bytes) => overwrite(spec, bytes),
    end: async () => undefined,
  };
}
