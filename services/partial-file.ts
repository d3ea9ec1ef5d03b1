import { isStrongEtag, PARTIAL_STATE_VERSION, type PartialState } from '../policies/partial-state.ts';

import type { IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, allow, type Deny, deny, type Verdict } from '../policies/verdict.ts';
import { writeDurably } from './durable-file.ts';
import { type FileProof, proveFile } from './file-proof.ts';
import { readGgufHeaderSoFar } from './gguf-header.ts';
import type { PartialFile } from './model-store.ts';
import { type ClaimedPart, createPart, deletePart, releasePart } from './partial-claim.ts';
import { publishPart } from './partial-publish.ts';
import { createPartialWriter } from './partial-writer.ts';
import { keepEvidence } from './quarantine.ts';
import type { StoreParts } from './store-parts.ts';
import { tolerate } from './store-refusal.ts';
import { createTurns } from './turns.ts';

const WITHIN = Object.freeze(allow('within_limits'));
const VERIFIED = Object.freeze(allow('integrity_verified'));
const CLOSED = Object.freeze(deny('integrity_closed'));

/** How the file leaves its place when it is closed. */
type Fate =
  /** It stays as far as its state reaches. */
  | 'kept'
  /** It is of no use to anybody: its bytes are wrong, or the disk may not hold them. */
  | 'spoiled'
  /** It has its final name, or is deleted already. */
  | 'moved';

/** Writes what comes into a claimed file; calls that overlap are taken one after the other. */
export function createPartialFile(parts: StoreParts, spec: IntegritySpec, claimed: ClaimedPart): PartialFile {
  const inTurn = createTurns();
  let part = claimed;
  let writer = createPartialWriter(part.file, part.resumeBytes);
  let etag = claimed.etag;
  /** How far the state reaches: 0 without a validator, under which nothing can be gone on with. */
  let syncedBytes = claimed.resumeBytes;
  let refused: Deny | null = null;
  let fate: Fate = 'kept';
  let isClosed = false;
  let proof: FileProof | null = null;

  /** After a refusal the file only waits to be closed, or for other bytes. */
  const refuse = async (refusal: Deny): Promise<Deny> => {
    refused = refusal;
    // What a failed flush left is deleted at once: should this process end now, nobody must go on with it.
    if (writer.isFlushFailed) await spoil();
    return refusal;
  };
  /** A file that cannot be read today may be read tomorrow; one that is wrong stays so. */
  const refuseContent = (refusal: Deny): Promise<Deny> => {
    if (refusal.reason !== 'model_file_unreadable') fate = 'spoiled';
    return refuse(refusal);
  };
  const spoil = async (): Promise<void> => {
    fate = 'spoiled';
    await deletePart(parts, part);
  };
  const use = <T>(work: () => Promise<T>): Promise<T | Deny> =>
    inTurn(async () => {
      if (isClosed || fate === 'moved') return CLOSED;
      return refused ?? work();
    });

  const saveState = async (lengthBytes: number): Promise<Deny | null> => {
    if (etag === null) return null;
    const state: PartialState = {
      version: PARTIAL_STATE_VERSION,
      sha256: spec.sha256,
      sizeBytes: spec.sizeBytes,
      etag,
      syncedBytes: lengthBytes,
    };
    const path = parts.layout.state(part.sha256, part.id);
    const saved = await writeDurably(parts.fileSystem, path, `${JSON.stringify(state)}\n`, parts.uniqueId());
    if (saved === null) syncedBytes = lengthBytes;
    return saved;
  };

  return {
    get resumeBytes() {
      return syncedBytes;
    },
    get etag() {
      return etag;
    },

    restart: (nextEtag) =>
      inTurn(async () => {
        if (isClosed || fate === 'moved') return CLOSED;
        // Wrong bytes are one source's affair, and the next may send the right ones; a disk that failed is no better.
        const isOfBytes = fate === 'spoiled' && !writer.isFlushFailed;
        if (refused !== null && !isOfBytes) return refused;
        const isUntouched = refused === null && writer.lengthBytes === 0 && syncedBytes === 0;
        if (!isUntouched) {
          // A new file, not the old one cut to nothing: a state that a power cut brings back must not fit it.
          const next = await createPart(parts, spec.sha256);
          if (!next.ok) return refuse(next);
          await writer.settle();
          await tolerate(() => part.file.close());
          await deletePart(parts, part);
          part = next.value;
          writer = createPartialWriter(part.file, 0);
        }
        etag = isStrongEtag(nextEtag) ? nextEtag : null;
        syncedBytes = 0;
        proof = null;
        refused = null;
        fate = 'kept';
        return WITHIN;
      }),

    append: (bytes) =>
      use<Verdict>(async () => {
        if (bytes.byteLength > spec.sizeBytes - writer.lengthBytes) {
          fate = 'spoiled';
          return refuse(deny('size_exceeded'));
        }
        proof = null;
        const refusal = await writer.append(bytes);
        return refusal === null ? WITHIN : refuse(refusal);
      }),

    header: (signal) =>
      use(async () => {
        const refusal = await writer.drain();
        if (refusal !== null) return refuse(refusal);
        const read = await readGgufHeaderSoFar(part.file, writer.lengthBytes, spec.sizeBytes, signal);
        return read.ok || read.reason === 'start_superseded' ? read : refuseContent(read);
      }),

    sync: () =>
      use<Verdict>(async () => {
        if (etag !== null && syncedBytes === writer.lengthBytes) return WITHIN;
        const refusal = (await writer.flush(false)) ?? (await saveState(writer.lengthBytes));
        return refusal === null ? WITHIN : refuse(refusal);
      }),

    verify: (signal, onProgress) =>
      use<Verdict>(async () => {
        if (signal.aborted) return deny('start_superseded');
        if (writer.lengthBytes < spec.sizeBytes) return refuse(deny('size_short'));
        const refusal = await writer.flush(true);
        if (refusal !== null) return refuse(refusal);
        // Whoever has to verify it again need not fetch it again; where that cannot be told, they must.
        if (syncedBytes !== writer.lengthBytes) await saveState(writer.lengthBytes);
        proof = await proveFile(part.file, spec, parts.hashFile, signal, onProgress);
        if (proof.refusal === null) return VERIFIED;
        return proof.refusal.reason === 'start_superseded' ? proof.refusal : refuseContent(proof.refusal);
      }),

    publish: () =>
      use<Attempt<ModelFile>>(async () => {
        if (proof?.stat == null || proof.refusal !== null) return deny('internal_error');
        const published = await publishPart(parts, spec, part, proof.stat);
        if (published.isMoved) fate = 'moved';
        return published.answer.ok ? published.answer : refuse(published.answer);
      }),

    quarantine: (reason) =>
      inTurn(async () => {
        if (isClosed || fate === 'moved') return;
        await writer.settle();
        const { sha256 = null, sizeBytes = null } = proof ?? {};
        await keepEvidence(parts, spec, {
          reason,
          sha256,
          sizeBytes: sizeBytes ?? writer.lengthBytes,
          file: part.file,
        });
        refused ??= deny(reason);
        await spoil();
      }),

    close: () =>
      inTurn(async () => {
        if (isClosed) return;
        isClosed = true;
        await writer.settle();
        if (fate === 'moved') {
          await tolerate(() => part.file.close());
        } else if (fate === 'kept' && !writer.isFlushFailed && etag !== null && syncedBytes > 0) {
          await releasePart(parts, part);
        } else {
          await tolerate(() => part.file.close());
          await deletePart(parts, part);
        }
      }),
  };
}
