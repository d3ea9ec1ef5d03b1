import { describe, expect, test } from '@jest/globals';
import { readGgufHeader } from '../../services/gguf-header.ts';
import { mutateHeaders } from '../doubles/gguf-mutator.ts';
import { encodePlan } from '../doubles/gguf-plan.ts';
import { BPE_PLAN, SPM_PLAN } from '../doubles/gguf-samples.ts';
import { createMemoryFile } from '../doubles/memory-file.ts';

const { signal } = new AbortController();
const FIRST_BYTES = 64 * 1024;

const judge = async (bytes: Uint8Array) => {
  const file = createMemoryFile(bytes);
  const answer = await readGgufHeader(file, bytes.byteLength, signal);
  return { answer, reads: file.reads, askedBytes: file.askedBytes };
};

const BAD = mutateHeaders();

describe('bad headers', () => {
  test.each([
    ['SentencePiece', SPM_PLAN],
    ['byte-pair', BPE_PLAN],
  ])('[GG40] the %s sample that they are made from is accepted', async (_name, plan) => {
    expect((await judge(encodePlan(plan).bytes)).answer.ok).toBe(true);
  });

  test('[GG40] there are at least 300, no two alike', () => {
    expect(BAD.length).toBeGreaterThanOrEqual(300);
    expect(new Set(BAD.map(({ name }) => name)).size).toBe(BAD.length);
    expect(new Set(BAD.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))).size).toBe(BAD.length);
  });

  test.each(BAD.map((bad) => [bad.name, bad.reason, bad.bytes] as const))(
    '[GG40] %s: %s, after one read of 64 KiB at most',
    async (_name, reason, bytes) => {
      const { answer, reads, askedBytes } = await judge(bytes);
      expect(answer).toEqual({ ok: false, reason });
      expect(reads).toBeLessThanOrEqual(1);
      expect(askedBytes).toBeLessThanOrEqual(FIRST_BYTES);
    },
  );
});
