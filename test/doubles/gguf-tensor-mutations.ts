import type { Mutation } from './gguf-mutator.ts';
import type { GgufPlan } from './gguf-plan.ts';
import { withTensor } from './gguf-samples.ts';

const WITHDRAWN = [4, 5, 31, 32, 33, 36, 37, 38];
const UNKNOWN = [43, 255, 0x7fffffff, -1];
/** Weights in a block of each quantised type, and a row that is not whole blocks of it. */
const ROWS: readonly (readonly [type: number, row: number])[] = [
  [2, 31],
  [8, 33],
  [12, 128],
  [14, 255],
  [23, 257],
  [39, 16],
  [40, 32],
  [41, 64],
];

/** Every way in which the description of one of the two tensors can be wrong. */
export function tensorMutations(plan: GgufPlan): Mutation[] {
  return [0, 1]
    .flatMap((at): Mutation[] => {
      const { name, dimensions } = plan.tensors[at]!;
      const change = (what: string, changes: Parameters<typeof withTensor>[2]): Mutation => [
        `${name}: ${what}`,
        'gguf_tensor_malformed',
        withTensor(plan, at, changes),
      ];
      const other = plan.tensors[1 - at]!.name;
      return [
        ...['', 'a b', 'a\0b', 'é', 'a'.repeat(64)].map((bad) =>
          change(`name ${JSON.stringify(bad)}`, { name: bad }),
        ),
        ...[0n, 64n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n].map((nameLength) =>
          change(`name of ${nameLength} bytes`, { nameLength }),
        ),
        change('the name of the other', { name: other }),
        ...[0, 5, 6, 65_536, -1].map((dimensionCount) =>
          change(`${dimensionCount} dimensions`, { dimensionCount }),
        ),
        ...[0n, 2n ** 32n + 1n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].flatMap((length) => [
          change(`a first length of ${length}`, { dimensions: [length, ...dimensions.slice(1)] }),
          change(`a last length of ${length}`, { dimensions: [32, 1, 1, length] }),
        ]),
        change('a product of 2^64', { dimensions: [2 ** 32, 2 ** 32] }),
        change('a product of 2^128', { dimensions: [2 ** 32, 2 ** 32, 2 ** 32, 2 ** 32] }),
        change('a product of 2^53', { dimensions: [2 ** 32, 2 ** 21] }),
        change('a product of 2^54, in a type of few bits', { dimensions: [2 ** 32, 2 ** 22], type: 41 }),
        change('bytes above 2^53', { dimensions: [2 ** 32, 2 ** 20], type: 28 }),
        ...ROWS.map(([type, row]) => change(`a row of ${row} in type ${type}`, { type, dimensions: [row] })),
        ...offsetsBeside(Number(plan.tensors[at]!.offset)).map((offset) =>
          change(`an offset of ${offset}`, { offset }),
        ),
        ...[...WITHDRAWN, ...UNKNOWN].map(
          (type): Mutation => [`${name}: type ${type}`, 'gguf_type_unknown', withTensor(plan, at, { type })],
        ),
      ];
    })
    .concat(outOfBounds(plan));
}

function offsetsBeside(offset: number): bigint[] {
  const near = [1, 31, 32, 64].map((step) => BigInt(offset + step));
  return [...near, 2n ** 32n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 32n, 2n ** 64n - 1n];
}

function outOfBounds(plan: GgufPlan): Mutation[] {
  const last = (dimensions: readonly number[]): GgufPlan => withTensor(plan, 1, { dimensions });
  return [
    ['one weight more than there is', 'gguf_tensor_out_of_bounds', last([9])],
    ['a tensor of 16 GiB', 'gguf_tensor_out_of_bounds', last([2 ** 32])],
    ['a tensor of 4 PiB', 'gguf_tensor_out_of_bounds', last([2 ** 25, 2 ** 25])],
  ];
}
