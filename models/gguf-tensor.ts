import { halfFloatBits } from './half-float.ts';

export type TensorType = 'f32' | 'q8_0';

/** A tensor as the header tells it. `shape` begins with the length of a row. */
export interface TensorHead {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
}

/** Weights in one block of q8_0: they share one scale. */
export const Q8_0_BLOCK_WEIGHTS = 32;
/** A scale in binary16 and 32 signed bytes. */
export const Q8_0_BLOCK_BYTES = 34;

/** Bytes of the tensor in the file, without the padding behind it. Throws when a row is not whole blocks. */
export function tensorBytes({ name, type, shape }: TensorHead): number {
  const weights = shape.reduce((product, length) => product * length, 1);
  switch (type) {
    case 'f32':
      return weights * 4;
    case 'q8_0':
      if ((shape[0] ?? 0) % Q8_0_BLOCK_WEIGHTS !== 0) {
        throw new RangeError(
          `Tensor ${name}: a row of ${shape[0]} weights is not whole blocks of ${Q8_0_BLOCK_WEIGHTS}.`,
        );
      }
      return (weights / Q8_0_BLOCK_WEIGHTS) * Q8_0_BLOCK_BYTES;
  }
}

/** Weights, row by row, in the tensor's own format. */
export function encodeTensor(head: TensorHead, weights: Float32Array): Uint8Array {
  const bytes = new Uint8Array(tensorBytes(head));
  const view = new DataView(bytes.buffer);
  switch (head.type) {
    case 'f32':
      for (const [at, weight] of weights.entries()) view.setFloat32(at * 4, weight, true);
      return bytes;
    case 'q8_0':
      for (let block = 0; block * Q8_0_BLOCK_WEIGHTS < weights.length; block += 1) {
        const from = block * Q8_0_BLOCK_WEIGHTS;
        writeBlock(view, block * Q8_0_BLOCK_BYTES, weights.subarray(from, from + Q8_0_BLOCK_WEIGHTS));
      }
      return bytes;
  }
}

function writeBlock(view: DataView, offset: number, weights: Float32Array): void {
  const largest = weights.reduce((size, weight) => Math.max(size, Math.abs(weight)), 0);
  view.setUint16(offset, halfFloatBits(largest / 127), true);
  for (const [at, weight] of weights.entries()) {
    view.setInt8(offset + 2 + at, largest === 0 ? 0 : Math.round((weight / largest) * 127));
  }
}
