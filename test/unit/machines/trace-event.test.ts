import { describe, expect, test } from '@jest/globals';
import type { SupervisorEvent } from '../../../machines/events.ts';
import { readInternalEvent, readTraceEvent } from '../../../machines/trace-event.ts';
import { readRequestFacts } from '../../../policies/request.ts';

const at = { atMs: 5 };
const of = { generation: 2, ...at };
const SAMPLE = {
  atMs: 4,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  cpuLoadRatio: 0.1,
  processBytes: 100,
  eventLoopDelayMs: 1,
  vramTotalBytes: 10,
  vramUsedBytes: null,
};
const FACTS = { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 };

/** One event of each type that the machine takes. */
const EVENTS: readonly SupervisorEvent[] = [
  { type: 'supervisor.start', ...at },
  { type: 'supervisor.stop', ...at },
  { type: 'supervisor.drain', deadlineMs: null, ...at },
  { type: 'supervisor.drain', deadlineMs: 100, ...at },
  {
    type: 'request.submit',
    requestId: 'r1',
    facts: readRequestFacts({ prompt: 'hi', maxTokens: 9 }),
    wait: true,
    ...at,
  },
  {
    type: 'request.submit',
    requestId: 'r999999999999999',
    facts: { ...readRequestFacts({ messages: [] }), fault: 'sampling_invalid' },
    wait: false,
    ...at,
  },
  { type: 'request.cancel', requestId: 'r12', ...at },
  { type: 'start.progressed', phase: 'acquiring', ratio: 0.5, ...of },
  { type: 'start.progressed', phase: 'loading', ratio: 1, ...of },
  { type: 'start.refused', reason: 'digest_mismatch', ...of },
  { type: 'model.acquired', ...of },
  { type: 'model.loaded', facts: FACTS, ...of },
  { type: 'runtime.probed', verdict: { ok: true, reason: 'runtime_healthy' }, ...of },
  { type: 'runtime.released', ...of },
  { type: 'resources.sampled', sample: SAMPLE, ...at },
  { type: 'backpressure.changed', readersHeld: 3, ...at },
  {
    type: 'request.progressed',
    requestId: 'r1',
    step: 'decoding',
    promptTokens: 12,
    outputTokens: 3,
    ...of,
  },
  { type: 'request.settled', requestId: 'r1', outcome: 'expired', reason: 'stall_deadline_exceeded', ...of },
  { type: 'start.stalled', phase: 'loading' },
  { type: 'queue.waited' },
];

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** The tree with each of its leaves taken out or replaced, one at a time. */
function* spoiled(tree: Tree, path = ''): Iterable<readonly [string, Tree]> {
  for (const [name, leaf] of Object.entries(tree)) {
    const where = `${path}${name}`;
    const { [name]: _gone, ...rest } = tree;
    yield [`${where} missing`, rest];
    if (isTree(leaf)) {
      for (const [what, inner] of spoiled(leaf, `${where}.`)) yield [what, { ...tree, [name]: inner }];
      for (const other of [7, 'text', []]) yield [`${where} as ${typeof other}`, { ...tree, [name]: other }];
    } else {
      for (const other of othersThan(leaf))
        yield [`${where} as ${String(other)}`, { ...tree, [name]: other }];
    }
  }
}

/** What stands nowhere for a leaf of this kind. */
function othersThan(leaf: unknown): readonly unknown[] {
  if (typeof leaf === 'number') return [String(leaf), Number.NaN, Number.POSITIVE_INFINITY, true, {}];
  if (typeof leaf === 'boolean') return [String(leaf), 1, null];
  if (leaf === null) return ['some text', Number.NaN, true, {}];
  return ['some text', 7, true, {}];
}

describe('the closed schema', () => {
  test.each(EVENTS.map((event) => [event.type, event] as const))(
    '[TS3] takes %s as it is, and nothing beside',
    (_type, event) => {
      expect(readTraceEvent(event)).toEqual(event);
      const more = JSON.parse(JSON.stringify(event), (_key, value) =>
        isTree(value) ? { ...value, note: 'words' } : value,
      );
      expect(readTraceEvent(more)).toEqual(event);
    },
  );

  test.each(EVENTS.map((event) => [event.type, event] as const))(
    '[TS2] takes %s with every field, each of its kind',
    (_type, event) => {
      const taken = [...spoiled(event as unknown as Tree)].filter(
        ([, spoilt]) => readTraceEvent(spoilt) !== null,
      );
      expect(taken.map(([what]) => what)).toEqual([]);
    },
  );

  test.each([
    ['a fraction of a start', { type: 'model.acquired', generation: 1.5, ...at }],
    ['a fraction of a reader', { type: 'backpressure.changed', readersHeld: 0.5, ...at }],
    ['a request of no number', { type: 'request.cancel', requestId: 'r', ...at }],
    ['a request of 16 digits', { type: 'request.cancel', requestId: 'r1234567890123456', ...at }],
    ['a request with words behind', { type: 'request.cancel', requestId: 'r1 and words', ...at }],
    ['a request with words before', { type: 'request.cancel', requestId: 'words r1', ...at }],
    ['a request as an object', { type: 'request.cancel', requestId: Object('r1'), ...at }],
    ['a backend of capitals', { type: 'model.loaded', facts: { ...FACTS, backend: 'CPU' }, ...of }],
    ['a backend of 17', { type: 'model.loaded', facts: { ...FACTS, backend: 'a'.repeat(17) }, ...of }],
    ['a type as an object', { type: Object('queue.waited') }],
    ['an inherited type', Object.create({ type: 'queue.waited' })],
    ['a type of every object', { type: 'toString' }],
    ['a getter that throws', Object.defineProperty({}, 'type', { get: () => JSON.parse('') })],
    ['a text', 'queue.waited'],
    ['undefined', undefined],
  ])('[TS2] takes no event with %s', (_what, event) => {
    expect(readTraceEvent(event)).toBeNull();
  });
});

describe('an internal event', () => {
  test.each([
    'xstate.stop',
    'xstate.after.restartDelay.supervisor.stopped.backingOff',
    'xstate.after.drainDeadline.supervisor.draining.settling',
    'xstate.done.actor.loadModel',
    'xstate.error.actor.requestLedger',
  ])('[TS3] %s is taken by its name alone', (type) => {
    expect(readInternalEvent({ type, error: new Error('words'), output: 'words' })).toEqual({ type });
  });

  test.each([
    'xstate.init',
    'xstate.stop.words',
    'some xstate.stop',
    'xstate.after.1000.supervisor.stopped',
    'xstate.after.restartDelay.supervisor',
    'xstate.after.restartDelay.another.stopped',
    'xstate.after.a.supervisor.b.c.d.e.f',
    'xstate.done.actor.',
    'xstate.done.actor.two words',
    'xstate.snapshot.actor.loadModel',
    `xstate.error.actor.${'a'.repeat(33)}`,
  ])('[TS2] %s is taken for none', (type) => {
    expect(readInternalEvent({ type })).toBeNull();
  });

  test.each([[null], [undefined], ['xstate.stop'], [{}], [{ type: 7 }], [{ type: ['xstate.stop'] }]])(
    '[TS2] nor is %j',
    (event) => {
      expect(readInternalEvent(event)).toBeNull();
    },
  );
});
