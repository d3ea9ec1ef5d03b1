import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { expectTrace } from '../testing/index.ts';
import '../testing/jest.ts';

// A user sent us this trace: "It refused me, and a moment later it did not."
const trace = readFileSync('test/traces/memory-exceeded.jsonl', 'utf8');

test('says no while memory is short, and yes again afterwards', () => {
  expect(trace).toReplay();
  const { arrivals, outcomes } = expectTrace(trace);
  expect(arrivals.map(({ verdict }) => verdict.reason)).toEqual(['memory_exceeded', 'admitted']);
  expect(arrivals[0]?.facts).toMatchObject({ lifecycle: 'ready', inFlight: 0 });
  expect(outcomes.at(-1)?.reason).toBe('generation_completed');
});
