import type { Mutation } from './gguf-mutator.ts';
import { type GgufPlan, type PlannedValue, value } from './gguf-plan.ts';
import { BYTE_TOKENS, TOKEN_TYPES, TOKENS, withValue } from './gguf-samples.ts';

/** Every way in which a vocabulary can be one that the native loader or tokenizer does not survive. */
export function vocabularyMutations(plan: GgufPlan): Mutation[] {
  const change = (what: string, key: string, changed: PlannedValue): Mutation => [
    `vocabulary: ${what}`,
    'gguf_vocabulary_malformed',
    withValue(plan, `tokenizer.ggml.${key}`, changed),
  ];
  const tokens = (what: string, change_: (token: string) => string): Mutation =>
    change(what, 'tokens', value.strings(TOKENS.map(change_)));
  const replace = (old: string, token: string): Mutation =>
    tokens(`${JSON.stringify(token)} for ${old}`, (each) => (each === old ? token : each));

  return [
    ...BYTE_TOKENS.filter((_, byte) => byte % 5 === 0).map((token) => replace(token, `a word for ${token}`)),
    replace('<0x0A>', '<0x-1>'),
    replace('<0x0A>', '<0x0a>'),
    replace('<0x0A>', '<0x0G>'),
    replace('<0x0A>', '<0xA>'),
    replace('<0x0A>', '<0x00A>'),
    replace('<0x0A>', '<0x0A'),
    replace('<0x0A>', ''),
    replace('<0x0A>', '\n'),
    replace('<0x00>', '\0'),
    replace('</s>', '<s>'),
    replace('é', '▁the'),
    replace('é', '<0x41>'),
    replace('é', 'x'.repeat(4_097)),
    change('no tokens', 'tokens', value.strings([])),
    change('tokens that are numbers', 'tokens', value.i32s(TOKENS.map((_, token) => token))),
    change('tokens that are no array', 'tokens', value.string('tokens')),
    change('one token more than scores', 'tokens', value.strings([...TOKENS, 'more'])),
    change('one token fewer than scores', 'tokens', value.strings(TOKENS.slice(0, -1))),
    ...narrowed('scores', [0, 1, 2, 3, 4, 7, 10, 11, 12], change),
    ...narrowed('token_type', [0, 1, 2, 3, 4, 6, 7, 10, 11, 12], change),
    change('scores that are texts', 'scores', value.strings(TOKENS)),
    change('scores that are no array', 'scores', value.f32(1)),
    change('types that are no array', 'token_type', value.i32(1)),
    change('a score too few', 'scores', value.f32s(TOKENS.slice(1).map(() => 0))),
    change('a score too many', 'scores', value.f32s([0, ...TOKENS.map(() => 0)])),
    change('no scores in the array', 'scores', value.f32s([])),
    change('a type too few', 'token_type', value.i32s(TOKEN_TYPES.slice(1))),
    change('a type too many', 'token_type', value.i32s([...TOKEN_TYPES, 1])),
    change(
      'a word of the type of bytes',
      'token_type',
      value.i32s(TOKEN_TYPES.map((type, at) => (at === 0 ? 6 : type))),
    ),
    change('merges that are numbers', 'merges', value.i32s([1, 2])),
    change('merges that are no array', 'merges', value.string('a b')),
    ...['none', 'no_vocab', '', 'a model'].map((model) =>
      change(`model ${JSON.stringify(model)}`, 'model', value.string(model)),
    ),
    change('a model that is a number', 'model', value.u32(1)),
  ];
}

/** The right number of elements, of every other type of fixed size. */
function narrowed(
  key: string,
  types: readonly number[],
  change: (what: string, key: string, changed: PlannedValue) => Mutation,
): Mutation[] {
  const widths = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
  return types.map((type) =>
    change(
      `${key} of type ${type}`,
      key,
      value.array(type, TOKENS.length, new Uint8Array(TOKENS.length * widths[type]!)),
    ),
  );
}
