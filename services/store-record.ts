import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import {
  evaluateStoreRecord,
  type FileIdentity,
  readStoreRecord,
  STORE_RECORD_CHARS_MAX,
  STORE_RECORD_VERSION,
  type StoreRecord,
} from '../policies/store-record.ts';
import type { Deny, Verdict } from '../policies/verdict.ts';
import { readSmallText, writeDurably } from './durable-file.ts';
import type { FileStat } from './file-system.ts';
import type { StoreParts } from './store-parts.ts';
import { lookAtDirectory } from './store-tree.ts';

/** The record of a model; null where it has none that can be read. */
export async function loadRecord(
  { fileSystem, layout }: StoreParts,
  sha256: string,
): Promise<StoreRecord | null> {
  if ((await lookAtDirectory(fileSystem, layout.records)) !== 'there') return null;
  return readStoreRecord(await readSmallText(fileSystem, layout.record(sha256), STORE_RECORD_CHARS_MAX));
}

/** Says that this file was found to be what the spec says. Null once that is safe. */
export async function saveRecord(
  { fileSystem, layout, now, uniqueId }: StoreParts,
  { sha256, sizeBytes }: IntegritySpec,
  stat: FileStat,
): Promise<Deny | null> {
  const { dev, ino, mtimeNs, ctimeNs } = identityOf(stat);
  const record: StoreRecord = {
    version: STORE_RECORD_VERSION,
    sha256,
    sizeBytes,
    dev,
    ino,
    mtimeNs,
    ctimeNs,
    verifiedAtMs: Math.max(0, Math.floor(now())),
  };
  return writeDurably(fileSystem, layout.record(sha256), `${JSON.stringify(record)}\n`, uniqueId());
}

/** Whether a record speaks of the file that was looked at. */
export function judgeRecord(record: StoreRecord | null, spec: IntegritySpec, stat: FileStat): Verdict {
  return evaluateStoreRecord(record, spec, identityOf(stat));
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: FileStat): FileIdentity {
  return {
    dev: String(dev),
    ino: String(ino),
    sizeBytes: String(size),
    mtimeNs: String(mtimeNs),
    ctimeNs: String(ctimeNs),
  };
}
