import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluatePinsFreshness, type Pins } from '../policies/pins.ts';
import { deny, type Verdict } from '../policies/verdict.ts';
import type { FileSystem } from './file-system.ts';
import { replaceFile } from './replace-file.ts';

/** Where the highest sequence seen is kept: one file for each key, which signs one line of files of pins. */
export interface SequencePlace {
  readonly storeDir: string;
  /** 16 hex digits. */
  readonly keyId: string;
}

const STATE_BYTES_MAX = 256;

/**
 * Judges whether pins are in force, and remembers their sequence where they are. A memory that cannot be read or
 * written refuses with `store_unavailable`: without it an old file could come back unnoticed. One whose content makes
 * no sense counts as none: who can damage it could delete it.
 */
export async function admitPins(
  pins: Pins,
  nowMs: number,
  place: SequencePlace | null,
  fileSystem: FileSystem,
): Promise<Verdict> {
  if (place === null) return evaluatePinsFreshness(pins, nowMs, null);
  const folder = join(place.storeDir, 'pins');
  const path = join(folder, `${place.keyId}.json`);
  try {
    const highest = await readHighest(path, fileSystem);
    const verdict = evaluatePinsFreshness(pins, nowMs, highest);
    if (!verdict.ok || pins.sequence === null || pins.sequence === highest) return verdict;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(path, `${JSON.stringify({ version: 1, sequence: pins.sequence })}\n`, 0o600);
    return verdict;
  } catch {
    return deny('store_unavailable');
  }
}

async function readHighest(path: string, fileSystem: FileSystem): Promise<number | null> {
  const bytes = new Uint8Array(STATE_BYTES_MAX);
  try {
    const file = await fileSystem.open(path);
    try {
      const lengthBytes = await file.read(bytes, bytes.length, 0);
      return parseHighest(Buffer.from(bytes.subarray(0, lengthBytes)).toString('utf8'));
    } finally {
      await file.close().catch(() => undefined);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return null;
    throw error;
  }
}

function parseHighest(text: string): number | null {
  try {
    const { version, sequence } = JSON.parse(text) as {
      readonly version?: unknown;
      readonly sequence?: unknown;
    };
    return version === 1 && Number.isSafeInteger(sequence) && (sequence as number) >= 1
      ? (sequence as number)
      : null;
  } catch {
    return null;
  }
}
