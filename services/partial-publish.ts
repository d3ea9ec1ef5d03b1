import type { IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import { syncNames } from './durable-file.ts';
import { type FileStat, isSameStat } from './file-system.ts';
import { type ClaimedPart, deletePart } from './partial-claim.ts';
import type { StoreParts } from './store-parts.ts';
import { judgeRecord, loadRecord, saveRecord } from './store-record.ts';
import { attemptCall, refusalOfWrite, tolerate, unavailable } from './store-refusal.ts';

const READ_ONLY = 0o400;
const OWNER_FILE = 0o600;

export interface Publication {
  readonly answer: Attempt<ModelFile>;
  /** Whether nothing is left under the name of the partial file. */
  readonly isMoved: boolean;
}

/**
 * Gives a proved file its final name. What another process published meanwhile is as good and stays, where its record
 * says so; whatever else has the name is replaced at one stroke.
 *
 * @param proved What the system told of the file when it had been read: it must be the same still.
 */
export async function publishPart(
  parts: StoreParts,
  spec: IntegritySpec,
  part: ClaimedPart,
  proved: FileStat,
): Promise<Publication> {
  const { fileSystem, layout } = parts;
  const path = layout.blob(spec.sha256);
  const answer: Attempt<ModelFile> = { ok: true, value: { path, sizeBytes: spec.sizeBytes } };
  const staying = (refusal: Attempt<never>): Publication => ({ answer: refusal, isMoved: false });

  const now = await attemptCall(() => part.file.stat(), refusalOfWrite);
  if (!now.ok) return staying(now);
  if (!isSameStat(proved, now.value)) return staying(deny('model_file_changed'));
  if (await isStored(parts, spec)) {
    await deletePart(parts, part);
    return { answer, isMoved: true };
  }

  const closedOff = await attemptCall(() => part.file.setMode(READ_ONLY), refusalOfWrite);
  const renamed = closedOff.ok
    ? await attemptCall(() => fileSystem.rename(part.path, path), refusalOfWrite)
    : closedOff;
  if (!renamed.ok) {
    await tolerate(() => part.file.setMode(OWNER_FILE));
    return staying(renamed);
  }
  const kept = await attemptCall(() => syncNames(fileSystem, layout.blobs), refusalOfWrite);
  if (!kept.ok) return { answer: kept, isMoved: true };
  await tolerate(() => fileSystem.unlink(layout.state(part.sha256, part.id)));
  // Without its record the model is here as well: it will be read once more before it is used.
  const named = await attemptCall(() => part.file.stat(), unavailable);
  if (named.ok) await saveRecord(parts, spec, named.value);
  return { answer, isMoved: true };
}

/** Whether a file that was verified has the final name already. */
async function isStored(parts: StoreParts, spec: IntegritySpec): Promise<boolean> {
  const found = await attemptCall(() => parts.fileSystem.lstat(parts.layout.blob(spec.sha256)), unavailable);
  if (!found.ok || !found.value.isFile()) return false;
  return judgeRecord(await loadRecord(parts, spec.sha256), spec, found.value).ok;
}
