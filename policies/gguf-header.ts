import { partOf, viewBytes } from './byte-view.ts';
import { isIntegerFrom } from './foreign.ts';
import { GgufCursor, type GgufStop } from './gguf-cursor.ts';
import { readGgufShape } from './gguf-rules.ts';
import { judgeTensorCount, readGgufTensors } from './gguf-tensors.ts';
import { finish, type Turns } from './gguf-turns.ts';
import { readGgufMetadata } from './gguf-values.ts';
import { countSoundTokens } from './gguf-vocabulary.ts';
import type { Reason } from './reasons.ts';
import { type Allow, allow, type Deny, deny, type Verdict } from './verdict.ts';

/** What the start of a GGUF file says: whether the native loader may see the file, or that more of it is needed. */
export type GgufHeaderJudgement =
  /** The first `needBytes` bytes of the file are needed at least: more than came, and no more than the file has. */
  | { readonly kind: 'more'; readonly needBytes: number }
  | { readonly kind: 'refused'; readonly verdict: Deny }
  | {
      readonly kind: 'accepted';
      readonly verdict: Allow<'gguf_header_valid'>;
      readonly facts: GgufFacts;
    };

/** What admission must know of a model. */
export interface GgufFacts {
  readonly architecture: string;
  /** Weights, without padding. */
  readonly tensorBytes: number;
  /** Longest context that the model was trained for. */
  readonly contextTokens: number;
  readonly layers: number;
  /** Keys and values of one token in all layers, 16 bits each; 0 for a model without attention. */
  readonly kvBytesPerToken: number;
  readonly vocabularyTokens: number;
  /** Files that the model is split into, 1 to 64. The runtime loads those beside the first by itself. */
  readonly splitFiles: number;
}

/** `GGUF`, the version as a uint32, the counts of tensors and of pairs as uint64. */
const MAGIC = 0x46554747;
const MAGIC_AND_VERSION_BYTES = 8;
/** Version 1 had 32-bit lengths and is refused by the runtime too; a later one is not known yet. */
const VERSIONS: readonly number[] = [2, 3];

/**
 * Judges the header of a GGUF file by its first bytes. Total: nothing throws, whatever the arguments. Its time is
 * linear in the bytes that came, and nothing is allocated by a length that the file tells before that length is there.
 *
 * What is checked is what was seen to end the process, to fill its memory or to make it read outside the file while
 * a model is loaded; whether the runtime knows the model is its own affair. `chunk_malformed` is for arguments that
 * are no prefix of a file.
 *
 * @param prefix the file from its first byte on, as much as there is so far: a `Uint8Array`
 * @param fileSizeBytes of the whole file
 */
export function evaluateGgufHeader(prefix: unknown, fileSizeBytes: unknown): GgufHeaderJudgement {
  return finish(judgeGgufHeaderInTurns(prefix, fileSizeBytes));
}

/**
 * The same judgement in turns of a few ms, for who must not be held up: a header of half a million entries takes tens
 * of ms as a whole. The prefix must not change meanwhile.
 */
export function* judgeGgufHeaderInTurns(prefix: unknown, fileSizeBytes: unknown): Turns<GgufHeaderJudgement> {
  try {
    return yield* judge(prefix, fileSizeBytes);
  } catch {
    return refuse('chunk_malformed');
  }
}

/**
 * Whether one file is the whole model. The native loader opens the other parts of a split one by itself, and a pin of
 * this file proves none of them: `gguf_split`.
 */
export function evaluateWholeModel({ splitFiles }: Pick<GgufFacts, 'splitFiles'>): Verdict {
  return splitFiles === 1 ? WHOLE : SPLIT;
}

const WHOLE = allow('gguf_header_valid');
const SPLIT = deny('gguf_split');

function* judge(prefix: unknown, fileBytes: unknown): Turns<GgufHeaderJudgement> {
  const view = viewBytes(prefix);
  if (view === null || !isIntegerFrom(fileBytes, 0) || view.byteLength > fileBytes) {
    return refuse('chunk_malformed');
  }
  return yield* judgeBytes(partOf(view, 0, view.byteLength), fileBytes);
}

function* judgeBytes(bytes: Uint8Array, fileBytes: number): Turns<GgufHeaderJudgement> {
  if (fileBytes < MAGIC_AND_VERSION_BYTES) return refuse('model_not_gguf');
  const cursor = new GgufCursor(bytes, fileBytes);
  if (cursor.u32() !== MAGIC) cursor.refuse('model_not_gguf');
  if (!VERSIONS.includes(cursor.u32())) cursor.refuse('model_gguf_version');

  const tensorCount = cursor.u64();
  judgeTensorCount(cursor, tensorCount);
  const metadata = yield* readGgufMetadata(cursor, cursor.u64());
  if (cursor.stop !== null) return stopped(cursor.stop);
  const shape = readGgufShape(metadata, bytes);
  if (!shape.ok) return refuse(shape.reason);
  const { alignmentBytes, ...facts } = shape.value;
  const tensorBytes = readGgufTensors(cursor, tensorCount, alignmentBytes, fileBytes);
  if (cursor.stop !== null) return stopped(cursor.stop);
  // Last, since it costs most: a header is judged anew when more of it came.
  const vocabularyTokens = yield* countSoundTokens(metadata, bytes);
  if (vocabularyTokens === null) return refuse('gguf_vocabulary_malformed');
  return {
    kind: 'accepted',
    verdict: allow('gguf_header_valid'),
    facts: { ...facts, tensorBytes, vocabularyTokens },
  };
}

function refuse(reason: Reason): GgufHeaderJudgement {
  return { kind: 'refused', verdict: deny(reason) };
}

function stopped(stop: GgufStop): GgufHeaderJudgement {
  return 'needBytes' in stop
    ? { kind: 'more', needBytes: stop.needBytes }
    : { kind: 'refused', verdict: stop };
}
