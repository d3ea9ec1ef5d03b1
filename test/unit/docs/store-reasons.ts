import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reason } from '../../../policies/reasons.ts';
import { evaluateStoreRecord } from '../../../policies/store-record.ts';
import type { Attempt } from '../../../policies/verdict.ts';
import { createDiskStore, type DiskStoreOptions } from '../../../services/disk-store.ts';
import type { ModelStore } from '../../../services/model-store.ts';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';

const spec = { sha256: 'a'.repeat(64), sizeBytes: 1 };
const identity = { dev: '1', ino: '2', mtimeNs: '3', ctimeNs: '4' };
const record = { version: 1, ...spec, ...identity, verifiedAtMs: 5 };
const judgeRecord = (sizeBytes: string): Reason =>
  evaluateStoreRecord(record, spec, { ...identity, sizeBytes }).reason;
const { signal } = new AbortController();

/** What a store in an empty directory answers. */
async function ask(
  question: (store: ModelStore) => Promise<Attempt<unknown>>,
  options: Partial<DiskStoreOptions> = {},
): Promise<Reason> {
  const dir = await mkdtemp(join(tmpdir(), 'reasons-'));
  try {
    const answer = await question(createDiskStore({ dir, storeReserveBytes: 0, ...options }));
    if ('reason' in answer) return answer.reason;
    throw new Error('it was not refused');
  } finally {
    await rm(dir, { recursive: true });
  }
}

const failing = (code: string) => ({
  fileSystem: createFaultyStoreFileSystem({ fail: ({ name }) => (name === 'open.create' ? code : null) }),
});

/** For each reason that speaks of the store, what gives it; `store_timeout` is given by who waits for a store. */
export const STORE_REASONS = {
  store_record_fits: () => judgeRecord('1'),
  store_record_differs: () => judgeRecord('2'),
  store_unavailable: () => ask((store) => store.list(), { dir: 'not/absolute' }),
  store_full: () => ask((store) => store.openPartial(spec), failing('ENOSPC')),
  store_write_failed: () => ask((store) => store.openPartial(spec), failing('EIO')),
  model_not_stored: () => ask((store) => store.verify(spec, signal)),
} satisfies Partial<Record<Reason, () => Reason | Promise<Reason>>>;
