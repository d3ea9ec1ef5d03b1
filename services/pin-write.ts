import { lstat, realpath, stat } from 'node:fs/promises';
import { inspectPin, type ModelPin, PIN_MODELS_MAX, type Pins } from '../policies/pins.ts';
import { deny } from '../policies/verdict.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import {
  PIN_FILE_BYTES_MAX,
  type PinFileRefusal,
  parsePins,
  type ReadPinFile,
  readBytes,
  signaturePathOf,
} from './pin-file.ts';
import { formatPins } from './pin-text.ts';
import { replaceFile } from './replace-file.ts';

/** The calls of the disk, so that a test can make each of them fail. */
export interface PinDisk {
  readonly fileSystem?: FileSystem;
  readonly replace?: typeof replaceFile;
}

/**
 * Puts a pin under a name into a file of pins, which is made where there is none. The other pins stay, the file is
 * replaced whole or not at all, and one that is not understood is never overwritten. Where the file has a sequence
 * it grows by one with a change, so that the version before cannot stand in for it. Never rejects.
 *
 * Two writers at the same moment: the later one wins, and the pin of the other is lost.
 */
export async function writePin(
  path: string,
  name: string,
  pin: ModelPin,
  { fileSystem = nodeFileSystem, replace = replaceFile }: PinDisk = {},
): Promise<ReadPinFile | PinFileRefusal> {
  const inspected = inspectPin(name, pin);
  if (!inspected.ok) return inspected;
  const target = await resolveTarget(path);
  if (target === null) return { ...deny('pins_malformed'), pointer: '', rule: 'unreadable' };

  const before = await readPins(target, fileSystem);
  if (!before.ok) return before;
  const after = withPin(before.pins, name, inspected.pin);
  if (after.models.size > PIN_MODELS_MAX)
    return { ...deny('pins_malformed'), pointer: '/models', rule: 'models' };
  const text = formatPins(after);
  if (Buffer.byteLength(text) > PIN_FILE_BYTES_MAX)
    return { ...deny('pins_malformed'), pointer: '', rule: 'too_large' };
  try {
    if (after !== before.pins) await replace(target, text, await modeOf(target));
  } catch (error) {
    return { ...deny(reasonOfWrite(error)), pointer: '', rule: null };
  }
  const signature = await readBytes(signaturePathOf(path), fileSystem);
  return { ok: true, pins: after, signature: signature.ok ? 'unchecked' : 'none' };
}

async function readPins(
  path: string,
  fileSystem: FileSystem,
): Promise<{ readonly ok: true; readonly pins: Pins } | PinFileRefusal> {
  const bytes = await readBytes(path, fileSystem);
  if (bytes.ok) return parsePins(bytes.value);
  return bytes.reason === 'pins_missing' ? { ok: true, pins: noPins() } : bytes;
}

const noPins = (): Pins => ({ sequence: null, expires: null, expiresAtMs: null, models: new Map() });

/** The very pins that were given where the pin is there already: then nothing is written, and a signature stays good. */
function withPin(pins: Pins, name: string, pin: ModelPin): Pins {
  const models = new Map(pins.models).set(name, pin);
  if (formatPins({ ...pins, models }) === formatPins(pins)) return pins;
  const sequence = pins.sequence === null ? null : Math.min(pins.sequence + 1, Number.MAX_SAFE_INTEGER);
  return { ...pins, sequence, models };
}

/** Where a link leads: renaming over the link itself would cut it. Null for a link that leads nowhere. */
async function resolveTarget(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    return lstat(path).then(
      () => null,
      () => path,
    );
  }
}

/** A file that is replaced keeps its permissions, as far as the mask of the process lets it. */
async function modeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => 0o666,
  );
}

function reasonOfWrite(error: unknown): 'store_full' | 'store_write_failed' {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'store_full' : 'store_write_failed';
}
