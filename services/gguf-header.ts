import { GGUF_HEADER_BYTES_MAX } from '../policies/gguf-cursor.ts';
import { type GgufFacts, type GgufHeaderJudgement, judgeGgufHeaderInTurns } from '../policies/gguf-header.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import type { OpenFile } from './file-system.ts';
import type { PartialHeader } from './model-store.ts';

/** Enough for the header of a small model; what is refused for its first fields costs no more than this. */
const FIRST_BYTES = 64 * 1024;

/**
 * Reads the header of an open GGUF file of `sizeBytes` bytes and judges it: the facts of the model, or why the native
 * loader must not see it. Reads no more of the file than the judgement asks for, and at least doubles what it has each
 * time: the work is linear in the header, and the memory less than twice the largest header, 128 MiB.
 *
 * Never rejects. Gives `model_file_unreadable` where a read fails, `model_file_changed` where the file has become
 * shorter, and `start_superseded` once the signal is aborted, besides the reasons of `evaluateGgufHeader`.
 */
export async function readGgufHeader(
  file: OpenFile,
  sizeBytes: number,
  signal: CancelSignal,
): Promise<Attempt<GgufFacts>> {
  const read = await readGgufHeaderSoFar(file, sizeBytes, sizeBytes, signal);
  if (!read.ok) return read;
  return read.value.kind === 'whole'
    ? { ok: true, value: read.value.facts }
    : // No header asks for more than the file has.
      deny('gguf_truncated');
}

/** As {@link readGgufHeader}, of a file that has its first `hereBytes` bytes so far and will have `sizeBytes`. */
export async function readGgufHeaderSoFar(
  file: OpenFile,
  hereBytes: number,
  sizeBytes: number,
  signal: CancelSignal,
): Promise<Attempt<PartialHeader>> {
  let prefix = new Uint8Array(0);
  let wantedBytes = FIRST_BYTES;
  for (;;) {
    const longer = new Uint8Array(Math.min(wantedBytes, hereBytes));
    longer.set(prefix);
    const refusal = await fill(file, longer, prefix.byteLength, signal);
    if (refusal !== null) return refusal;
    prefix = longer;

    const judgement = await judgeInTurns(prefix, sizeBytes, signal);
    if (judgement === null) return deny('start_superseded');
    switch (judgement.kind) {
      case 'accepted':
        return { ok: true, value: { kind: 'whole', facts: judgement.facts } };
      case 'refused':
        return judgement.verdict;
      case 'more':
        if (prefix.byteLength === hereBytes) {
          return { ok: true, value: { kind: 'more', needBytes: judgement.needBytes } };
        }
        wantedBytes = Math.min(Math.max(judgement.needBytes, 2 * prefix.byteLength), GGUF_HEADER_BYTES_MAX);
    }
  }
}

/** Lets the event loop turn in each pause. Null once the signal is aborted. */
async function judgeInTurns(
  prefix: Uint8Array,
  sizeBytes: number,
  signal: CancelSignal,
): Promise<GgufHeaderJudgement | null> {
  const turns = judgeGgufHeaderInTurns(prefix, sizeBytes);
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return null;
  }
}

/** Reads the bytes from `fromBytes` on to their places in `prefix`. */
async function fill(
  file: OpenFile,
  prefix: Uint8Array,
  fromBytes: number,
  signal: CancelSignal,
): Promise<Deny | null> {
  let positionBytes = fromBytes;
  while (positionBytes < prefix.byteLength) {
    const rest = prefix.subarray(positionBytes);
    let readBytes: number;
    try {
      readBytes = await file.read(rest, rest.byteLength, positionBytes);
    } catch {
      return deny('model_file_unreadable');
    }
    if (signal.aborted) return deny('start_superseded');
    if (readBytes === 0) return deny('model_file_changed');
    positionBytes += readBytes;
  }
  return null;
}
