import type { CancelSignal, IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import { type FileProof, proveFile, refuseSize } from './file-proof.ts';
import type { FileStat } from './file-system.ts';
import { keepEvidence } from './quarantine.ts';
import type { StoreFile, StoreStat } from './store-file-system.ts';
import type { StoreParts } from './store-parts.ts';
import { saveRecord } from './store-record.ts';
import { attemptCall, codeOf, tolerate, unavailable } from './store-refusal.ts';
import { lookAt, lookAtDirectory, makeTree } from './store-tree.ts';

/** Another process may put its own good file in place while this one reads the old; a third time is no accident. */
const TRIES_MAX = 3;

/** `verify` of the store, for a spec that was judged. */
export async function verifyStored(
  parts: StoreParts,
  spec: IntegritySpec,
  signal: CancelSignal,
  onProgress?: (doneBytes: number) => void,
): Promise<Attempt<ModelFile>> {
  if ((await lookAtDirectory(parts.fileSystem, parts.layout.blobs)) === 'refused') return unavailable();
  let answer: Attempt<ModelFile> = deny('model_file_changed');
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    answer = await verifyOnce(parts, spec, signal, onProgress);
    if (answer.ok || answer.reason !== 'model_file_changed') break;
  }
  return answer;
}

async function verifyOnce(
  parts: StoreParts,
  spec: IntegritySpec,
  signal: CancelSignal,
  onProgress?: (doneBytes: number) => void,
): Promise<Attempt<ModelFile>> {
  if (signal.aborted) return deny('start_superseded');
  const { fileSystem, layout } = parts;
  const path = layout.blob(spec.sha256);
  const found = await lookAt(fileSystem, path);
  if (!found.ok) return found;
  if (found.value === null) return deny('model_not_stored');
  if (!found.value.isFile()) return takeOutStranger(parts, spec, found.value);

  const opened = await attemptCall(() => fileSystem.open(path, 'read'), refusalOfRead);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    // Proved as what its name says it is. A pin with another size is no reason to lose a good file.
    const own = { sha256: spec.sha256, sizeBytes: Number(found.value.size) };
    const sizeRefusal = refuseSize(own.sizeBytes, spec.sizeBytes);
    const proof = await proveFile(file, own, parts.hashFile, signal, onProgress);
    if (proof.stat !== null && !(await isNamed(parts, path, proof.stat))) return deny('model_file_changed');
    // A store that was copied may lack the places for what follows; on a disk that is read-only nothing does.
    await makeTree(fileSystem, layout);
    if (proof.refusal === null) {
      const proved = await keepProved(parts, own, path, proof.stat);
      return sizeRefusal ?? proved;
    }
    if (mayBeGood(proof.refusal)) return proof.refusal;
    const refusal = sizeRefusal ?? proof.refusal;
    await takeOut(parts, spec, file, proof, refusal);
    return refusal;
  } finally {
    await tolerate(() => file.close());
  }
}

/** The record is a matter of speed: where it cannot be written, the model was verified all the same. */
async function keepProved(
  parts: StoreParts,
  spec: IntegritySpec,
  path: string,
  stat: FileStat | null,
): Promise<Attempt<ModelFile>> {
  if (stat !== null) await saveRecord(parts, spec, stat);
  return { ok: true, value: { path, sizeBytes: spec.sizeBytes } };
}

/** What was not read to its end is not taken out for it. */
function mayBeGood({ reason }: Deny): boolean {
  return (
    reason === 'start_superseded' || reason === 'model_file_unreadable' || reason === 'model_file_changed'
  );
}

/** Whether the path leads to the file that was read, still. */
async function isNamed({ fileSystem }: StoreParts, path: string, stat: FileStat): Promise<boolean> {
  const named = await lookAt(fileSystem, path);
  return named.ok && named.value?.ino === stat.ino && named.value.dev === stat.dev;
}

async function takeOut(
  parts: StoreParts,
  spec: IntegritySpec,
  file: StoreFile,
  { sha256, sizeBytes }: FileProof,
  { reason }: Deny,
): Promise<void> {
  const { fileSystem, layout } = parts;
  // First of all: should this process end here, nobody must take the file for a good one.
  await tolerate(() => fileSystem.unlink(layout.record(spec.sha256)));
  await keepEvidence(parts, spec, { reason, sha256, sizeBytes, file });
  await tolerate(() => fileSystem.unlink(layout.blob(spec.sha256)));
}

/**
 * A link or directory that has the name of a model is none: it is not read, and what a link leads to is not touched.
 * A directory that is not empty is moved aside, since somebody's files may be in it.
 */
async function takeOutStranger(parts: StoreParts, spec: IntegritySpec, stat: StoreStat): Promise<Deny> {
  const { fileSystem, layout, uniqueId } = parts;
  const path = layout.blob(spec.sha256);
  await makeTree(fileSystem, layout);
  await keepEvidence(parts, spec, {
    reason: 'model_file_not_regular',
    sha256: null,
    sizeBytes: Number(stat.size),
    file: null,
  });
  await tolerate(() => fileSystem.unlink(layout.record(spec.sha256)));
  if (!stat.isDirectory()) {
    await tolerate(() => fileSystem.unlink(path));
    return deny('model_not_stored');
  }
  const removed = await attemptCall(() => fileSystem.removeDirectory(path), unavailable);
  if (!removed.ok) {
    await tolerate(() => fileSystem.rename(path, layout.stranger(spec.sha256, uniqueId())));
  }
  return deny('model_not_stored');
}

function refusalOfRead(error: unknown): Deny {
  return deny(codeOf(error) === 'ENOENT' ? 'model_not_stored' : 'model_file_unreadable');
}
