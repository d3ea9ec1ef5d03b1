import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LibraryOptions, ModelLibrary } from '../index.ts';
import { allowEntry, eachOf } from './option-values.ts';
import { UsageError } from './usage-error.ts';

/** Makes the library that a command works on: the real one, or a double. */
export type OpenLibrary = (options: LibraryOptions) => ModelLibrary;

export interface StoreOptions {
  readonly dir: string;
}

export interface SourceOptions extends StoreOptions {
  readonly allow?: readonly string[];
  readonly hop?: readonly string[];
  readonly ca?: readonly string[];
  readonly allowPrivateAddresses?: boolean;
  readonly reverify?: boolean;
}

/** Directory of the store where nobody names another: nothing outside the working directory is looked for. */
const DIR_DEFAULT = './models';
const ALLOW_DEFAULT = 'huggingface.co';

export function addStoreOptions(command: Command): Command {
  return command.option('--dir <dir>', 'directory of the store; no home directory is looked at', DIR_DEFAULT);
}

export function addSourceOptions(command: Command): Command {
  return addStoreOptions(command)
    .option(
      '--allow <host>',
      `host that models may come from, as host, host:port or host/path; may be repeated, and replaces the default (default: ${ALLOW_DEFAULT})`,
      eachOf,
    )
    .option('--hop <host>', 'host, or .suffix, that a redirect may lead to; may be repeated', eachOf)
    .option(
      '--ca <file>',
      'certificate authority (PEM) to trust besides the built-in ones; may be repeated',
      eachOf,
    )
    .option('--allow-private-addresses', 'let host names lead to private and loopback addresses');
}

/** @throws {UsageError} where a file of certificates cannot be read. */
export async function readLibraryOptions(options: SourceOptions): Promise<LibraryOptions> {
  const { dir, allow, hop, ca, allowPrivateAddresses, reverify } = options;
  return {
    dir: resolve(dir),
    ...(reverify === true ? { reverify: 'always' } : {}),
    sources: {
      allow: (allow ?? [ALLOW_DEFAULT]).map(allowEntry),
      ...(hop === undefined ? {} : { hops: hop }),
      ...(ca === undefined ? {} : { ca: await Promise.all(ca.map(readCertificates)) }),
      ...(allowPrivateAddresses === true ? { privateAddresses: true } : {}),
    },
  };
}

async function readCertificates(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text?.includes('-----BEGIN CERTIFICATE-----') === true) return text;
  throw new UsageError(
    `--ca ${path}: ${text === null ? 'the file cannot be read' : 'the file holds no PEM certificate'}.`,
  );
}
