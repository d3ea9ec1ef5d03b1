import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { encodePlan } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, SPM_PLAN } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { download, NEVER_ABORTED, reasonOf, stageStore, valueIn } from '../../doubles/store-stage.ts';

const stage = stageStore();

/** What verifying says of a stored model whose file now holds `bytes`, and whether anything is left of it. */
async function judge(whole: Uint8Array, bytes: Uint8Array): Promise<string> {
  const spec = specOf(whole);
  const path = stage.path('sha256', spec.sha256);
  await writeFile(path, bytes);
  await chmod(path, 0o600);
  const store = stage.store();
  const reason = reasonOf(await store.verify(spec, NEVER_ABORTED));
  const { kind } = valueIn(await store.inspect(spec));
  return `${reason}, ${kind}`;
}

describe('a stored model', () => {
  const bytes = createModelBytes(16_384);
  const bits = Array.from({ length: 512 }, (_, index) => Math.round((index * (bytes.length * 8 - 1)) / 511));
  const groups = Array.from({ length: 16 }, (_, index) => bits.slice(index * 32, index * 32 + 32));

  test.each(groups.map((group) => [group[0], group.at(-1), group] as const))(
    '[MS70] with any of 32 bits from %d to %d flipped is a digest_mismatch, and is taken out',
    async (_first, _last, group) => {
      await download(stage.store(), { bytes });
      for (const bit of group) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect([bit, await judge(bytes, flipped)]).toEqual([bit, 'digest_mismatch, absent']);
      }
    },
  );

  test.each([
    ['SentencePiece', SPM_PLAN],
    ['byte-pair', BPE_PLAN],
  ])(
    '[MS70] (%s) cut off at any boundary of its structure is size_short, and is taken out',
    async (_name, plan) => {
      const { bytes: whole, boundaries } = encodePlan(plan);
      await download(stage.store(), { bytes: whole });
      const ends = boundaries.filter((end) => end < whole.length);
      expect(ends.length).toBeGreaterThan(50);
      for (const end of [0, 1, ...ends, whole.length - 1]) {
        expect([end, await judge(whole, whole.subarray(0, end))]).toEqual([end, 'size_short, absent']);
      }
      expect(await judge(whole, whole)).toBe('no refusal, verified');
    },
  );

  test.each([
    ['SentencePiece', SPM_PLAN],
    ['byte-pair', BPE_PLAN],
  ])(
    '[MS31] (%s) that was pinned as it is, cut off at a boundary of its structure, is never published',
    async (_name, plan) => {
      const { bytes: whole, boundaries } = encodePlan(plan);
      const reasons = new Set<string>();
      for (const end of boundaries.filter((boundary) => boundary < whole.length)) {
        reasons.add(
          reasonOf(await download(stage.store(), { bytes: whole.slice(0, end), pieceBytes: 2 ** 20 })),
        );
      }
      expect([...reasons].filter((reason) => !/^(gguf|model)_/.test(reason))).toEqual([]);
      expect([await stage.names('sha256'), await stage.names('partial')]).toEqual([[], []]);
    },
  );
});
