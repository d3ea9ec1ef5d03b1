import { replay } from '../machines/replay.ts';
import { explainReplay } from './expect-trace.ts';

/**
 * A matcher for Jest: `expect.extend({ toReplay })`, then `expect(trace).toReplay()` with the text of a trace, or its
 * lines. It passes when the machine of this version does what was recorded, step by step.
 */
export function toReplay(received: unknown): { readonly pass: boolean; readonly message: () => string } {
  const lines = typeof received === 'string' || isLines(received) ? received : null;
  if (lines === null) {
    return { pass: false, message: () => 'toReplay takes the text of a trace, or an array of its lines' };
  }
  const result = replay(lines);
  return { pass: result.kind === 'ok', message: () => explainReplay(result) };
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}
