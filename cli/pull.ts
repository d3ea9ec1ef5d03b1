import { Command } from 'commander';
import type { ModelLibrary, ModelPin, ModelPull, PullResult } from '../index.ts';
import { EXIT, EXIT_CODES_HELP } from './acquisition-exit-code.ts';
import {
  addOutputOptions,
  type CommandOutput,
  createCommandOutput,
  type OutputOptions,
  tellError,
  tellRefusal,
} from './command-output.ts';
import { formatBytes } from './format.ts';
import { EXIT_INTERRUPTED, type Interrupt, onInterrupt } from './interrupt.ts';
import {
  addSourceOptions,
  type OpenLibrary,
  readLibraryOptions,
  type SourceOptions,
} from './library-options.ts';
import { tellUnknown } from './named-models.ts';
import { digest, eachOf, wholeNumber } from './option-values.ts';
import { addPinOptions, type PinOptions, readPins } from './pin-options.ts';
import { createTransferReport } from './transfer-report.ts';
import type { TransferReport } from './transfer-state.ts';
import { UsageError } from './usage-error.ts';

export interface PullOptions extends SourceOptions, PinOptions {
  readonly all?: boolean;
  readonly sha256?: string;
  readonly size?: number;
  readonly mirror?: readonly string[];
  readonly ignoreFit?: boolean;
  readonly contextTokens?: number;
}

const HELP = `
The path of each model is printed to standard output, everything else to standard error.

Examples:
  llamero pull                      every model of llamero.lock.json
  llamero pull small                the one that is pinned as small
  llamero pull https://huggingface.co/ORG/REPO/resolve/COMMIT/FILE.gguf --sha256 HEX --size BYTES
${EXIT_CODES_HELP}
Of several models: that of the first that failed.
Ctrl-C keeps what has come; the same command goes on from there.`;

export function createPullCommand(openLibrary: OpenLibrary): Command {
  const command = new Command('pull')
    .description('fetch models, prove that they are what was pinned, and keep them in the store')
    .argument('[model...]', 'names in the file of pins, or one URL (default: all that are pinned)')
    .option('--all', 'every model of the file of pins')
    .option('--sha256 <hex>', 'of a URL: the SHA-256 that the file must have', digest)
    .option('--size <bytes>', 'of a URL: the size that the file must have', wholeNumber)
    .option('--mirror <url>', 'of a URL: where else the file is; may be repeated', eachOf);
  addSourceOptions(addPinOptions(command));
  return addOutputOptions(
    command
      .option('--reverify', 'read and hash a model again that is here already')
      .option(
        '--context-tokens <n>',
        'tokens of context that must fit into memory with the model',
        wholeNumber,
      )
      .option('--ignore-fit', 'fetch a model even if it can never fit the memory of this machine'),
  )
    .addHelpText('after', HELP)
    .action(async (targets: string[], options: PullOptions & OutputOptions) => {
      const output = createCommandOutput(options);
      const report = createTransferReport({ json: output.json });
      process.exitCode = await runPull(targets, options, { openLibrary, output, report, onInterrupt });
    });
}

/** What the command works with, so that a test can bring its own. */
export interface PullTools {
  readonly openLibrary: OpenLibrary;
  readonly output: CommandOutput;
  readonly report: TransferReport;
  readonly onInterrupt: (act: () => void) => Interrupt;
}

/** @returns The exit code. */
export async function runPull(
  targets: readonly string[],
  options: PullOptions,
  tools: PullTools,
): Promise<number> {
  const { output } = tools;
  try {
    const chosen = await chooseModels(targets, options, output);
    if (typeof chosen === 'number') return chosen;
    const library = tools.openLibrary(await readLibraryOptions(options));
    try {
      return await pullEach(chosen, library, options, tools);
    } finally {
      library.close();
    }
  } catch (error) {
    return tellError(output, error);
  }
}

type Chosen = readonly (readonly [name: string, pin: ModelPin])[];

/** The models that are meant, or the exit code where one of them is not known. */
async function chooseModels(
  targets: readonly string[],
  options: PullOptions,
  output: CommandOutput,
): Promise<Chosen | number> {
  const [first] = targets;
  if (first !== undefined && isUrl(first)) return [[shownName(first), pinOfUrl(targets, first, options)]];
  for (const name of ['sha256', 'size', 'mirror'] as const) {
    if (options[name] !== undefined) throw new UsageError(`--${name} goes with a URL.`);
  }
  if (options.all === true && targets.length > 0) throw new UsageError('--all goes without names.');
  const pins = await readPins(options, options.dir);
  if (targets.length === 0) {
    if (pins.models.size === 0)
      throw new UsageError(`The file of pins ${pins.path} names no model. Pin one: llamero pin URL.`);
    return [...pins.models];
  }
  const chosen: [string, ModelPin][] = [];
  for (const target of targets) {
    if (isUrl(target)) throw new UsageError('Pull a URL by itself.');
    const pin = pins.models.get(target);
    if (pin === undefined) return tellUnknown(output, target, pins);
    chosen.push([target, pin]);
  }
  return chosen;
}

/** No name holds a colon or a slash, and every URL does. */
const isUrl = (target: string) => /[:/]/.test(target);

function pinOfUrl(targets: readonly string[], url: string, options: PullOptions): ModelPin {
  const { sha256, size, mirror } = options;
  if (targets.length > 1 || options.all === true) throw new UsageError('Pull a URL by itself.');
  if (sha256 === undefined || size === undefined) {
    throw new UsageError(
      'A URL needs --sha256 HEX and --size BYTES: what the file must be. Where you do not know them and trust the source as it is now: llamero pin URL.',
    );
  }
  return { url, sha256, sizeBytes: size, ...(mirror === undefined ? {} : { mirrors: mirror }) };
}

/** The file of a URL, made fit for a terminal. */
function shownName(url: string): string {
  return (url.split('/').at(-1) || 'model').replace(/[^\x21-\x7e]/g, '?').slice(0, 48);
}

async function pullEach(
  chosen: Chosen,
  library: ModelLibrary,
  options: PullOptions,
  tools: PullTools,
): Promise<number> {
  let current: ModelPull | null = null;
  const interrupt = tools.onInterrupt(() => {
    tools.report.note(STOPPING);
    current?.cancel();
  });
  let code: number = EXIT.ok;
  try {
    for (const [name, pin] of chosen) {
      current = library.pull(pin, fitOf(options));
      const result = await follow(name, current, tools.report);
      if (interrupt.happened() && !result.ok) {
        tools.output.result(null, { name, ok: false, reason: result.reason, message: STOPPING });
        return EXIT_INTERRUPTED;
      }
      const ended = tellResult(tools.output, name, result);
      if (code === EXIT.ok) code = ended;
      if (interrupt.happened()) return EXIT_INTERRUPTED;
    }
    return code;
  } finally {
    interrupt.ignore();
  }
}

const STOPPING = 'Stopped: what has come is kept, and the same command goes on from there.';

function fitOf({ ignoreFit, contextTokens }: PullOptions): Parameters<ModelLibrary['pull']>[1] {
  if (ignoreFit === true) return { fit: 'ignore' };
  return contextTokens === undefined ? {} : { fit: { contextTokens } };
}

async function follow(name: string, pull: ModelPull, report: TransferReport): Promise<PullResult> {
  const progress = pull.progress$.subscribe((at) => {
    if (at === null) return;
    const { receivedBytes, ...rest } = at;
    report.show({ name, doneBytes: receivedBytes, ...rest });
  });
  try {
    return await pull.result;
  } finally {
    progress.unsubscribe();
    report.settle();
  }
}

/** @returns The exit code. */
function tellResult(output: CommandOutput, name: string, result: PullResult): number {
  if (!result.ok) return tellRefusal(output, result.reason, name);
  const { path, sizeBytes, downloaded } = result;
  const came = downloaded ? 'downloaded' : 'it was here already';
  output.note(`${name}: ${output.colors.green('verified')}, ${formatBytes(sizeBytes)}, ${came}`);
  output.result(path, { name, ok: true, path, sizeBytes, downloaded });
  return EXIT.ok;
}
