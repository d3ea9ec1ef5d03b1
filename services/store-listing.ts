import type { IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { StoredModel, StoredState } from './model-store.ts';
import { isBlobName } from './store-layout.ts';
import type { StoreParts } from './store-parts.ts';
import { judgeRecord, loadRecord } from './store-record.ts';
import { attemptCall, codeOf, refusalOfWrite, tolerate, unavailable } from './store-refusal.ts';
import { lookAt, lookAtDirectory } from './store-tree.ts';

/** `inspect` of the store, for a spec that was judged. Looks at two names and reads one small file. */
export async function inspectModel(
  parts: StoreParts,
  spec: IntegritySpec,
  reverify: 'always' | 'changed',
): Promise<Attempt<StoredState>> {
  const { fileSystem, layout } = parts;
  // At once: a start waits for this, and none of the three needs another.
  const [directory, found, record] = await Promise.all([
    lookAtDirectory(fileSystem, layout.blobs),
    lookAt(fileSystem, layout.blob(spec.sha256)),
    loadRecord(parts, spec.sha256),
  ]);
  if (directory === 'refused') return unavailable();
  if (directory === 'absent') return state('absent');
  if (!found.ok) return found;
  if (found.value === null) return state('absent');
  if (!found.value.isFile()) return state('unproved');
  const own = { sha256: spec.sha256, sizeBytes: Number(found.value.size) };
  const isProved = judgeRecord(record, own, found.value).ok;
  // The file is what its name says; so it is the pin that is wrong.
  if (isProved && own.sizeBytes !== spec.sizeBytes) {
    return deny(own.sizeBytes < spec.sizeBytes ? 'size_short' : 'size_exceeded');
  }
  return state(isProved && reverify === 'changed' ? 'verified' : 'unproved');
}

/** `list` of the store. */
export async function listModels(parts: StoreParts): Promise<Attempt<readonly StoredModel[]>> {
  const { fileSystem, layout } = parts;
  const directory = await lookAtDirectory(fileSystem, layout.blobs);
  if (directory === 'refused') return unavailable();
  if (directory === 'absent') return { ok: true, value: [] };
  const names = await attemptCall(() => fileSystem.readDirectory(layout.blobs), unavailable);
  if (!names.ok) return names;
  const models: StoredModel[] = [];
  for (const sha256 of names.value.filter(isBlobName).sort()) {
    const found = await lookAt(fileSystem, layout.blob(sha256));
    if (!found.ok || found.value === null || !found.value.isFile()) continue;
    const sizeBytes = Number(found.value.size);
    const record = await loadRecord(parts, sha256);
    models.push({
      sha256,
      sizeBytes,
      path: layout.blob(sha256),
      isVerified: judgeRecord(record, { sha256, sizeBytes }, found.value).ok,
      verifiedAtMs: record?.verifiedAtMs ?? null,
    });
  }
  return { ok: true, value: models };
}

/** `remove` of the store, for a digest that was judged. */
export async function removeModel(parts: StoreParts, sha256: string): Promise<Attempt<ModelFile>> {
  const { fileSystem, layout } = parts;
  const path = layout.blob(sha256);
  if ((await lookAtDirectory(fileSystem, layout.blobs)) === 'refused') return unavailable();
  const found = await lookAt(fileSystem, path);
  if (!found.ok) return found;
  if (found.value?.isFile() !== true) return deny('model_not_stored');
  // The record first: what is left of a removal that was cut off must be read in full before it is used.
  await tolerate(() => fileSystem.unlink(layout.record(sha256)));
  const deleted = await attemptCall(
    () => fileSystem.unlink(path),
    (error) => (codeOf(error) === 'ENOENT' ? deny('model_not_stored') : refusalOfWrite(error)),
  );
  return deleted.ok ? { ok: true, value: { path, sizeBytes: Number(found.value.size) } } : deleted;
}

function state(kind: StoredState['kind']): Attempt<StoredState> {
  return { ok: true, value: { kind } };
}
