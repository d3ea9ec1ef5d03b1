import { Command } from 'commander';
import type { ModelLibrary, PinFile, StoredModel } from '../index.ts';
import { EXIT, EXIT_CODES_HELP } from './acquisition-exit-code.ts';
import { followBytes } from './byte-rate.ts';
import {
  addOutputOptions,
  createCommandOutput,
  type OutputOptions,
  tellError,
  tellRefusal,
} from './command-output.ts';
import { EXIT_INTERRUPTED, onInterrupt } from './interrupt.ts';
import {
  addStoreOptions,
  type OpenLibrary,
  readLibraryOptions,
  type StoreOptions,
} from './library-options.ts';
import { findModel, type NamedModel, nameOf, tellUnknown } from './named-models.ts';
import { isDigest } from './option-values.ts';
import { addPinOptions, type PinOptions, readPinsIfAny } from './pin-options.ts';
import type { PullTools } from './pull.ts';
import { createTransferReport } from './transfer-report.ts';

const HELP = `
Every byte is read and hashed. A file that is not what it was pinned as is taken out of the store.

Examples:
  llamero verify          every model of the store
  llamero verify small    the one that is pinned as small
${EXIT_CODES_HELP}
Of several models: that of the first that failed.`;

export function createVerifyCommand(openLibrary: OpenLibrary): Command {
  const command = new Command('verify')
    .description('prove stored models anew, byte by byte')
    .argument('[model...]', 'names in the file of pins, or digests (default: all that are stored)');
  addStoreOptions(addPinOptions(command));
  return addOutputOptions(command)
    .addHelpText('after', HELP)
    .action(async (targets: string[], options: StoreOptions & PinOptions & OutputOptions) => {
      const output = createCommandOutput(options);
      const report = createTransferReport({ json: output.json });
      process.exitCode = await runVerify(targets, options, { openLibrary, output, report, onInterrupt });
    });
}

/** @returns The exit code. */
export async function runVerify(
  targets: readonly string[],
  options: StoreOptions & PinOptions,
  tools: PullTools,
): Promise<number> {
  const { openLibrary, output } = tools;
  try {
    const pins =
      targets.length > 0 && targets.every(isDigest) ? null : await readPinsIfAny(options, options.dir);
    const library = openLibrary(await readLibraryOptions(options));
    try {
      const stored = await library.list();
      const unknown = targets.find((target) => findModel(target, pins, stored) === null);
      if (unknown !== undefined) return tellUnknown(output, unknown, pins);
      const models = modelsOf(targets, pins, stored);
      if (models.length === 0) output.note('The store holds no model.');
      return await verifyEach(models, library, tools);
    } finally {
      library.close();
    }
  } catch (error) {
    return tellError(output, error);
  }
}

function modelsOf(
  targets: readonly string[],
  pins: PinFile | null,
  stored: readonly StoredModel[],
): readonly NamedModel[] {
  if (targets.length === 0) {
    return stored.map(({ sha256, sizeBytes }) => ({ name: nameOf(sha256, pins), sha256, sizeBytes }));
  }
  return targets.flatMap((target) => findModel(target, pins, stored) ?? []);
}

async function verifyEach(
  models: readonly NamedModel[],
  library: ModelLibrary,
  tools: PullTools,
): Promise<number> {
  const { report } = tools;
  const controller = new AbortController();
  const interrupt = tools.onInterrupt(() => {
    report.note('Stopped: what was not proved yet is as it was.');
    controller.abort();
  });
  let code: number = EXIT.ok;
  try {
    for (const model of models) {
      const ended = await verifyOne(model, library, tools, controller.signal);
      if (interrupt.happened()) return EXIT_INTERRUPTED;
      if (code === EXIT.ok) code = ended;
    }
    return code;
  } finally {
    interrupt.ignore();
  }
}

async function verifyOne(
  { name, sha256, sizeBytes }: NamedModel,
  library: ModelLibrary,
  { output, report }: PullTools,
  signal: AbortSignal,
): Promise<number> {
  if (sizeBytes === null) return tellRefusal(output, 'model_not_stored', name);
  const rateOf = followBytes(() => performance.now());
  const verdict = await library
    .verify(
      { sha256, sizeBytes },
      {
        signal,
        onProgress: (doneBytes) =>
          report.show({
            name,
            step: 'verifying',
            doneBytes,
            totalBytes: sizeBytes,
            ratio: Math.min(1, doneBytes / sizeBytes),
            ...rateOf(doneBytes, sizeBytes),
            mirror: 0,
            attempt: 1,
            reason: null,
          }),
      },
    )
    .finally(() => report.settle());
  if (signal.aborted) return EXIT.failed;
  if (!verdict.ok) return tellRefusal(output, verdict.reason, name);
  output.result(`${output.colors.green('verified')}  ${name}`, { name, ok: true, sha256, sizeBytes });
  return EXIT.ok;
}
