import type { Reason } from '../../policies/reasons.ts';
import { encodePlan, type GgufPlan, value } from './gguf-plan.ts';
import { SPM_PLAN, withoutKey, withPair, withValue } from './gguf-samples.ts';
import { tensorMutations } from './gguf-tensor-mutations.ts';
import { vocabularyMutations } from './gguf-vocabulary-mutations.ts';

/** A header that is wrong in one place, and the reason that it must be refused for. */
export interface BadHeader {
  readonly name: string;
  readonly reason: Reason;
  readonly bytes: Uint8Array;
}

export type Mutation = readonly [name: string, reason: Reason, plan: GgufPlan];

/** Every way in which the sample can be wrong once: several hundred, each under a name of its own. */
export function mutateHeaders(): BadHeader[] {
  const mutations = [
    ...startMutations(),
    ...keyMutations(),
    ...valueMutations(),
    ...shapeMutations(),
    ...tensorMutations(SPM_PLAN),
    ...vocabularyMutations(SPM_PLAN),
  ];
  return [
    ...mutations.map(([name, reason, plan]) => ({ name, reason, bytes: encodePlan(plan).bytes })),
    ...truncations(),
  ];
}

/** Lengths and counts that overflow something: 32 bits, 53 bits, 63 bits, an addition, a product. */
const HUGE: readonly bigint[] = [
  2n ** 30n,
  3n * 2n ** 30n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n + 1n,
  2n ** 62n,
  2n ** 63n,
  2n ** 64n - 8n,
  2n ** 64n - 1n,
];

function startMutations(): Mutation[] {
  const magics = [0, 1, 2, 3].flatMap((at) =>
    [0x01, 0x20, 0x80].map((bit) => {
      const letters = [...'GGUF'].map((letter, index) => letter.charCodeAt(0) ^ (index === at ? bit : 0));
      return String.fromCharCode(...letters);
    }),
  );
  const versions = [0, 1, 4, 5, 9, 0x03000000, 0x80000003, 0x00010003];
  const counts = (max: bigint): bigint[] => [max + 1n, max * 2n, 10_000_000n, ...HUGE];
  return [
    ...magics.map((magic): Mutation => [`magic ${hexOf(magic)}`, 'model_not_gguf', { ...SPM_PLAN, magic }]),
    ...versions.map(
      (version): Mutation => [`version ${version}`, 'model_gguf_version', { ...SPM_PLAN, version }],
    ),
    ...counts(65_536n).map(
      (tensorCount): Mutation => [
        `${tensorCount} tensors`,
        'gguf_counts_exceeded',
        { ...SPM_PLAN, tensorCount },
      ],
    ),
    ...counts(4_096n).map(
      (pairCount): Mutation => [`${pairCount} pairs`, 'gguf_counts_exceeded', { ...SPM_PLAN, pairCount }],
    ),
    ['no tensor', 'gguf_tensor_malformed', { ...SPM_PLAN, tensorCount: 0 }],
    ['more tensors than fit', 'gguf_truncated', { ...SPM_PLAN, tensorCount: 60_000 }],
    ['more pairs than fit', 'gguf_truncated', { ...SPM_PLAN, pairCount: 4_096 }],
    ['no pair', 'gguf_metadata_missing', { ...SPM_PLAN, pairs: [] }],
  ];
}

function keyMutations(): Mutation[] {
  return SPM_PLAN.pairs.flatMap((pair, at): Mutation[] => {
    const key = String(pair.key);
    const lengths = [0n, 257n, ...HUGE];
    const spoilt = [' ', '\0', '/', 'é'].map((bad) => key.slice(0, -2) + bad);
    const types = [13, 14, 64, 255, 0x7fffffff, -1];
    return [
      ...lengths.map(
        (keyLength): Mutation => [
          `${key}: key of ${keyLength} bytes`,
          'gguf_key_malformed',
          withPair(SPM_PLAN, at, { keyLength }),
        ],
      ),
      ...spoilt.map(
        (bad): Mutation => [
          `${key}: key with ${hexOf(bad.slice(-1))}`,
          'gguf_key_malformed',
          withPair(SPM_PLAN, at, { key: bad }),
        ],
      ),
      ...types.map(
        (type): Mutation => [
          `${key}: value of type ${type}`,
          'gguf_type_unknown',
          withPair(SPM_PLAN, at, { value: { ...pair.value, type } }),
        ],
      ),
      [`${key}: twice`, 'gguf_key_duplicate', { ...SPM_PLAN, pairs: [...SPM_PLAN.pairs, pair] }],
    ];
  });
}

function valueMutations(): Mutation[] {
  const texts = ['general.architecture', 'general.name', 'tokenizer.ggml.model', 'tokenizer.chat_template'];
  const lengths = [2n ** 20n + 1n, ...HUGE];
  const arrays = ['tokenizer.ggml.tokens', 'tokenizer.ggml.scores', 'some.array'];
  const array = (key: string, element: number, length: bigint) =>
    withValue(SPM_PLAN, key, value.array(element, length, new Uint8Array(16)));
  return [
    ...texts.flatMap((key) =>
      lengths.map(
        (length): Mutation => [
          `${key}: text of ${length} bytes`,
          'gguf_string_exceeded',
          withValue(SPM_PLAN, key, value.string('text', length)),
        ],
      ),
    ),
    ...texts.map(
      (key): Mutation => [
        `${key}: text beyond the file`,
        'gguf_truncated',
        withValue(SPM_PLAN, key, value.string('text', 200_000n)),
      ],
    ),
    [
      'a template above 256 KiB',
      'gguf_string_exceeded',
      withValue(SPM_PLAN, 'tokenizer.chat_template', value.string(' '.repeat(262_145))),
    ],
    ...arrays.flatMap((key): Mutation[] => [
      ...[2n ** 21n + 1n, ...HUGE].map(
        (length): Mutation => [`${key}: ${length} entries`, 'gguf_counts_exceeded', array(key, 8, length)],
      ),
      [`${key}: more texts than fit`, 'gguf_truncated', array(key, 8, 1_000_000n)],
      [`${key}: more numbers than fit`, 'gguf_truncated', array(key, 6, 1_000_000n)],
      [`${key}: an array of arrays`, 'gguf_array_malformed', array(key, 9, 1n)],
      ...[13, 99, 0x7fffffff, -1].map(
        (type): Mutation => [`${key}: elements of type ${type}`, 'gguf_type_unknown', array(key, type, 1n)],
      ),
      ...HUGE.map(
        (length): Mutation => [
          `${key}: an element of ${length} bytes`,
          'gguf_string_exceeded',
          withValue(SPM_PLAN, key, value.array(8, 1, value.string('', length).bytes)),
        ],
      ),
    ]),
    ['a boolean of 2', 'gguf_metadata_malformed', withValue(SPM_PLAN, 'some.switch', value.bool(2))],
  ];
}

function shapeMutations(): Mutation[] {
  const required = [
    'general.architecture',
    'llama.block_count',
    'llama.context_length',
    'llama.embedding_length',
    'llama.attention.head_count',
    'tokenizer.ggml.model',
    'tokenizer.ggml.tokens',
  ];
  const numbers = { block_count: 513, context_length: 2 ** 30 + 1, embedding_length: 2 ** 20 + 1 };
  const others = [value.u64(4), value.i32(4), value.f32(4), value.string('4'), value.u16(4), value.u32s([4])];
  const set = (key: string, changed: ReturnType<typeof value.u32>) => withValue(SPM_PLAN, key, changed);
  const own = (key: string, changed: ReturnType<typeof value.u32>): Mutation => [
    `${key}: ${changed.type} ${Buffer.from(changed.bytes).toString('hex')}`,
    'gguf_metadata_malformed',
    set(`llama.${key}`, changed),
  ];
  return [
    ...required.map((key): Mutation => [`no ${key}`, 'gguf_metadata_missing', withoutKey(SPM_PLAN, key)]),
    ...Object.entries(numbers).flatMap(([key, above]) =>
      [...others, value.u32(0), value.u32(above), value.u32(2 ** 32 - 1)].map((changed) => own(key, changed)),
    ),
    ...['attention.head_count', 'attention.head_count_kv'].flatMap((key) =>
      [
        value.u64(4),
        value.string('4'),
        value.u32(65_537),
        value.u32s([1, 1, 1]),
        value.f32s([1, 1, 1, 1]),
      ].map((changed) => own(key, changed)),
    ),
    own('attention.head_count', value.u32(0)),
    own('attention.head_count', value.i32s([8, 8, -1, 8])),
    own('attention.key_length', value.u32(65_537)),
    own('attention.value_length', value.string('64')),
    own('expert_count', value.u32(1_025)),
    own('expert_used_count', value.u32(1)),
    own('nextn_predict_layers', value.u32(5)),
    own('rope.scaling.type', value.string('su')),
    own('rope.scaling.type', value.u32(1)),
    ...[0, 1, 2, 4, 3, 24, 33, 48, 2 ** 21, 2 ** 31, 2 ** 32 - 1].map(
      (bytes): Mutation => [
        `alignment ${bytes}`,
        'gguf_alignment_malformed',
        set('general.alignment', value.u32(bytes)),
      ],
    ),
    ...[value.u64(32), value.i32(32), value.string('32')].map(
      (changed): Mutation => [
        `alignment of type ${changed.type}`,
        'gguf_alignment_malformed',
        set('general.alignment', changed),
      ],
    ),
    ...[value.u16(65), value.u16(65_535), value.u32(99_999), value.u64(2), value.string('2')].map(
      (changed): Mutation => [
        `split.count: ${changed.type} ${Buffer.from(changed.bytes).toString('hex')}`,
        'gguf_metadata_malformed',
        set('split.count', changed),
      ],
    ),
    ...['', 'LLAMA', 'a b', 'a/b', 'é', 'a'.repeat(65), '../x'].map(
      (name): Mutation => [
        `architecture ${JSON.stringify(name)}`,
        'gguf_metadata_malformed',
        set('general.architecture', value.string(name)),
      ],
    ),
  ];
}

/** The file cut off at each place where a part ends, and one byte before it. */
function truncations(): BadHeader[] {
  const { bytes, boundaries } = encodePlan(SPM_PLAN);
  const dataStart = boundaries.at(-1)!;
  const headerEnd = boundaries.at(-2)!;
  const reasonAt = (at: number): Reason => {
    if (at < 8) return 'model_not_gguf';
    return at < headerEnd ? 'gguf_truncated' : 'gguf_tensor_out_of_bounds';
  };
  const places = [
    ...boundaries.flatMap((at) => [at - 1, at]),
    dataStart + 1,
    dataStart + 96,
    dataStart + 127,
  ];
  return [...new Set(places)].map((at) => ({
    name: `cut off at ${at}`,
    reason: reasonAt(at),
    bytes: bytes.slice(0, at),
  }));
}

function hexOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}
