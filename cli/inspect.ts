import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { replayFile } from '../index.ts';
import {
  createFileFeed,
  createRemoteFeed,
  InspectorError,
  type InspectorErrorCode,
  startInspector,
  type TraceFeed,
} from '../inspector/index.ts';
import {
  addOutputOptions,
  type CommandOutput,
  createCommandOutput,
  type OutputOptions,
  tellError,
} from './command-output.ts';
import { untilInterrupted } from './interrupt.ts';
import { openBrowser } from './open-browser.ts';
import { portNumber } from './option-values.ts';
import { CORRUPT } from './replay.ts';
import { UsageError } from './usage-error.ts';

export interface InspectOptions {
  readonly attach?: string;
  readonly port?: number;
  readonly open?: boolean;
}

const HELP = `
The address of the page is printed to standard output. It ends with the token that
the page asks with: whoever has the address may read the trace, on this machine.
Command lines can be seen by other users of a machine: --open puts the address on
one, and --attach - reads it from standard input instead.

Examples:
  llamero inspect run.jsonl
  llamero inspect run.jsonl --port 9000 --open
  llamero inspect --attach "http://127.0.0.1:40123/#token=HEX"    of a host's supervisor.inspector
  llamero inspect --attach "unix:/run/me/llamero.sock#token=HEX"

Exit codes:
  0    ended by Ctrl-C
  1    the page cannot be served, as its port is taken
  2    usage, or an address that is none
  5    nothing to attach to: not reached, another token, or not an inspector
  7    corrupt: the trace cannot be read, or is damaged before its first step`;

export function createInspectCommand(): Command {
  const command = new Command('inspect')
    .description('show a trace, or the trace of a running host, in a page on this machine, until Ctrl-C')
    .argument('[trace]', 'a trace file')
    .option('--attach <address>', "address of a running host's inspector, instead of a file; - reads it")
    .option('--port <n>', 'port on 127.0.0.1 to serve the page on (default: a free one)', portNumber)
    .option('--open', 'open the page in the browser');
  return addOutputOptions(command)
    .addHelpText('after', HELP)
    .action(async (trace: string | undefined, options: InspectOptions & OutputOptions) => {
      process.exitCode = await runInspect(trace, options, createCommandOutput(options));
    });
}

const EXIT_CORRUPT = 7;

/** @returns The exit code. */
export async function runInspect(
  trace: string | undefined,
  { attach, port, open }: InspectOptions,
  output: CommandOutput,
): Promise<number> {
  try {
    if ((trace === undefined) === (attach === undefined)) {
      throw new UsageError('Name one trace file, or --attach ADDRESS.');
    }
    if (trace !== undefined && !(await isShowable(trace, output))) return EXIT_CORRUPT;
    const feed = await feedOf(trace, attach);
    const inspector = await startInspector(feed, port === undefined ? {} : { port });
    const stopped = untilInterrupted();
    const url = inspector.url ?? '';
    output.result(url, { ok: true, url });
    if (open === true && !(await openBrowser(url))) {
      output.note('No browser could be opened: open the address by hand.');
    }
    output.note('Press Ctrl-C to stop.');
    await stopped;
    await inspector.close();
    return 0;
  } catch (error) {
    return InspectorError.isInstance(error) ? tellInspectorError(output, error) : tellError(output, error);
  }
}

const feedOf = (trace: string | undefined, attach: string | undefined): Promise<TraceFeed> =>
  trace === undefined ? attachTo(attach ?? '') : createFileFeed(trace);

async function attachTo(address: string): Promise<TraceFeed> {
  return createRemoteFeed(address === '-' ? await readFirstLine(process.stdin) : address);
}

async function readFirstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line.trim();
  return '';
}

/**
 * Whether there is something to show. Of a damaged trace that is what comes before the damage, as the page shows it
 * too; one that this version would run otherwise, or cannot run, is shown as it was recorded.
 */
async function isShowable(trace: string, output: CommandOutput): Promise<boolean> {
  const result = await replayFile(trace);
  switch (result.kind) {
    case 'ok':
      return true;
    case 'diverged':
      output.note(
        `Shown as recorded: this version parts from it at line ${result.line}. See: llamero replay.`,
      );
      return true;
    case 'incompatible':
      output.note('Shown as recorded: the trace is of another version. See: llamero replay.');
      return true;
    case 'corrupt': {
      const message = `line ${result.line}: ${CORRUPT[result.why]}`;
      output.note(`${output.colors.red('corrupt')}: ${trace}: ${message}`);
      if (result.steps > 0) {
        output.note(`Shown are the ${result.steps} steps before it.`);
        return true;
      }
      output.result(null, { ok: false, reason: result.why, line: result.line, message });
      return false;
    }
  }
}

const EXIT: { readonly [C in InspectorErrorCode]: number } = {
  invalid_options: 2,
  port_in_use: 1,
  port_denied: 1,
  socket_in_use: 1,
  socket_unsafe: 1,
  listen_failed: 1,
  attach_unreachable: 5,
  attach_denied: 5,
  attach_full: 5,
  attach_other: 5,
  trace_unreadable: EXIT_CORRUPT,
};

/** @returns The exit code. */
export function tellInspectorError(output: CommandOutput, { code, message }: InspectorError): number {
  output.note(`${output.colors.red(code)}: ${message}`);
  output.result(null, { ok: false, reason: code, message });
  return EXIT[code];
}
