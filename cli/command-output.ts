import type { Command } from 'commander';
import { explainReason, type Reason, SupervisorError } from '../index.ts';
import { acquisitionExitCode, EXIT } from './acquisition-exit-code.ts';
import { type Colors, pickColors } from './colors.ts';
import { hintOf } from './option-hints.ts';
import { UsageError } from './usage-error.ts';

/** Results go to standard output, as text or as one JSON object a line; everything else goes to standard error. */
export interface CommandOutput {
  readonly json: boolean;
  readonly colors: Colors;
  /** @param line For people; null where the object alone is of use. @param told Of type `result` unless it says another. */
  result(line: string | null, told: Readonly<Record<string, unknown>>): void;
  note(text: string): void;
}

/** The options that say how results are told. */
export interface OutputOptions {
  readonly json?: boolean;
  /** What `--no-color` sets to false. */
  readonly color: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command.option('--json', 'one JSON object a line').option('--no-color', 'no colour');
}

/** The part of a stream that is needed. */
export interface TextStream {
  write(text: string): unknown;
}

export function createCommandOutput(
  { json = false, color }: OutputOptions,
  stdout: TextStream = process.stdout,
  stderr: TextStream = process.stderr,
): CommandOutput {
  return {
    json,
    colors: pickColors(color),
    result: (line, told) => {
      if (json) stdout.write(`${JSON.stringify({ type: 'result', ...told })}\n`);
      else if (line !== null) stdout.write(`${line}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** Tells why something was refused, of one model where `name` is given. @returns The exit code. */
export function tellRefusal(output: CommandOutput, reason: Reason, name: string | null = null): number {
  const message = `${explainReason(reason)}${hintOf(reason)}`;
  output.note(`${name === null ? '' : `${name}: `}${output.colors.red(reason)}: ${message}`);
  output.result(null, { ...(name === null ? {} : { name }), ok: false, reason, message });
  return acquisitionExitCode(reason);
}

/** Tells an error that a command ended with. @returns The exit code. Throws on what is a bug. */
export function tellError(output: CommandOutput, error: unknown): number {
  if (error instanceof UsageError) {
    output.note(error.message);
    output.result(null, { ok: false, reason: 'options_invalid', message: error.message });
    return EXIT.usage;
  }
  if (!SupervisorError.isInstance(error)) throw error;
  output.note(`${output.colors.red(error.reason)}: ${error.message}`);
  output.result(null, { ok: false, reason: error.reason, message: error.message });
  return acquisitionExitCode(error.reason);
}
