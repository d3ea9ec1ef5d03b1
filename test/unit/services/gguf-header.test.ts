import { describe, expect, test } from '@jest/globals';
import type { CancelSignal } from '../../../policies/runtime-adapter.ts';
import type { OpenFile } from '../../../services/file-system.ts';
import { readGgufHeader } from '../../../services/gguf-header.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createMemoryFile } from '../../doubles/memory-file.ts';

const { signal } = new AbortController();
const KIB = 1024;
const { bytes: SMALL } = encodePlan(BPE_PLAN);
/** A header of 1 MiB and a bit, its long text last but for the tensors. */
const { bytes: LARGE } = encodePlan(
  withValue(BPE_PLAN, 'general.description', value.string('a'.repeat(KIB * KIB))),
);
/** A header of 300 KiB in texts of 1 KiB, none of which says how many bytes come after it. */
const { bytes: LONG } = encodePlan({
  ...BPE_PLAN,
  pairs: [
    ...BPE_PLAN.pairs,
    ...Array.from({ length: 300 }, (_, at) => ({ key: `text.${at}`, value: value.string('a'.repeat(KIB)) })),
  ],
});

const read = (file: OpenFile, sizeBytes: number, until: CancelSignal = signal) =>
  readGgufHeader(file, sizeBytes, until);
const refused = (reason: string) => ({ ok: false, reason });

describe('reading a header', () => {
  test('[GG32] takes one read of at most 64 KiB where that holds it', async () => {
    const padded = new Uint8Array(200 * KIB);
    padded.set(SMALL);
    const file = createMemoryFile(padded);
    expect(await read(file, padded.length)).toMatchObject({ ok: true, value: { architecture: 'llama' } });
    expect([file.reads, file.askedBytes]).toEqual([1, 64 * KIB]);
  });

  test('[GG32] asks for no byte beyond the file', async () => {
    const file = createMemoryFile(SMALL);
    expect((await read(file, SMALL.length)).ok).toBe(true);
    expect(file.askedBytes).toBe(SMALL.length);
  });

  test('[GG32] jumps to what the judgement asks for', async () => {
    const file = createMemoryFile(LARGE);
    expect((await read(file, LARGE.length)).ok).toBe(true);
    expect(file.reads).toBeLessThanOrEqual(3);
  });

  test('[GG32] doubles what it has, and reads no byte twice', async () => {
    const file = createMemoryFile(LONG);
    expect((await read(file, LONG.length)).ok).toBe(true);
    expect([file.reads, file.askedBytes]).toEqual([4, LONG.length]);
  });

  test('[GG32] goes on where a read brings fewer bytes than it was asked for', async () => {
    const file = createMemoryFile(SMALL);
    const slow: OpenFile = { ...file, read: (buffer, _length, position) => file.read(buffer, 7, position) };
    expect((await read(slow, SMALL.length)).ok).toBe(true);
    expect(file.reads).toBe(Math.ceil(SMALL.length / 7));
  });

  test('[GG33] ends with model_file_unreadable where a read fails', async () => {
    const file = { ...createMemoryFile(SMALL), read: () => Promise.reject(new Error('EIO')) };
    expect(await read(file, SMALL.length)).toEqual(refused('model_file_unreadable'));
  });

  test.each([0, 100])(
    '[GG33] ends with model_file_changed where the file has shrunk to %d bytes',
    async (bytes) => {
      const file = createMemoryFile(SMALL.subarray(0, bytes));
      expect(await read(file, SMALL.length)).toEqual(refused('model_file_changed'));
    },
  );

  test.each([1, 2, 3])('[GG33] ends with start_superseded where it is aborted during read %d', async (at) => {
    const controller = new AbortController();
    const file = createMemoryFile(LONG);
    let reads = 0;
    const aborting: OpenFile = {
      ...file,
      read: (buffer, length, position) => {
        reads += 1;
        if (reads === at) controller.abort();
        return file.read(buffer, length, position);
      },
    };
    expect(await read(aborting, LONG.length, controller.signal)).toEqual(refused('start_superseded'));
    expect(reads).toBe(at);
  });
});
