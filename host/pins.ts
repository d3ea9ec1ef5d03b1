import { inspectPin, type ModelPin } from '../policies/pins.ts';
import {
  type PinFileRefusal,
  type ReadPinFile,
  readPinFile as read,
  type SignatureState,
} from '../services/pin-file.ts';
import { writePin as write } from '../services/pin-write.ts';
import { describePinProblem, describePinRule } from './pin-problem.ts';
import { SupervisorError } from './supervisor-error.ts';

/** Name of the file of pins where nobody names another: in the working directory. */
export const PIN_FILE_NAME = 'llamero.lock.json';

/** A file of pins that was read and is in force. */
export interface PinFile {
  readonly path: string;
  /** The pins under their names, in the order of the file. */
  readonly models: ReadonlyMap<string, ModelPin>;
  /** Grows with each version of the file; null where it has none. */
  readonly sequence: number | null;
  /** From when the file is no longer in force, in ms since 1970; null for never. */
  readonly expiresAtMs: number | null;
  /** `verified` by the configured key; `unchecked` where a signature lies beside it and no key is configured. */
  readonly signature: SignatureState;
}

export interface PinFileOptions {
  /**
   * Text of a minisign public key, the `.pub` file or its second line. With it a file is read only if
   * `<path>.minisig` is a signature of its exact bytes by this key.
   */
  readonly publicKey?: string;
  /**
   * Directory of the store, where the highest sequence seen under a key is kept: with it a signed file that is older
   * than one seen before is refused. One key stands for one line of files.
   */
  readonly storeDir?: string;
  /** Moment to judge the expiry by, in ms since 1970. Default: the machine's date. */
  readonly nowMs?: number;
}

/**
 * Reads a file of pins (`llamero.lock.json`): at most 1 MiB of JSON with a closed schema.
 *
 * @throws {SupervisorError} `pins_refused`, with a message that names the field by its JSON pointer and how to mend
 * it. Reasons: `pins_missing`, `pins_malformed`, `pins_version`, `pins_unsigned`, `signature_malformed`,
 * `signature_mismatch`, `pins_rolled_back`, `pins_expired`; `store_unavailable` where the sequence cannot be kept.
 */
export async function readPinFile(path: string, options: PinFileOptions = {}): Promise<PinFile> {
  const { publicKey, storeDir, nowMs = Date.now() } = options;
  return settle(path, await read(path, { publicKey, storeDir, nowMs }));
}

/**
 * Puts a pin under a name into a file of pins, which is made where there is none: replaced whole or not at all, the
 * other pins kept, its text the same whatever order the pins came in. A sequence grows by one with each change. The
 * signature beside a file that changed is not of it any more: sign it again.
 *
 * @throws {SupervisorError} `pins_refused`: `pins_malformed` for a pin or a file that breaks a rule, `pins_version`,
 * `store_full` or `store_write_failed` where the file cannot be written.
 */
export async function writePin(path: string, name: string, pin: ModelPin): Promise<PinFile> {
  return settle(path, await write(path, name, pin));
}

/** What is wrong with a pin under this name, in a sentence that says how to mend it; null where nothing is. */
export function explainPin(name: string, pin: ModelPin): string | null {
  const inspected = inspectPin(name, pin);
  return inspected.ok ? null : describePinRule(inspected);
}

function settle(path: string, answer: ReadPinFile | PinFileRefusal): PinFile {
  if (!answer.ok) {
    throw new SupervisorError('pins_refused', answer.reason, describePinProblem(path, answer));
  }
  const { sequence, expiresAtMs, models } = answer.pins;
  return { path, models, sequence, expiresAtMs, signature: answer.signature };
}
