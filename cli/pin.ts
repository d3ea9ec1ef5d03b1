import { Command } from 'commander';
import { explainPin, type ModelLibrary, type ModelPin, writePin } from '../index.ts';
import { EXIT, EXIT_CODES_HELP } from './acquisition-exit-code.ts';
import { followBytes } from './byte-rate.ts';
import {
  addOutputOptions,
  createCommandOutput,
  type OutputOptions,
  tellError,
  tellRefusal,
} from './command-output.ts';
import { formatBytes } from './format.ts';
import { EXIT_INTERRUPTED, onInterrupt } from './interrupt.ts';
import {
  addSourceOptions,
  type OpenLibrary,
  readLibraryOptions,
  type SourceOptions,
} from './library-options.ts';
import { eachOf } from './option-values.ts';
import { addPinOptions, type PinOptions, readPinsIfAny } from './pin-options.ts';
import type { PullTools } from './pull.ts';
import { createTransferReport } from './transfer-report.ts';
import type { TransferReport } from './transfer-state.ts';
import { UsageError } from './usage-error.ts';

export interface PinCommandOptions extends SourceOptions, PinOptions {
  readonly name?: string;
  readonly licence?: string;
  readonly mirror?: readonly string[];
  readonly replace?: boolean;
}

const HELP = `
The file is fetched once, to tell its digest and size. This first contact is trusted as it is: nothing proves
that the source gave the file you mean. Compare the digest with one that its maker tells, where there is one.
The model itself is not kept; llamero pull fetches it, from then on against the pin.

Examples:
  llamero pin https://huggingface.co/ORG/REPO/resolve/COMMIT/FILE.gguf --name small --licence Apache-2.0
${EXIT_CODES_HELP}`;

export function createPinCommand(openLibrary: OpenLibrary): Command {
  const command = new Command('pin')
    .description('fetch a file once, and write its digest and size into the file of pins')
    .argument('<url>', 'where the model is')
    .option('--name <name>', 'name of the pin (default: made from the file name of the URL)')
    .option('--licence <text>', 'licence of the model, for people')
    .option('--mirror <url>', 'where else the file is; may be repeated', eachOf)
    .option('--replace', 'let a pin of this name be replaced');
  addSourceOptions(addPinOptions(command));
  return addOutputOptions(command)
    .addHelpText('after', HELP)
    .action(async (url: string, options: PinCommandOptions & OutputOptions) => {
      const output = createCommandOutput(options);
      const report = createTransferReport({ json: output.json });
      process.exitCode = await runPin(url, options, { openLibrary, output, report, onInterrupt });
    });
}

/** @returns The exit code. */
export async function runPin(url: string, options: PinCommandOptions, tools: PullTools): Promise<number> {
  const { output } = tools;
  try {
    const name = options.name ?? nameFromUrl(url);
    await refuseEarly(name, pinOf(url, options, UNMEASURED), options);
    const library = tools.openLibrary(await readLibraryOptions(options));
    try {
      tools.report.note(
        `${name}: first contact. Nothing is known of this file yet, so what ${hostOf(url)} sends now is trusted as it is.`,
      );
      const measured = await measure(name, url, library, tools);
      if (measured === null) return EXIT_INTERRUPTED;
      if (!measured.ok) return tellRefusal(output, measured.reason, name);
      const { sha256, sizeBytes } = measured;
      const written = await writePin(options.pins, name, pinOf(url, options, measured));
      output.note(
        `${name}: ${output.colors.green('pinned')} in ${written.path}, ${formatBytes(sizeBytes)}. Fetch it: llamero pull ${name}`,
      );
      if (written.signature !== 'none') {
        output.note(`The signature beside ${written.path} is of the file as it was before: sign it again.`);
      }
      output.result(`${sha256}  ${sizeBytes}  ${name}`, {
        name,
        ok: true,
        url,
        sha256,
        sizeBytes,
        pins: written.path,
      });
      return EXIT.ok;
    } finally {
      library.close();
    }
  } catch (error) {
    return tellError(output, error);
  }
}

/** Stands for what is measured, while the rest of a pin is judged: not after many gigabytes. */
const UNMEASURED = { sha256: '0'.repeat(64), sizeBytes: 1 };

async function refuseEarly(name: string, pin: ModelPin, options: PinCommandOptions): Promise<void> {
  const wrong = explainPin(name, pin);
  if (wrong !== null) {
    throw new UsageError(options.name === undefined ? `${wrong} Name it yourself: --name NAME.` : wrong);
  }
  const pins = await readPinsIfAny(options, options.dir);
  if (pins?.models.has(name) === true && options.replace !== true) {
    throw new UsageError(
      `The file of pins ${pins.path} has a pin ${name} already. Take another --name, or pass --replace to trust the source anew.`,
    );
  }
}

function pinOf(
  url: string,
  { licence, mirror }: PinCommandOptions,
  { sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
): ModelPin {
  return {
    url,
    sha256,
    sizeBytes,
    ...(mirror === undefined ? {} : { mirrors: mirror }),
    ...(licence === undefined ? {} : { licence }),
  };
}

/** `https://host/Some_Model-Q4.gguf` → `some_model-q4`; what no name can hold becomes a hyphen. */
function nameFromUrl(url: string): string {
  const file = url.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  return file
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[.-]+$/g, '')
    .slice(0, 64);
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the source';
  }
}

/** Null where it was interrupted. */
async function measure(
  name: string,
  url: string,
  library: ModelLibrary,
  { report, onInterrupt: hear }: Pick<PullTools, 'onInterrupt'> & { readonly report: TransferReport },
): Promise<Awaited<ReturnType<ModelLibrary['measure']>> | null> {
  const controller = new AbortController();
  const interrupt = hear(() => {
    report.note('Stopped: nothing is pinned.');
    controller.abort();
  });
  const rateOf = followBytes(() => performance.now());
  try {
    const measured = await library.measure(url, {
      signal: controller.signal,
      onProgress: (doneBytes, totalBytes) =>
        report.show({
          name,
          step: 'measuring',
          doneBytes,
          totalBytes,
          ratio: totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 0,
          ...rateOf(doneBytes, totalBytes),
          mirror: 0,
          attempt: 1,
          reason: null,
        }),
    });
    return interrupt.happened() ? null : measured;
  } finally {
    interrupt.ignore();
    report.settle();
  }
}
