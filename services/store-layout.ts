import { join } from 'node:path';
import { readIntegritySpec } from '../policies/integrity-spec.ts';
import { readStoreOwner, type StoreOwner } from '../policies/lock-age.ts';

/**
 * Where everything of a store lies. Names are made of digests that were judged, of identifiers made here, and of
 * nothing that came over a network. What has another name is not the store's: it is neither read nor deleted.
 */
export interface StoreLayout {
  readonly dir: string;
  readonly blobs: string;
  readonly records: string;
  readonly partials: string;
  readonly locks: string;
  readonly quarantine: string;
  blob(sha256: string): string;
  record(sha256: string): string;
  lock(sha256: string): string;
  /** The data of a partial file. Its owner is in its name: to rename it is to take it. */
  part(sha256: string, id: string, owner: StoreOwner | null): string;
  /** The state of a partial file stays where it is, whoever takes the data. */
  state(sha256: string, id: string): string;
  evidence(sha256: string, id: string): string;
  /** Where a directory goes that had the name of a model. */
  stranger(sha256: string, id: string): string;
}

/** The name of a partial file, read. `owner` is null where its last one let go of it. */
export interface PartName {
  readonly sha256: string;
  readonly id: string;
  readonly owner: StoreOwner | null;
}

const HEX64 = '[0-9a-f]{64}';
const ID = '[0-9a-f]{16}';
const DIGEST = new RegExp(`^${HEX64}$`);
const RECORD = new RegExp(`^(${HEX64})\\.json$`);
const LOCK = new RegExp(`^(${HEX64})\\.lock$`);
const PART = new RegExp(`^(${HEX64})-(${ID})\\.(free|[0-9a-f-]{1,80})\\.part$`);
const STATE = new RegExp(`^(${HEX64})-(${ID})\\.json$`);
const TEMPORARY = new RegExp(`^${HEX64}[0-9a-f-]*\\.(json|lock)\\.${ID}\\.tmp$`);
const FREE = 'free';

/** `dir` is absolute. */
export function createStoreLayout(dir: string): StoreLayout {
  const [blobs, records, partials, locks, quarantine] = SUBDIRECTORIES.map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    dir,
    blobs,
    records,
    partials,
    locks,
    quarantine,
    blob: (sha256) => join(blobs, digestOnly(sha256)),
    record: (sha256) => join(records, `${digestOnly(sha256)}.json`),
    lock: (sha256) => join(locks, `${digestOnly(sha256)}.lock`),
    part: (sha256, id, owner) =>
      join(partials, `${digestOnly(sha256)}-${id}.${owner === null ? FREE : ownerName(owner)}.part`),
    state: (sha256, id) => join(partials, `${digestOnly(sha256)}-${id}.json`),
    evidence: (sha256, id) => join(quarantine, `${digestOnly(sha256)}-${id}.json`),
    stranger: (sha256, id) => join(quarantine, `${digestOnly(sha256)}-${id}.directory`),
  };
}

const SUBDIRECTORIES = ['sha256', 'records', 'partial', 'locks', 'quarantine'];

export function isDigest(sha256: unknown): sha256 is string {
  return readIntegritySpec({ sha256, sizeBytes: 1 }).ok;
}

/** The name under which a file is written before it gets its own at one stroke. */
export function temporaryPath(path: string, id: string): string {
  return `${path}.${id}.tmp`;
}

export function isBlobName(name: string): boolean {
  return DIGEST.test(name);
}

export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/** The digest in `<hex>.json`; null for any other name. */
export function readRecordName(name: string): string | null {
  return RECORD.exec(name)?.[1] ?? null;
}

/** The digest in `<hex>.lock`; null for any other name. */
export function readLockName(name: string): string | null {
  return LOCK.exec(name)?.[1] ?? null;
}

/** The digest and identifier in `<hex>-<id>.json`, a state or evidence; null for any other name. */
export function readStateName(name: string): { readonly sha256: string; readonly id: string } | null {
  const [, sha256, id] = STATE.exec(name) ?? [];
  return sha256 === undefined || id === undefined ? null : { sha256, id };
}

export function readPartName(name: string): PartName | null {
  const [, sha256, id, written] = PART.exec(name) ?? [];
  if (sha256 === undefined || id === undefined || written === undefined) return null;
  if (written === FREE) return { sha256, id, owner: null };
  const [pid, startId, hostId, bootId, placeId, more] = written.split('-');
  const owner = more === undefined && readStoreOwner({ pid: Number(pid), startId, hostId, bootId, placeId });
  return owner ? { sha256, id, owner } : null;
}

function ownerName({ pid, startId, hostId, bootId, placeId }: StoreOwner): string {
  return [pid, startId, hostId, bootId, placeId].join('-');
}

/** The last guard before a path: whatever called, nothing but a digest becomes a part of one. */
function digestOnly(sha256: string): string {
  if (!isDigest(sha256)) throw new TypeError('a digest is 64 lower-case hex digits');
  return sha256;
}
