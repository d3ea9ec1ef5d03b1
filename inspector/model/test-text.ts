import { readEffect } from './effect-words.ts';
import { rangeOf } from './log-range.ts';
import { toldEvent } from './told-event.ts';
import type { TraceLog } from './views.ts';

/** More outcomes than this are told by their number: the test stays one that is read. */
const OUTCOMES_MAX = 6;

/**
 * The text of a Jest test that replays the exported trace, which lies beside it as `fileName`, and holds what
 * happened in it. The values are those of this part of the log.
 */
export function testText(log: TraceLog, fileName: string, from?: number, to?: number): string {
  const { states, outcomes, finalState } = storyOf(log, from, to);
  const url = `./${encodeURIComponent(fileName)}`;
  return `${[
    "import { readFileSync } from 'node:fs';",
    "import { expect, test } from '@jest/globals';",
    "import { expectTrace } from 'llamero/testing';",
    "import 'llamero/testing/jest';",
    '',
    `const trace = readFileSync(new URL(${literal(url)}, import.meta.url), 'utf8');`,
    '',
    `test(${literal(`${fileName} replays as it was recorded`)}, () => {`,
    '  expect(trace).toReplay();',
    '  const story = expectTrace(trace);',
    `  expect(story.states).toEqual(${literal(states)});`,
    ...outcomeLines(outcomes),
    `  expect(story.finalState).toEqual(${literal(finalState)});`,
    '});',
  ].join('\n')}\n`;
}

interface ToldOutcome {
  readonly requestId: string;
  readonly outcome: string;
  readonly reason: string;
}

function outcomeLines(outcomes: readonly ToldOutcome[]): readonly string[] {
  if (outcomes.length === 0) return ['  expect(story.outcomes).toEqual([]);'];
  if (outcomes.length > OUTCOMES_MAX) {
    return [
      `  expect(story.outcomes).toHaveLength(${outcomes.length});`,
      `  expect(story.outcomes.at(-1)).toEqual(${literal(outcomes.at(-1))});`,
    ];
  }
  return [
    '  expect(story.outcomes).toEqual([',
    ...outcomes.map((outcome) => `    ${literal(outcome)},`),
    '  ]);',
  ];
}

/** What `expectTrace` of `llamero/testing` reads off the same trace. */
function storyOf(log: TraceLog, from?: number, to?: number) {
  const range = rangeOf(log, from, to);
  const states: string[] = [];
  const outcomes: ToldOutcome[] = [];
  let finalState: unknown = log.start?.state ?? null;
  if (range.from > log.firstIndex) finalState = log.momentAt(range.from - 1).after.state;
  for (let index = range.from; index < range.to; index += 1) {
    const { step, before, after } = log.momentAt(index);
    const { phase } = after.context.lifecycle;
    if (states.at(-1) !== phase) states.push(phase);
    const told = toldEvent(step.e);
    if (told?.type === 'request.settled' && 'running' in step.d) {
      const { requestId, outcome, reason } = told;
      const ran = before.context.running.some((running) => running.requestId === requestId);
      if (ran || index === range.from) outcomes.push({ requestId, outcome, reason });
    }
    for (const { verb, id, rest } of (step.x ?? []).map(readEffect)) {
      if (verb === 'conclude')
        outcomes.push({ requestId: id, outcome: rest[0] ?? '', reason: rest[1] ?? '' });
    }
    finalState = after.state;
  }
  return { states, outcomes, finalState };
}

/** A value as source text of TypeScript: nothing in it can end the text that it stands in. */
function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, inner]) => `${keyText(key)}: ${literal(inner)}`);
    return `{ ${fields.join(', ')} }`;
  }
  return String(value);
}

const keyText = (key: string): string => (/^[a-zA-Z][a-zA-Z0-9]*$/.test(key) ? key : quote(key));

function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${inner.replace(/[\u2028\u2029\u007f-\u009f]/g, escapeUnit)}'`;
}

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
