import { hasRepeatedToken } from './gguf-token-set.ts';
import { TURN_ENTRIES, type Turns } from './gguf-turns.ts';
import { GGUF_TYPE, type GgufMetadata, type GgufValue } from './gguf-values.ts';

type ArrayValue = Extract<GgufValue, { readonly kind: 'array' }>;

/** Whitespace tokens of real vocabularies reach 256 bytes; some tokenizers are quadratic in this length. */
const TOKEN_BYTES_MAX = 4_096;
const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/;
/** `tokenizer.ggml.token_type` of a token that stands for one byte. */
const BYTE_TYPE = 6;
/** A runtime that gets one of these has no vocabulary at all, and ends the process at the first question about it. */
const NO_VOCABULARY: readonly (string | null)[] = ['none', 'no_vocab', null];
/** SentencePiece with byte fallback: bytes that no word spells are looked up one by one, and one that is not there ends the process. */
const BYTE_FALLBACK = 'llama';

/**
 * The number of tokens, or null where the native loader and tokenizer do not come through with this vocabulary.
 * `header` is the bytes that the metadata was read from.
 *
 * Each of these ends the process or reaches outside its memory, and no `catch` helps: a token that comes twice; a
 * vocabulary of the `llama` kind without a token for each byte; a byte token that names no byte; scores or types
 * that are narrower or fewer than the tokens. A vocabulary of the `gpt2` kind needs no byte tokens: what it cannot
 * spell it leaves out.
 */
export function* countSoundTokens(metadata: GgufMetadata, header: Uint8Array): Turns<number | null> {
  const model = metadata.get('tokenizer.ggml.model');
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (model?.kind !== 'string' || NO_VOCABULARY.includes(model.text)) return null;
  if (tokens?.kind !== 'array' || tokens.elementType !== GGUF_TYPE.string || tokens.length === 0) return null;

  const scores = metadata.get('tokenizer.ggml.scores');
  const types = metadata.get('tokenizer.ggml.token_type');
  const merges = metadata.get('tokenizer.ggml.merges');
  if (scores !== undefined && !isBeside(scores, tokens, [GGUF_TYPE.f32, GGUF_TYPE.i32])) return null;
  if (types !== undefined && !isBeside(types, tokens, [GGUF_TYPE.i32])) return null;
  if (merges !== undefined && !isArrayOf(merges, GGUF_TYPE.string)) return null;

  const typesPlace = types?.kind === 'array' ? types.startBytes : null;
  const isSound = yield* areSoundTokens(header, tokens, typesPlace, model.text === BYTE_FALLBACK);
  return isSound ? tokens.length : null;
}

/** As long as the vocabulary, and of elements as wide as the loader takes them to be. */
function isBeside(value: GgufValue, tokens: ArrayValue, elementTypes: readonly number[]): boolean {
  return value.kind === 'array' && value.length === tokens.length && elementTypes.includes(value.elementType);
}

function isArrayOf(value: GgufValue, elementType: number): boolean {
  return value.kind === 'array' && value.elementType === elementType;
}

function* areSoundTokens(
  header: Uint8Array,
  tokens: ArrayValue,
  typesPlace: number | null,
  needsBytes: boolean,
): Turns<boolean> {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const places = new Uint32Array(tokens.length);
  const spelled = new Uint8Array(256);
  let at = tokens.startBytes;
  for (let token = 0; token < tokens.length; token += 1) {
    if (token % TURN_ENTRIES === TURN_ENTRIES - 1) yield;
    const lengthBytes = view.getUint32(at, true);
    if (lengthBytes > TOKEN_BYTES_MAX) return false;
    places[token] = at;
    const byte = byteSpelled(view, at + LENGTH_BYTES, lengthBytes);
    if (byte !== null) spelled[byte] = 1;
    const isByteToken = typesPlace !== null && view.getUint32(typesPlace + 4 * token, true) === BYTE_TYPE;
    if (isByteToken && (byte === null || lengthBytes !== BYTE_TOKEN_BYTES)) return false;
    at += LENGTH_BYTES + lengthBytes;
  }
  if (needsBytes && spelled.includes(0)) return false;
  return !(yield* hasRepeatedToken(view, places));
}

const LENGTH_BYTES = 8;
const BYTE_TOKEN_BYTES = 6;

/** The byte that a token stands for: by its number, as `<0x0A>`, or by itself, which the loader's C string cannot for 0. */
function byteSpelled(view: DataView, from: number, lengthBytes: number): number | null {
  if (lengthBytes === 1) return view.getUint8(from) || null;
  // Stryker disable next-line ConditionalExpression,LogicalOperator: spares the text of each word; the pattern says the same
  if (lengthBytes !== BYTE_TOKEN_BYTES || view.getUint8(from) !== 0x3c) return null;
  let text = '';
  for (let at = from; at < from + lengthBytes; at += 1) text += String.fromCharCode(view.getUint8(at));
  const digits = BYTE_TOKEN.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}
