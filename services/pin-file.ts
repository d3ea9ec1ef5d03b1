import { inspectPins, type PinRule, type Pins } from '../policies/pins.ts';
import { type Deny, deny } from '../policies/verdict.ts';
import { type FileSystem, nodeFileSystem, type OpenFile } from './file-system.ts';
import { readMinisignKey, verifyMinisign } from './minisign.ts';
import { admitPins } from './pin-sequence.ts';

/** Largest file of pins, or signature of one, that is read. */
export const PIN_FILE_BYTES_MAX = 1024 * 1024;

/** What else than a rule of its content can be wrong with a file of pins. */
export type PinFileRule = PinRule | 'unreadable' | 'not_regular' | 'too_large' | 'encoding' | 'json';

/** `pointer` and `rule` tell which part of which file is wrong, where it is a part of one. */
export interface PinFileRefusal extends Deny {
  readonly pointer: string;
  readonly rule: PinFileRule | null;
}

export type SignatureState =
  /** Of these bytes, by the configured key. */
  | 'verified'
  /** There is a signature, and no key to check it with. */
  | 'unchecked'
  | 'none';

export interface ReadPinFile {
  readonly ok: true;
  readonly pins: Pins;
  readonly signature: SignatureState;
}

export interface PinFileOptions {
  /** Text of a minisign public key: then only a file that it signed is read. */
  readonly publicKey?: string | undefined;
  /** Where the highest sequence seen is kept for each key; without it a rollback is not noticed. */
  readonly storeDir?: string | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly fileSystem?: FileSystem | undefined;
}

/**
 * Reads a file of pins: its exact bytes against `<path>.minisig` where a key is configured, then what they say,
 * then whether it is in force. Never rejects. Reasons: `pins_…`, `signature_…`, and `store_unavailable` where the
 * highest sequence cannot be read or kept.
 */
export async function readPinFile(
  path: string,
  options: PinFileOptions,
): Promise<ReadPinFile | PinFileRefusal> {
  const { publicKey, storeDir, nowMs, fileSystem = nodeFileSystem } = options;
  const key = publicKey === undefined ? null : readMinisignKey(publicKey);
  if (key !== null && !key.ok) return { ...key, pointer: '', rule: null };

  const bytes = await readBytes(path, fileSystem);
  if (!bytes.ok) return bytes;
  const signature = await readBytes(signaturePathOf(path), fileSystem);
  if (publicKey !== undefined) {
    const refusal = refuseSignature(bytes.value, signature, publicKey);
    if (refusal !== null) return refusal;
  }

  const parsed = parsePins(bytes.value);
  if (!parsed.ok) return parsed;
  const keptIn = key === null || storeDir === undefined ? null : { storeDir, keyId: key.id };
  const admitted = await admitPins(parsed.pins, nowMs, keptIn, fileSystem);
  if (!admitted.ok) return refuse(admitted.reason);
  return { ok: true, pins: parsed.pins, signature: signatureState(key !== null, signature) };
}

export const signaturePathOf = (path: string): string => `${path}.minisig`;

/** Reads what the bytes of a file of pins say, with the place of the first problem. */
export function parsePins(bytes: Uint8Array): { readonly ok: true; readonly pins: Pins } | PinFileRefusal {
  const text = decode(bytes);
  if (text === null) return refuse('pins_malformed', 'encoding');
  try {
    return inspectPins(JSON.parse(text));
  } catch {
    return refuse('pins_malformed', 'json');
  }
}

/** Reads at most {@link PIN_FILE_BYTES_MAX}; a file that is not there is `pins_missing`. */
export async function readBytes(
  path: string,
  fileSystem: FileSystem,
): Promise<{ readonly ok: true; readonly value: Uint8Array } | PinFileRefusal> {
  try {
    const file = await fileSystem.open(path);
    try {
      return await readOpened(file);
    } finally {
      await file.close().catch(() => undefined);
    }
  } catch (error) {
    return refusalOfOpen(error);
  }
}

async function readOpened(
  file: OpenFile,
): Promise<{ readonly ok: true; readonly value: Uint8Array } | PinFileRefusal> {
  const found = await file.stat();
  if (!found.isFile()) return refuse('pins_malformed', 'not_regular');
  if (found.size > BigInt(PIN_FILE_BYTES_MAX)) return refuse('pins_malformed', 'too_large');
  // One byte more than may be: a file that grows meanwhile shows.
  const buffer = new Uint8Array(Number(found.size) + 1);
  let lengthBytes = 0;
  while (lengthBytes < buffer.length) {
    const rest = buffer.subarray(lengthBytes);
    const readBytesCount = await file.read(rest, rest.length, lengthBytes);
    if (readBytesCount === 0) break;
    lengthBytes += readBytesCount;
  }
  return lengthBytes === buffer.length
    ? refuse('pins_malformed', 'unreadable')
    : { ok: true, value: buffer.subarray(0, lengthBytes) };
}

function refuseSignature(
  bytes: Uint8Array,
  signature: Awaited<ReturnType<typeof readBytes>>,
  publicKey: string,
): PinFileRefusal | null {
  if (!signature.ok)
    return refuse(signature.reason === 'pins_missing' ? 'pins_unsigned' : 'signature_malformed');
  const text = decode(signature.value);
  if (text === null) return refuse('signature_malformed');
  const verdict = verifyMinisign(bytes, text, publicKey);
  return verdict.ok ? null : refuse(verdict.reason);
}

function signatureState(isChecked: boolean, signature: { readonly ok: boolean }): SignatureState {
  if (isChecked) return 'verified';
  return signature.ok ? 'unchecked' : 'none';
}

/** Only what is UTF-8 to the last byte: a decoder that replaces what is not would read two files as one. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function refuse(reason: Deny['reason'], rule: PinFileRule | null = null): PinFileRefusal {
  return { ...deny(reason), pointer: '', rule };
}

function refusalOfOpen(error: unknown): PinFileRefusal {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
    // A file stands where the path has a directory.
    case 'ENOTDIR':
      return refuse('pins_missing');
    // A socket; a directory, where those cannot be opened.
    case 'ENXIO':
    case 'EISDIR':
      return refuse('pins_malformed', 'not_regular');
    default:
      return refuse('pins_malformed', 'unreadable');
  }
}
