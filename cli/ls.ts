import { Command } from 'commander';
import type { PinFile, StoredModel } from '../index.ts';
import { EXIT } from './acquisition-exit-code.ts';
import {
  addOutputOptions,
  type CommandOutput,
  createCommandOutput,
  type OutputOptions,
  tellError,
} from './command-output.ts';
import { formatBytes } from './format.ts';
import {
  addStoreOptions,
  type OpenLibrary,
  readLibraryOptions,
  type StoreOptions,
} from './library-options.ts';
import { nameOf } from './named-models.ts';
import { addPinOptions, type PinOptions, readPinsIfAny } from './pin-options.ts';

const HELP = `
States:
  verified    its bytes were proved, and the file is as it was then
  unproved    it is here, and must be proved again before it is used: llamero verify
  not stored  it is pinned and not here: llamero pull

Examples:
  llamero ls
  llamero ls --json | jq -r .path

Exit codes:
  0  done
  1  the store cannot be read
  2  usage, or pins that are malformed`;

export function createLsCommand(openLibrary: OpenLibrary): Command {
  const command = new Command('ls').description('list the models of the store and of the file of pins');
  addStoreOptions(addPinOptions(command));
  return addOutputOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: StoreOptions & PinOptions & OutputOptions) => {
      const output = createCommandOutput(options);
      process.exitCode = await runLs(options, { openLibrary, output });
    });
}

/** @returns The exit code. */
export async function runLs(
  options: StoreOptions & PinOptions,
  { openLibrary, output }: { readonly openLibrary: OpenLibrary; readonly output: CommandOutput },
): Promise<number> {
  try {
    const pins = await readPinsIfAny(options, options.dir);
    const library = openLibrary(await readLibraryOptions(options));
    try {
      const rows = rowsOf(await library.list(), pins);
      const columns = Math.max(0, ...rows.map(({ name }) => name?.length ?? 1));
      for (const row of rows) output.result(lineOf(row, columns), { type: 'model', ...row });
      if (rows.length === 0) output.note('No model is stored or pinned here. Pin one: llamero pin URL.');
      return EXIT.ok;
    } finally {
      library.close();
    }
  } catch (error) {
    return tellError(output, error);
  }
}

type RowState = 'verified' | 'unproved' | 'not stored';

interface Row {
  /** Null for a stored model that no pin names. */
  readonly name: string | null;
  readonly sizeBytes: number;
  readonly state: RowState;
  readonly sha256: string;
  readonly path: string | null;
}

/** What is pinned in the order of the names, then what is stored under no name. */
function rowsOf(stored: readonly StoredModel[], pins: PinFile | null): Row[] {
  const pinned = [...(pins?.models ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = pinned.map(([name, { sha256, sizeBytes }]): Row => {
    const model = stored.find((one) => one.sha256 === sha256);
    return { name, sizeBytes, state: stateOf(model), sha256, path: model?.path ?? null };
  });
  const unnamed = stored
    .filter(({ sha256 }) => nameOf(sha256, pins) === sha256)
    .map((model): Row => {
      const { sizeBytes, sha256, path } = model;
      return { name: null, sizeBytes, state: stateOf(model), sha256, path };
    });
  return [...named, ...unnamed];
}

function stateOf(model: StoredModel | undefined): RowState {
  if (model === undefined) return 'not stored';
  return model.isVerified ? 'verified' : 'unproved';
}

function lineOf({ name, sizeBytes, state, sha256 }: Row, columns: number): string {
  return [(name ?? '-').padEnd(columns), formatBytes(sizeBytes).padStart(8), state.padEnd(10), sha256].join(
    '  ',
  );
}
