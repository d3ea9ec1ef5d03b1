import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { replay } from '../../machines/replay.ts';
import { readInternalEvent, readTraceEvent } from '../../machines/trace-event.ts';
import { stageSupervisor } from '../doubles/supervisor-stage.ts';

const CANARY = 'CANARY-7f3a';

describe('a trace', () => {
  test('[TS1] holds nothing of prompt, output, path, header, token, environment or error message', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trace-'));
    process.env['LLAMERO_CANARY'] = CANARY;
    try {
      const stage = stageSupervisor({ answer: () => `${CANARY} word` });
      const path = join(folder, 'run.jsonl');
      const recording = await stage.supervisor.recordTrace(path);
      await stage.ready();
      const told = [
        stage.supervisor.submit({ prompt: `${CANARY} prompt`, stop: [`${CANARY} stop`] }),
        stage.supervisor.submit({ messages: [{ role: 'user', content: CANARY }] }),
        stage.supervisor.submit({ prompt: CANARY, [CANARY]: true } as never),
      ];
      stage.controls.failNext('generate', 'generation_failed');
      await stage.settle();
      await Promise.all(told.map(({ result }) => result));
      stage.supervisor.actor.send({ type: CANARY, header: CANARY } as never);
      stage.supervisor.actor.send({ type: 'request.cancel', requestId: CANARY, atMs: 0 } as never);
      const stopped = stage.supervisor.stop();
      await stage.settle();
      await stopped;
      await recording.stop();
      const file = await readFile(path, 'utf8');
      for (const trace of [file, stage.supervisor.trace()]) {
        expect(trace.split('\n').length).toBeGreaterThan(8);
        expect(trace).not.toContain(CANARY);
        expect(trace).not.toContain(folder);
        expect(replay(trace).kind).toBe('ok');
      }
    } finally {
      delete process.env['LLAMERO_CANARY'];
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['a type that is none', { type: CANARY }],
    ['a request id that is text', { type: 'request.cancel', requestId: CANARY, atMs: 0 }],
    ['a reason that is text', { type: 'start.refused', reason: CANARY, generation: 1, atMs: 0 }],
    [
      'an outcome that is text',
      {
        type: 'request.settled',
        requestId: 'r1',
        outcome: CANARY,
        reason: 'admitted',
        generation: 1,
        atMs: 0,
      },
    ],
    [
      'a step of a request that is text',
      {
        type: 'request.progressed',
        requestId: 'r1',
        step: CANARY,
        promptTokens: 1,
        outputTokens: 1,
        generation: 1,
        atMs: 0,
      },
    ],
    ['a phase that is text', { type: 'start.progressed', phase: CANARY, ratio: 0, generation: 1, atMs: 0 }],
    [
      'a backend that is a path',
      {
        type: 'model.loaded',
        facts: { contextTokens: 1, sequences: 1, threads: 1, backend: '/etc/x', modelBytes: 1 },
        generation: 1,
        atMs: 0,
      },
    ],
    ['a time that is text', { type: 'supervisor.stop', atMs: CANARY }],
    ['nothing', null],
  ])('[TS2] %s does not pass the closed schema', (_what, event) => {
    expect(readTraceEvent(event)).toBeNull();
    expect(readInternalEvent(event)).toBeNull();
  });

  test('[TS3] a field beyond the schema is left behind, and an internal event keeps its name alone', () => {
    expect(readTraceEvent({ type: 'supervisor.stop', atMs: 1, note: CANARY })).toEqual({
      type: 'supervisor.stop',
      atMs: 1,
    });
    expect(readInternalEvent({ type: 'xstate.error.actor.loadModel', error: new Error(CANARY) })).toEqual({
      type: 'xstate.error.actor.loadModel',
    });
    expect(readInternalEvent({ type: `xstate.error.actor.${CANARY}` })).toBeNull();
  });
});
