import type { Context } from './contexts.ts';
import { Q8_0_BLOCK_WEIGHTS, type TensorHead, type TensorType } from './gguf-tensor.ts';
import { lookBackQuery } from './look-back.ts';
import { CODE_DIMENSIONS, tokenCode } from './token-codes.ts';

/** What the weights are made from. */
export interface ModelPlan {
  readonly vocabularyTokens: number;
  /** How many tokens the model sees, the newest included; all others but the newest need an attention head each. */
  readonly windowTokens: number;
  readonly contexts: readonly Context[];
  /** The token that follows wherever no context fits. */
  readonly fallback: number;
}

/** Sizes of the model, as the header tells them. */
export interface ModelShape {
  readonly embedding: number;
  readonly heads: number;
  readonly hidden: number;
}

export interface Tensor extends TensorHead {
  readonly weights: Float32Array;
}

/** The constant that every token carries, from which queries, keys and thresholds are made. */
const CONSTANT = 4;
/** Score between the wanted place and the one beside it: e^-15 of the attention goes astray. */
const ATTENTION_SCALE = 3.5;
/** What a neuron gets above its threshold when its context is there; a context with one wrong token gets -12 or less. */
const MARGIN = 12;
/** How loud a recognised context says its next token, against 1 for the newest token's own code. */
const LOUDNESS = 16;
/** Heard where nothing else speaks, drowned where a context is recognised. */
const FALLBACK_LOUDNESS = 4;

/** One head less than the window, and one neuron more than there are contexts, filled up to whole blocks. */
export function shapeOf({ windowTokens, contexts }: ModelPlan): ModelShape {
  return {
    embedding: (windowTokens + 1) * CODE_DIMENSIONS,
    heads: windowTokens - 1,
    hidden: Math.ceil((contexts.length + 1) / Q8_0_BLOCK_WEIGHTS) * Q8_0_BLOCK_WEIGHTS,
  };
}

/**
 * A model of one block, and the embedding, which serves as the output matrix too.
 *
 * The residual stream holds codes of tokens in blocks of 32: block 0 the newest token's, block h that of the token
 * h places back; the last block holds a constant alone. The embedding fills block 0, every head of the attention
 * fills one block more, and every neuron compares a context with all of them: the one that fits writes the code of
 * the token to come over block 0, where the output matrix finds it.
 */
export function compileWeights(plan: ModelPlan): Tensor[] {
  const shape = shapeOf(plan);
  return [
    embedding(plan, shape),
    ones('blk.0.attn_norm.weight', shape.embedding),
    ...attention(plan, shape),
    ones('blk.0.ffn_norm.weight', shape.embedding),
    ...feedForward(plan, shape),
    ones('output_norm.weight', shape.embedding),
  ];
}

function embedding({ vocabularyTokens, windowTokens }: ModelPlan, shape: ModelShape): Tensor {
  const matrix = new Matrix('token_embd.weight', shape.embedding, vocabularyTokens);
  for (let token = 0; token < vocabularyTokens; token += 1) {
    matrix.setCode(token, 0, token, 1);
    matrix.set(token, windowTokens * CODE_DIMENSIONS, CONSTANT);
  }
  return matrix.tensor();
}

/** Every head copies block 0 of the token `head + 1` places back into block `head + 1` of the newest one. */
function attention({ windowTokens }: ModelPlan, shape: ModelShape): Tensor[] {
  const size = rootMeanSquare(1, shape.embedding);
  const constantAt = windowTokens * CODE_DIMENSIONS;
  const copied = shape.heads * CODE_DIMENSIONS;
  const query = new Matrix('blk.0.attn_q.weight', shape.embedding, copied);
  const key = new Matrix('blk.0.attn_k.weight', shape.embedding, CODE_DIMENSIONS);
  const value = new Matrix('blk.0.attn_v.weight', shape.embedding, CODE_DIMENSIONS);
  const output = new Matrix('blk.0.attn_output.weight', copied, shape.embedding);
  // The runtime divides scores by the root of the head's width.
  const scale = (Math.sqrt(ATTENTION_SCALE * Math.sqrt(CODE_DIMENSIONS)) * size) / CONSTANT;
  for (let dimension = 0; dimension < CODE_DIMENSIONS; dimension += 1) {
    key.set(dimension, constantAt, dimension % 2 === 0 ? scale : 0);
    value.set(dimension, dimension, size);
  }
  for (let head = 0; head < shape.heads; head += 1) {
    for (const [dimension, part] of lookBackQuery(head + 1).entries()) {
      query.set(head * CODE_DIMENSIONS + dimension, constantAt, part * scale);
    }
    for (let dimension = 0; dimension < CODE_DIMENSIONS; dimension += 1) {
      output.set((head + 1) * CODE_DIMENSIONS + dimension, head * CODE_DIMENSIONS + dimension, 1);
    }
  }
  return [query, key, value, output].map((matrix) => matrix.tensor());
}

/** One neuron for each context, and one that always speaks. Rows that only fill the last block stay zero. */
function feedForward({ windowTokens, contexts, fallback }: ModelPlan, shape: ModelShape): Tensor[] {
  const size = rootMeanSquare(windowTokens, shape.embedding);
  const constantAt = windowTokens * CODE_DIMENSIONS;
  const gate = new Matrix('blk.0.ffn_gate.weight', shape.embedding, shape.hidden);
  const up = new Matrix('blk.0.ffn_up.weight', shape.embedding, shape.hidden);
  const down = new Matrix('blk.0.ffn_down.weight', shape.hidden, shape.embedding);
  const speak = (neuron: number, codes: number, next: number, loudness: number): void => {
    gate.set(neuron, constantAt, ((MARGIN - CODE_DIMENSIONS * codes) * size) / CONSTANT);
    up.set(neuron, constantAt, size / CONSTANT);
    for (const [dimension, sign] of tokenCode(next).entries())
      down.set(dimension, neuron, (sign * loudness) / MARGIN);
  };
  for (const [neuron, { tokens, next }] of contexts.entries()) {
    for (const [place, token] of tokens.entries())
      gate.setCode(neuron, tokens.length - 1 - place, token, size);
    speak(neuron, tokens.length, next, LOUDNESS);
  }
  speak(contexts.length, 0, fallback, FALLBACK_LOUDNESS);
  return [gate, up, down].map((matrix) => matrix.tensor());
}

/** What the runtime divides by before a layer, when `codes` blocks are filled. */
function rootMeanSquare(codes: number, embeddingLength: number): number {
  return Math.sqrt((codes * CODE_DIMENSIONS + CONSTANT * CONSTANT) / embeddingLength);
}

function ones(name: string, length: number): Tensor {
  return { name, type: 'f32', shape: [length], weights: new Float32Array(length).fill(1) };
}

class Matrix {
  readonly #head: TensorHead;
  readonly #weights: Float32Array;
  readonly #rowLength: number;

  constructor(name: string, rowLength: number, rows: number) {
    const type: TensorType = 'q8_0';
    this.#head = { name, type, shape: [rowLength, rows] };
    this.#weights = new Float32Array(rowLength * rows);
    this.#rowLength = rowLength;
  }

  set(row: number, column: number, weight: number): void {
    this.#weights[row * this.#rowLength + column] = weight;
  }

  /** Writes the code of a token into one block of a row. */
  setCode(row: number, block: number, token: number, scale: number): void {
    for (const [dimension, sign] of tokenCode(token).entries()) {
      this.set(row, block * CODE_DIMENSIONS + dimension, sign * scale);
    }
  }

  tensor(): Tensor {
    return { ...this.#head, weights: this.#weights };
  }
}
