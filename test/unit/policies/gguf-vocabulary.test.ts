import { describe, expect, test } from '@jest/globals';
import { GgufCursor } from '../../../policies/gguf-cursor.ts';
import { finish } from '../../../policies/gguf-turns.ts';
import { readGgufMetadata } from '../../../policies/gguf-values.ts';
import { countSoundTokens } from '../../../policies/gguf-vocabulary.ts';
import { encodePlan, type GgufPlan, type PlannedValue, value } from '../../doubles/gguf-plan.ts';
import {
  BPE_PLAN,
  BYTE_TOKENS,
  SPM_PLAN,
  TOKENS,
  withoutKey,
  withValue,
} from '../../doubles/gguf-samples.ts';

function count(plan: GgufPlan): number | null {
  const { bytes } = encodePlan(plan);
  const cursor = new GgufCursor(bytes, bytes.length);
  cursor.skip(24);
  return finish(countSoundTokens(finish(readGgufMetadata(cursor, plan.pairs.length)), bytes));
}
const withTokens = (plan: GgufPlan, tokens: readonly string[] | PlannedValue): GgufPlan =>
  withValue(plan, 'tokenizer.ggml.tokens', 'type' in tokens ? tokens : value.strings(tokens));
/** Without scores and types, which would have to be as many as the tokens. */
const bareSpm = ['scores', 'token_type'].reduce(
  (plan, key) => withoutKey(plan, `tokenizer.ggml.${key}`),
  SPM_PLAN,
);

describe('a SentencePiece vocabulary', () => {
  test('[GG22] is counted', () => {
    expect(count(SPM_PLAN)).toBe(TOKENS.length);
    expect(count(bareSpm)).toBe(TOKENS.length);
  });

  test('[GG22] may spell a byte by itself in place of its number, but for the byte 0', () => {
    const spelled = BYTE_TOKENS.map((token, byte) =>
      byte >= 1 && byte < 0x80 ? String.fromCharCode(byte) : token,
    );
    expect(count(withTokens(bareSpm, spelled))).toBe(256);
    expect(count(withTokens(bareSpm, ['\0', ...spelled.slice(1)]))).toBeNull();
  });

  test.each([0x00, 0x0a, 0x41, 0xff])('[GG22] lacks no byte: %d', (byte) => {
    expect(
      count(
        withTokens(
          bareSpm,
          BYTE_TOKENS.filter((_, at) => at !== byte),
        ),
      ),
    ).toBeNull();
  });

  test('[GG22] may have a number in small letters as a word', () => {
    expect(count(withTokens(bareSpm, [...BYTE_TOKENS, '<0x0a>', '<0x-1>']))).toBe(258);
  });

  test.each(['<0x-1>', '<0x0a>', 'x', '\n', '<0x0A>>'])(
    '[GG23] has no %j that is typed as a byte',
    (token) => {
      const tokens = withTokens(SPM_PLAN, [...BYTE_TOKENS, token]);
      const typed = (type: number): GgufPlan =>
        withValue(
          withoutKey(tokens, 'tokenizer.ggml.scores'),
          'tokenizer.ggml.token_type',
          value.i32s([...BYTE_TOKENS.map(() => 6), type]),
        );
      expect(count(typed(6))).toBeNull();
      expect(count(typed(1))).toBe(257);
    },
  );

  test('[GG23] may have scores as floats or as whole numbers', () => {
    const scores = TOKENS.map(() => 1);
    expect(count(withValue(SPM_PLAN, 'tokenizer.ggml.scores', value.f32s(scores)))).toBe(TOKENS.length);
    expect(count(withValue(SPM_PLAN, 'tokenizer.ggml.scores', value.i32s(scores)))).toBe(TOKENS.length);
  });
});

describe.each(['gpt2', 'gemma4', 'bert', 't5', 'rwkv'])('a vocabulary of the kind %s', (kind) => {
  test('[GG24] needs no token for each byte', () => {
    expect(count(withValue(BPE_PLAN, 'tokenizer.ggml.model', value.string(kind)))).toBe(3);
  });
});

describe('any vocabulary', () => {
  test.each([
    ['a', 'a'],
    ['a', 'b', 'c', 'a'],
    ['é', 'é'],
    ['x'.repeat(4096), 'x'.repeat(4096)],
  ])('[GG25] has no token twice: %j', (...tokens) => {
    expect(count(withTokens(BPE_PLAN, tokens))).toBeNull();
  });

  test('[GG25] may have several empty tokens, and those that differ in one letter', () => {
    expect(count(withTokens(BPE_PLAN, ['', '', 'a', 'b', 'aa', 'ab', 'x'.repeat(4096)]))).toBe(7);
  });

  test('[GG26] has no token above 4096 bytes', () => {
    expect(count(withTokens(BPE_PLAN, ['x'.repeat(4096)]))).toBe(1);
    expect(count(withTokens(BPE_PLAN, ['x'.repeat(4097)]))).toBeNull();
  });

  test.each<[string, GgufPlan]>([
    ['without a kind', withoutKey(BPE_PLAN, 'tokenizer.ggml.model')],
    ['of a kind that is a number', withValue(BPE_PLAN, 'tokenizer.ggml.model', value.u32(1))],
    ['without tokens', withoutKey(BPE_PLAN, 'tokenizer.ggml.tokens')],
    ['of a text in place of tokens', withTokens(BPE_PLAN, value.string('a'))],
    ['of numbers in place of tokens', withTokens(BPE_PLAN, value.u32s([0, 0, 0, 0, 0, 0]))],
    ['of no tokens', withTokens(BPE_PLAN, value.strings([]))],
  ])('[GG28] %s is none', (_name, plan) => {
    expect(count(plan)).toBeNull();
  });

  test('[GG29] is read to its end and no further', () => {
    const tokens = BPE_PLAN.pairs.filter(({ key }) => key === 'tokenizer.ggml.tokens');
    const others = BPE_PLAN.pairs.filter(({ key }) => key !== 'tokenizer.ggml.tokens');
    const plan = { ...BPE_PLAN, pairs: [...others, ...tokens], tensors: [], alignmentBytes: 1, dataBytes: 0 };
    expect(count(plan)).toBe(3);
  });
});
