import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GGUF_HEADER_BYTES_MAX } from '../../../policies/gguf-cursor.ts';
import { evaluateGgufHeader } from '../../../policies/gguf-header.ts';
import { RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';
import { encodePlan } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, SPM_PLAN } from '../../doubles/gguf-samples.ts';

const SAMPLES = [BPE_PLAN, SPM_PLAN].map((plan) => encodePlan(plan).bytes);
const START = [0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0];

/** Judges a file in growing pieces, as a reader of it would, and checks each answer. Gives the last one. */
function judgeInSteps(bytes: Uint8Array, fileBytes: number) {
  let have = Math.min(64, bytes.length);
  for (let steps = 0; steps < 64; steps += 1) {
    const judgement = evaluateGgufHeader(bytes.subarray(0, have), fileBytes);
    if (judgement.kind !== 'more') {
      expect(RUNTIME_MANAGER_REASONS).toContain(judgement.verdict.reason);
      expect(judgement.verdict.ok).toBe(judgement.kind === 'accepted');
      return judgement;
    }
    expect(judgement.needBytes).toBeGreaterThan(have);
    expect(judgement.needBytes).toBeLessThanOrEqual(Math.min(fileBytes, GGUF_HEADER_BYTES_MAX));
    if (judgement.needBytes > bytes.length) return judgement;
    have = Math.min(bytes.length, Math.max(judgement.needBytes, 2 * have));
  }
  throw new Error('it did not end');
}

const sample = fc.constantFrom(...SAMPLES);
const size = fc.oneof(fc.nat(100_000), fc.constantFrom(2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER));

describe('any bytes', () => {
  test('[GG34] that are random end in a verdict, or in a wish for bytes that the file has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), size, (noise, begins, moreBytes) => {
        const bytes = begins ? Uint8Array.from([...START, ...noise]) : noise;
        judgeInSteps(bytes, Math.min(bytes.length + moreBytes, Number.MAX_SAFE_INTEGER));
      }),
      { numRuns: 1000 },
    );
  });

  test('[GG34] of a sound header with some bytes changed end so too', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sample, changes, (bytes, edits) => {
        const changed = bytes.slice();
        for (const [at, byte] of edits) changed[at % changed.length] = byte;
        expect(judgeInSteps(changed, changed.length).kind).not.toBe('more');
      }),
      { numRuns: 1000 },
    );
  });

  test('[GG34] of a sound header with a part cut out, doubled or replaced end so too', () => {
    fc.assert(
      fc.property(sample, fc.nat(), fc.nat(300), fc.uint8Array({ maxLength: 40 }), (bytes, at, cut, put) => {
        const from = at % bytes.length;
        const spliced = Uint8Array.from([...bytes.subarray(0, from), ...put, ...bytes.subarray(from + cut)]);
        expect(judgeInSteps(spliced, spliced.length).kind).not.toBe('more');
      }),
      { numRuns: 500 },
    );
  });

  test('[GG29] of a header, whole or changed, are judged alike in pieces and at once', () => {
    fc.assert(
      fc.property(sample, fc.nat(), fc.nat(255), (bytes, at, byte) => {
        const changed = bytes.slice();
        changed[at % changed.length] = byte;
        expect(judgeInSteps(changed, changed.length)).toEqual(evaluateGgufHeader(changed, changed.length));
      }),
      { numRuns: 500 },
    );
  });
});
