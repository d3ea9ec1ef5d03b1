import { GGUF_TYPE, type GgufMetadata, type GgufValue } from './gguf-values.ts';
import type { Reason } from './reasons.ts';
import { type Attempt, deny } from './verdict.ts';

/** What the metadata says of the model's shape. */
export interface GgufShape {
  readonly architecture: string;
  /** Bytes at whose multiples the weights and each tensor begin, 8 to 1 MiB. */
  readonly alignmentBytes: number;
  readonly contextTokens: number;
  readonly layers: number;
  /** With 16-bit keys and values, none of them dropped; 0 for a model without attention. */
  readonly kvBytesPerToken: number;
  /** Files that the model is split into, 1 to 64: the runtime loads the others by itself. */
  readonly splitFiles: number;
}

const ARCHITECTURE = /^[a-z0-9-]{1,64}$/;
const ALIGNMENT = { default: 32, min: 8, max: 1024 * 1024 } as const;
/** The runtime has room for this many layers, and some versions write behind it. */
const LAYERS_MAX = 512;
const CONTEXT_TOKENS_MAX = 2 ** 30;
const EMBEDDING_MAX = 2 ** 20;
const HEADS_MAX = 65_536;
const HEAD_LENGTH_MAX = 65_536;
const EXPERTS_MAX = 1_024;
const SPLIT_FILES_MAX = 64;
const KV_ELEMENT_BYTES = 2;
/** Any other name of a rope scaling ends the process while the model is loaded. */
const ROPE_SCALINGS: readonly (string | null)[] = ['none', 'linear', 'yarn', 'longrope'];
/** A model with state in place of attention has no heads. */
const STATE_KEYS = ['ssm.state_size', 'wkv.head_size', 'shortconv.l_cache'] as const;

/** `header`: the bytes that the metadata was read from. */
export function readGgufShape(metadata: GgufMetadata, header: Uint8Array): Attempt<GgufShape> {
  const architecture = textOf(metadata.get('general.architecture'));
  if (metadata.get('general.architecture') === undefined) return deny('gguf_metadata_missing');
  if (architecture === null || !ARCHITECTURE.test(architecture)) return malformed();

  const alignmentBytes = readAlignment(metadata);
  if (alignmentBytes === null) return deny('gguf_alignment_malformed');

  const own = (key: string): GgufValue | undefined => metadata.get(`${architecture}.${key}`);
  const refusal = refuseMissing(metadata, own) ?? refuseAsserted(own);
  if (refusal !== null) return deny(refusal);

  const layers = numberOf(own('block_count'), 1, LAYERS_MAX);
  const contextTokens = numberOf(own('context_length'), 1, CONTEXT_TOKENS_MAX);
  const embedding = numberOf(own('embedding_length'), 1, EMBEDDING_MAX);
  const split = metadata.get('split.count');
  const splitFiles = split === undefined ? 1 : readSplitFiles(split);
  if (layers === null || contextTokens === null || embedding === null || splitFiles === null) {
    return malformed();
  }
  const kvBytesPerToken = readKvBytes(own, header, layers, embedding);
  if (kvBytesPerToken === null) return malformed();
  return {
    ok: true,
    value: { architecture, alignmentBytes, contextTokens, layers, kvBytesPerToken, splitFiles },
  };
}

type Own = (key: string) => GgufValue | undefined;

function malformed(): Attempt<never> {
  return deny('gguf_metadata_malformed');
}

function readAlignment(metadata: GgufMetadata): number | null {
  const value = metadata.get('general.alignment');
  if (value === undefined) return ALIGNMENT.default;
  const bytes = numberOf(value, ALIGNMENT.min, ALIGNMENT.max);
  return bytes !== null && Number.isInteger(Math.log2(bytes)) ? bytes : null;
}

function readSplitFiles(value: GgufValue): number | null {
  if (value.kind !== 'scalar' || (value.type !== GGUF_TYPE.u16 && value.type !== GGUF_TYPE.u32)) return null;
  // A tool that splits nothing writes 0 or 1.
  return value.value <= SPLIT_FILES_MAX ? Math.max(1, value.value) : null;
}

const REQUIRED = ['block_count', 'context_length', 'embedding_length', 'attention.head_count'] as const;
const REQUIRED_TOKENIZER = ['tokenizer.ggml.model', 'tokenizer.ggml.tokens'] as const;

function refuseMissing(metadata: GgufMetadata, own: Own): Reason | null {
  const isThere = (key: (typeof REQUIRED)[number]): boolean =>
    own(key) !== undefined || (key === 'attention.head_count' && isStateful(own));
  const isWhole = REQUIRED.every(isThere) && REQUIRED_TOKENIZER.every((key) => metadata.has(key));
  return isWhole ? null : 'gguf_metadata_missing';
}

/** What the loader asserts, each of which ends the process. */
function refuseAsserted(own: Own): Reason | null {
  const scaling = own('rope.scaling.type');
  const isKnownScaling = scaling === undefined || ROPE_SCALINGS.includes(textOf(scaling));
  const isBounded = (key: string, max: number): boolean => {
    const value = own(key);
    return value === undefined || numberOf(value, 0, max) !== null;
  };
  const experts = numberOf(own('expert_count'), 0, EXPERTS_MAX) ?? 0;
  const isSound =
    isKnownScaling &&
    isBounded('expert_count', EXPERTS_MAX) &&
    isBounded('nextn_predict_layers', numberOf(own('block_count'), 1, LAYERS_MAX) ?? 0) &&
    // One that differs from layer to layer is an array.
    (own('expert_used_count')?.kind === 'array' || isBounded('expert_used_count', experts));
  return isSound ? null : 'gguf_metadata_malformed';
}

/** Bytes of keys and values of one token in all layers: an upper bound where a layer keeps a window of them only. */
function readKvBytes(own: Own, header: Uint8Array, layers: number, embedding: number): number | null {
  const headsQ = own('attention.head_count');
  if (headsQ === undefined) return 0;
  const heads = readHeads(headsQ, header, layers);
  if (heads === null || (sum(heads) === 0 && !isStateful(own))) return null;
  const headsKv = own('attention.head_count_kv');
  const kvHeads = headsKv === undefined ? heads : readHeads(headsKv, header, layers);
  if (kvHeads === null) return null;
  const headsOfLayer = heads.find((count) => count > 0);
  const headLength = headsOfLayer === undefined ? 0 : Math.floor(embedding / headsOfLayer);
  const keyLength = readLength(own('attention.key_length'), headLength);
  const valueLength = readLength(own('attention.value_length'), headLength);
  if (keyLength === null || valueLength === null) return null;
  return sum(kvHeads) * (keyLength + valueLength) * KV_ELEMENT_BYTES;
}

function isStateful(own: Own): boolean {
  return STATE_KEYS.some((key) => own(key) !== undefined);
}

function readLength(value: GgufValue | undefined, fallback: number): number | null {
  return value === undefined ? fallback : numberOf(value, 0, HEAD_LENGTH_MAX);
}

/** Heads of each layer: one number for all, or an array of as many numbers as layers. */
function readHeads(value: GgufValue, header: Uint8Array, layers: number): number[] | null {
  if (value.kind !== 'array') {
    const heads = numberOf(value, 0, HEADS_MAX);
    return heads === null ? null : Array.from({ length: layers }, () => heads);
  }
  const { elementType, length, startBytes } = value;
  if (length !== layers || (elementType !== GGUF_TYPE.u32 && elementType !== GGUF_TYPE.i32)) return null;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const heads = Array.from({ length: layers }, (_, layer) => view.getUint32(startBytes + 4 * layer, true));
  return heads.every((count) => count <= HEADS_MAX) ? heads : null;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** A uint32 of the range: the loader takes no other type for these. */
function numberOf(value: GgufValue | undefined, min: number, max: number): number | null {
  if (value?.kind !== 'scalar' || value.type !== GGUF_TYPE.u32) return null;
  return value.value >= min && value.value <= max ? value.value : null;
}

function textOf(value: GgufValue | undefined): string | null {
  return value?.kind === 'string' ? value.text : null;
}
