import { describe, expect, test } from '@jest/globals';
import { evaluateGgufHeader, evaluateWholeModel } from '../../../policies/gguf-header.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, SPM_PLAN, TOKENS, withValue } from '../../doubles/gguf-samples.ts';
import { JUNK, throwingProxy } from '../../doubles/junk.ts';

const { bytes: SPM, boundaries } = encodePlan(SPM_PLAN);
const HEADER_END = boundaries.at(-2)!;
const refused = (reason: string) => ({ kind: 'refused', verdict: { ok: false, reason } });

describe('the header of a model', () => {
  test('[GG28] that is sound is accepted, with what admission must know', () => {
    expect(evaluateGgufHeader(SPM, SPM.length)).toEqual({
      kind: 'accepted',
      verdict: { ok: true, reason: 'gguf_header_valid' },
      facts: {
        architecture: 'llama',
        tensorBytes: 68 + 32,
        contextTokens: 2048,
        layers: 4,
        kvBytesPerToken: 1024,
        vocabularyTokens: TOKENS.length,
        splitFiles: 1,
      },
    });
  });

  test.each([2, 3])('[GG28] of version %d is accepted', (version) => {
    const { bytes } = encodePlan({ ...BPE_PLAN, version });
    expect(evaluateGgufHeader(bytes, bytes.length).kind).toBe('accepted');
  });

  test('[GG28] of another alignment is accepted, where its tensors keep to it', () => {
    const plan = { ...withValue(BPE_PLAN, 'general.alignment', value.u32(16)), alignmentBytes: 16 };
    const tensors = plan.tensors.map((tensor, at) => (at === 1 ? { ...tensor, offset: 80 } : tensor));
    const { bytes } = encodePlan({ ...plan, tensors, dataBytes: 112 });
    expect(evaluateGgufHeader(bytes, bytes.length)).toMatchObject({
      kind: 'accepted',
      facts: { tensorBytes: 100 },
    });
  });

  test('[GG29] is judged alike from any prefix that holds it', () => {
    const whole = evaluateGgufHeader(SPM, SPM.length);
    for (const end of [HEADER_END, HEADER_END + 1, SPM.length - 1]) {
      expect(evaluateGgufHeader(SPM.subarray(0, end), SPM.length)).toEqual(whole);
    }
  });

  test('[GG29] asks, from every shorter prefix, for more than came and no more than there is', () => {
    for (let end = 0; end < HEADER_END; end += 1) {
      const judgement = evaluateGgufHeader(SPM.subarray(0, end), SPM.length);
      const needBytes = judgement.kind === 'more' ? judgement.needBytes : 0;
      expect([end, needBytes > end, needBytes <= HEADER_END]).toEqual([end, true, true]);
    }
  });

  test('[GG29] does not read what lies beside a prefix in its buffer', () => {
    const buffer = new Uint8Array(SPM.length + 200).fill(0xff);
    buffer.set(SPM, 100);
    expect(evaluateGgufHeader(buffer.subarray(100, 100 + SPM.length), SPM.length).kind).toBe('accepted');
    expect(evaluateGgufHeader(buffer.subarray(100, 110), SPM.length).kind).toBe('more');
  });

  test.each([0, 4, 7])('[GG30] of a file of %d bytes is model_not_gguf', (bytes) => {
    expect(evaluateGgufHeader(SPM.subarray(0, bytes), bytes)).toEqual(refused('model_not_gguf'));
  });

  test('[GG30] of eight bytes and nothing more is gguf_truncated', () => {
    expect(evaluateGgufHeader(SPM.subarray(0, 8), 8)).toEqual(refused('gguf_truncated'));
  });

  test.each<[string, unknown, unknown]>([
    ['more bytes than the file has', SPM, SPM.length - 1],
    ['a size below 0', SPM, -1],
    ['a size that is no whole number', SPM, 1000.5],
    ['a size of NaN', SPM, Number.NaN],
    ['a size as bigint', SPM, 1000n],
    ['a size as text', SPM, '1000'],
    ['an array of numbers', [...SPM], SPM.length],
    ['a buffer without a view', SPM.buffer, SPM.length],
    ['words in place of bytes', new Uint16Array(8), 16],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(64)), 64],
    ['a proxy', throwingProxy(), 64],
  ])('[GG31] is not judged from %s: chunk_malformed', (_name, prefix, size) => {
    expect(evaluateGgufHeader(prefix, size)).toEqual(refused('chunk_malformed'));
  });

  test.each([
    [1, { ok: true, reason: 'gguf_header_valid' }],
    [2, { ok: false, reason: 'gguf_split' }],
    [64, { ok: false, reason: 'gguf_split' }],
  ])('[GG44] of %d files in all: %j', (splitFiles, verdict) => {
    expect(evaluateWholeModel({ splitFiles })).toEqual(verdict);
  });

  test.each(JUNK.map((junk) => [junk.name, junk] as const))('[GG31] nor from %s', (_name, { make }) => {
    expect(evaluateGgufHeader(make(), 64)).toEqual(refused('chunk_malformed'));
    expect(evaluateGgufHeader(SPM, make())).toEqual(refused('chunk_malformed'));
  });
});
