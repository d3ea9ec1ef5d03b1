import { Command } from 'commander';
import { EXIT } from './acquisition-exit-code.ts';
import {
  addOutputOptions,
  type CommandOutput,
  createCommandOutput,
  type OutputOptions,
  tellError,
  tellRefusal,
} from './command-output.ts';
import {
  addStoreOptions,
  type OpenLibrary,
  readLibraryOptions,
  type StoreOptions,
} from './library-options.ts';
import { findModel, tellUnknown } from './named-models.ts';
import { isDigest } from './option-values.ts';
import { addPinOptions, type PinOptions, readPinsIfAny } from './pin-options.ts';

const HELP = `
The file is deleted; its pin stays in the file of pins, and llamero pull fetches it again.

Examples:
  llamero rm small
  llamero rm 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824

Exit codes:
  0  done
  1  the store does not hold the model, or cannot be changed
  2  usage, or a name that no pin has`;

export function createRmCommand(openLibrary: OpenLibrary): Command {
  const command = new Command('rm')
    .description('delete models from the store')
    .argument('<model...>', 'names in the file of pins, or digests');
  addStoreOptions(addPinOptions(command));
  return addOutputOptions(command)
    .addHelpText('after', HELP)
    .action(async (targets: string[], options: StoreOptions & PinOptions & OutputOptions) => {
      const output = createCommandOutput(options);
      process.exitCode = await runRm(targets, options, { openLibrary, output });
    });
}

/** @returns The exit code: of several models that of the first that failed. */
export async function runRm(
  targets: readonly string[],
  options: StoreOptions & PinOptions,
  { openLibrary, output }: { readonly openLibrary: OpenLibrary; readonly output: CommandOutput },
): Promise<number> {
  try {
    const pins = targets.every(isDigest) ? null : await readPinsIfAny(options, options.dir);
    const unknown = targets.find((target) => findModel(target, pins, []) === null);
    if (unknown !== undefined) return tellUnknown(output, unknown, pins);
    const library = openLibrary(await readLibraryOptions(options));
    try {
      let code: number = EXIT.ok;
      for (const { name, sha256 } of targets.flatMap((target) => findModel(target, pins, []) ?? [])) {
        const verdict = await library.remove(sha256);
        if (verdict.ok) output.result(`removed  ${name}`, { name, ok: true, sha256 });
        const ended = verdict.ok ? EXIT.ok : tellRefusal(output, verdict.reason, name);
        if (code === EXIT.ok) code = ended;
      }
      return code;
    } finally {
      library.close();
    }
  } catch (error) {
    return tellError(output, error);
  }
}
