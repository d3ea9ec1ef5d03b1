#!/usr/bin/env node
import { Command, Option } from 'commander';
import { createModelLibrary } from '../index.ts';
import { type DemoOptions, runDemo } from './demo.ts';
import { createInspectCommand } from './inspect.ts';
import { addLibraryCommands } from './library-commands.ts';
import { digest, portNumber, wholeNumber } from './option-values.ts';
import { type ReplayCliOptions, runReplay } from './replay.ts';
import { createReport } from './report.ts';
import { runTraceExport } from './trace-export.ts';

/** Exit codes of the commands. */
const HELP = `
Exit codes:
  0    done
  1    the runtime failed
  2    usage, or options that make no sense
  3    the model file is not the one that was pinned
  130  ended by Ctrl-C
With --inspect it stays up at its end; Ctrl-C then ends it with 0.`;

const REPLAY_HELP = `
Exit codes:
  0    every step came out as it was recorded
  2    usage
  6    diverged: the machine of this version does something else
  7    corrupt: the trace is damaged, or cannot be read
  8    incompatible: the trace is not for this version
Of a folder: the highest of its traces.`;

const program = new Command('llamero')
  .description('An embeddable supervisor for an in-process llama runtime.')
  .showHelpAfterError('(see llamero --help)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command('demo')
  .description(
    'start, ask, flood, cancel, drain and stop a supervisor, on the model that comes with the package',
  )
  .option('--model <file>', 'a GGUF file of yours instead of the embedded model (needs --sha256)')
  .option('--sha256 <hex>', 'the SHA-256 that the file must have', digest)
  .addOption(
    new Option('--gpu <backend>', 'backend to compute on').choices([
      'auto',
      'off',
      'cuda',
      'vulkan',
      'metal',
    ]),
  )
  .option('--threads <n>', 'compute threads (default: all cores but one)', wholeNumber)
  .option('--record <file>', 'record the run as a trace')
  .option('--inspect', 'show the run in a page on this machine, and stay up until Ctrl-C')
  .option('--inspect-port <n>', 'port of that page (default: a free one)', portNumber)
  .option('--json', 'one JSON object a line')
  .option('--no-color', 'no colour')
  .addHelpText('after', HELP)
  .action(async (options: DemoOptions & { json?: boolean; color: boolean }) => {
    const report = createReport({ json: options.json === true, color: options.color });
    process.exitCode = await runDemo(options, report);
  });

program
  .command('replay')
  .argument('<trace>', 'a trace file, or a folder of *.jsonl files')
  .description('replay a trace on the machine of this version, and say where it parts from the record')
  .option('--json', 'one JSON object a trace')
  .option('--no-color', 'no colour')
  .addHelpText('after', REPLAY_HELP)
  .action(async (path: string, options: ReplayCliOptions) => {
    process.exitCode = await runReplay(path, options);
  });

program
  .command('trace')
  .description('work with traces')
  .command('export')
  .argument('<trace>', 'a trace file')
  .description('turn a trace into another format')
  .requiredOption('--chrome', 'the Chrome trace-event format, which profilers open')
  .option('--out <file>', 'where to write it (default: standard output)')
  .action(async (path: string, options: { out?: string }) => {
    process.exitCode = await runTraceExport(path, options);
  });

program.addCommand(createInspectCommand().copyInheritedSettings(program));
addLibraryCommands(program, createModelLibrary);

// Whoever reads may have seen enough, as `head` has: that is no error, and nobody is left to tell of one.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

await program.parseAsync();
