import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PIN_FILE_NAME, type PinFile, readPinFile, SupervisorError } from '../index.ts';
import { UsageError } from './usage-error.ts';

export interface PinOptions {
  readonly pins: string;
  readonly publicKey?: string;
}

export function addPinOptions(command: Command): Command {
  return command
    .option('--pins <file>', 'file of pins', PIN_FILE_NAME)
    .option('--public-key <key>', 'minisign key, or a file of one, that must have signed the file of pins');
}

/**
 * Reads the file of pins that the options name.
 *
 * @throws {SupervisorError} what `readPinFile` throws. @throws {UsageError} where the key cannot be read.
 */
export async function readPins({ pins, publicKey }: PinOptions, dir: string): Promise<PinFile> {
  return readPinFile(pins, {
    storeDir: resolve(dir),
    ...(publicKey === undefined ? {} : { publicKey: await readPublicKey(publicKey) }),
  });
}

/** The same; null where there is no such file and nobody asked for a signed one. */
export async function readPinsIfAny(options: PinOptions, dir: string): Promise<PinFile | null> {
  try {
    return await readPins(options, dir);
  } catch (error) {
    const isMissing = SupervisorError.isInstance(error) && error.reason === 'pins_missing';
    if (isMissing && options.publicKey === undefined) return null;
    throw error;
  }
}

/** Base64 of 42 bytes that begin with `Ed`. */
const KEY = /^RW[A-Za-z0-9+/]{54}$/;

async function readPublicKey(value: string): Promise<string> {
  if (KEY.test(value)) return value;
  try {
    return await readFile(value, 'utf8');
  } catch {
    throw new UsageError(
      `--public-key ${value}: it is neither a minisign public key nor a file that can be read.`,
    );
  }
}
