import { describe, expect, test } from '@jest/globals';
import type { Backpressure, ResourceObservation, SupervisorStatus } from '../../../index.ts';
import { throwingGetters } from '../../doubles/junk.ts';
import {
  EMPTY_BOOKS,
  NOTHING_LEFT,
  recordStates,
  settled,
  stageSupervisor,
  words,
} from '../../doubles/supervisor-stage.ts';

const OBSERVER = { error: () => undefined, complete: () => undefined };

describe('state$', () => {
  test('[SV77] tells a late listener the present state', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    await ready();
    const late = recordStates(supervisor);
    await settle();
    expect(late.states).toEqual(['ready']);
  });

  test('[SV78] tells the states in order, with the fault of one that failed', async () => {
    const { supervisor, settle, controls } = stageSupervisor();
    const seen: string[] = [];
    supervisor.state$.subscribe(({ state, substate, fault }) => {
      const name = `${state}/${substate}${fault === null ? '' : ` ${fault}`}`;
      if (seen.at(-1) !== name) seen.push(name);
    });
    controls.failNext('spawn', 'runtime_load_failed');
    supervisor.start().catch(() => undefined);
    await settle();
    expect(seen).toEqual([
      'stopped/idle',
      'starting/acquiring',
      'starting/loading',
      'draining/releasing runtime_load_failed',
      'stopped/failed runtime_load_failed',
    ]);
  });

  test('[SV79] tells only changes', async () => {
    const { supervisor, ready, clock } = stageSupervisor();
    await ready();
    const seen: SupervisorStatus[] = [];
    supervisor.state$.subscribe((status) => seen.push(status));
    await clock.advance(10_000);
    expect(seen).toHaveLength(1);
  });

  test('[SV80] can be submitted from', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    const outcomes: string[] = [];
    let asked = false;
    supervisor.state$.subscribe(({ state }) => {
      if (state !== 'ready' || asked) return;
      asked = true;
      const { result, disposition } = supervisor.submit({ prompt: 'at once' });
      outcomes.push(disposition);
      void result.then(({ text }) => outcomes.push(text));
    });
    await ready();
    await settle();
    expect(outcomes).toEqual(['admitted', 'Echo of at once']);
  });

  test('[SV81] costs the supervisor nothing when a listener throws', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    const thrown: unknown[] = [];
    const onError = (error: unknown) => thrown.push(error);
    // rxjs reports what an observer throws in a later turn, as an uncaught error of the host's own.
    const { config } = await import('rxjs');
    config.onUnhandledError = onError;
    try {
      supervisor.state$.subscribe(() => {
        throw new Error('a bug of the host');
      });
      await ready();
      const { result } = supervisor.submit({ prompt: 'hello' });
      await settle();
      expect((await result).outcome).toBe('completed');
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(thrown.length).toBeGreaterThan(0);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('backpressure$', () => {
  test('[SV82] tells the load, and what the gate would say', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({
      limits: { maxInFlight: 2, queueBound: 1 },
    });
    const seen: Backpressure[] = [];
    supervisor.backpressure$.subscribe((load) => seen.push(load));
    await settle();
    expect(seen.at(-1)).toMatchObject({ gate: { ok: false, reason: 'lifecycle_stopped' }, utilisation: 0 });
    await ready();
    await settle();
    expect(seen.at(-1)).toMatchObject({ gate: { ok: true, reason: 'admitted' }, inFlight: 0 });
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    supervisor.submit({ prompt: 'b' });
    await settle();
    expect(seen.at(-1)).toMatchObject({
      inFlight: 2,
      maxInFlight: 2,
      utilisation: 1,
      gate: { ok: false, reason: 'at_capacity' },
    });
    supervisor.submit({ prompt: 'c' });
    await settle();
    expect(seen.at(-1)).toMatchObject({
      queueDepth: 1,
      queueBound: 1,
      gate: { ok: false, reason: 'queue_full' },
    });
  });

  test('[SV83] tells pressure, and readers that hold their generation', async () => {
    const { supervisor, ready, clock, observe } = stageSupervisor({
      limits: { tokenBufferChunks: 1 },
      answer: () => words(50),
    });
    await ready();
    const seen: Backpressure[] = [];
    supervisor.backpressure$.subscribe((load) => seen.push(load));
    void supervisor.submit({ prompt: 'a' }).tokens[Symbol.asyncIterator]().next();
    observe({ memoryAvailableBytes: 2 ** 30 });
    await clock.advance(1000);
    expect(seen.at(-1)).toMatchObject({ readersHeld: 1, pressure: 'elevated' });
  });
});

describe('resources$', () => {
  test('[SV84] samples while somebody listens, also when stopped, and ends with the last listener', async () => {
    const { supervisor, clock, openProbes, leftovers } = stageSupervisor();
    const seen: ResourceObservation[] = [];
    const one = supervisor.resources$.subscribe((sample) => seen.push(sample));
    const two = supervisor.resources$.subscribe(() => undefined);
    await clock.advance(1000);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(seen.at(-1)).toMatchObject({
      memoryTotalBytes: 16 * 2 ** 30,
      cpuLoadRatio: 0.1,
      vramTotalBytes: null,
      ageMs: 0,
    });
    expect(openProbes()).toBe(1);
    one.unsubscribe();
    await clock.advance(1);
    expect(openProbes()).toBe(1);
    two.unsubscribe();
    await clock.advance(1);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV85] shares one sampling between the supervisor and all listeners', async () => {
    const { supervisor, ready, openProbes } = stageSupervisor();
    await ready();
    const listeners = [1, 2, 3].map(() => supervisor.resources$.subscribe(() => undefined));
    expect(openProbes()).toBe(1);
    for (const listener of listeners) listener.unsubscribe();
    expect(openProbes()).toBe(1);
  });
});

describe('observers', () => {
  test('[SV86] of the actor that submit get submit_reentrant, and nothing is left of it', async () => {
    const { supervisor, ready, settle, controls, books } = stageSupervisor();
    await ready();
    const told: string[] = [];
    let armed = true;
    const subscription = supervisor.actor.subscribe({
      ...OBSERVER,
      next: ({ context }) => {
        if (!armed || context.running.length === 0) return;
        armed = false;
        const { verdict, disposition, result } = supervisor.submit({ prompt: 'from inside' });
        told.push(disposition, verdict.reason);
        void result.then(({ outcome }) => told.push(outcome));
      },
    });
    const outer = supervisor.submit({ prompt: 'outer' });
    await settle();
    subscription.unsubscribe();
    expect(told).toEqual(['refused', 'submit_reentrant', 'denied']);
    expect((await outer.result).outcome).toBe('completed');
    expect(books()).toEqual(EMPTY_BOOKS);
    // It speaks neither for nor against the runtime.
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', substate: 'healthy' });
    expect(controls.calls.filter((call) => call === 'healthCheck')).toHaveLength(1);
    expect(controls.calls.filter((call) => call === 'generate')).toHaveLength(1);
  });

  test('[SV86] of the actor that submit while a request is booked out, the same', async () => {
    const { supervisor, ready, settle, controls, books } = stageSupervisor();
    await ready();
    const outer = supervisor.submit({ prompt: 'outer' });
    const told: string[] = [];
    const subscription = supervisor.actor.subscribe({
      ...OBSERVER,
      next: ({ context }) => {
        if (told.length > 0 || context.running.length > 0) return;
        told.push(supervisor.submit({ prompt: 'from inside' }).verdict.reason);
      },
    });
    await settle();
    subscription.unsubscribe();
    expect(told).toEqual(['submit_reentrant']);
    expect((await outer.result).outcome).toBe('completed');
    expect(books()).toEqual(EMPTY_BOOKS);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', substate: 'healthy' });
    expect(controls.calls.filter((call) => call === 'healthCheck')).toHaveLength(1);
  });

  test.each([
    ['of no known type', () => ({ type: 'supervisor.explode', atMs: 0 })],
    ['without its fields', () => ({ type: 'request.submit' })],
    ['with fields of other types', () => ({ type: 'supervisor.start', atMs: 'now' })],
    [
      'with getters that throw',
      () => Object.assign(throwingGetters({ requestId: 1, atMs: 1 }), { type: 'request.cancel' }),
    ],
  ])('[SV101] that send the actor an event %s change nothing', async (_, make) => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    const results = ['running', 'queued'].map((prompt) => supervisor.submit({ prompt }).result);
    const before = supervisor.getSnapshot();
    expect(() => supervisor.actor.send(make() as never)).not.toThrow();
    expect(supervisor.getSnapshot()).toEqual(before);
    controls.release();
    await settle();
    for (const result of results) expect((await result).outcome).toBe('completed');
  });

  test('[SV108] of the actor may give commands', async () => {
    const { supervisor, clock, settle, controls, state } = stageSupervisor();
    controls.failNext('spawn', 'runtime_load_failed');
    const again: Promise<{ error?: unknown }>[] = [];
    supervisor.actor.subscribe({
      ...OBSERVER,
      next: ({ context }) => {
        const failed = context.lifecycle.phase === 'stopped' && context.fault !== null;
        if (failed && again.length === 0) again.push(settled(supervisor.start()));
      },
    });
    const first = settled(supervisor.start());
    await clock.advance(1);
    await settle();
    expect((await first).error).toMatchObject({ reason: 'runtime_load_failed' });
    expect(await Promise.all(again)).toEqual([{ value: undefined }]);
    expect(state()).toBe('ready');
  });

  test('[SV87] that are inspectors may throw', async () => {
    let seen = 0;
    const { supervisor, ready, settle } = stageSupervisor({
      inspect: () => {
        seen += 1;
        throw new Error('a bug of the inspector');
      },
    });
    await ready();
    const { result } = supervisor.submit({ prompt: 'hello' });
    await settle();
    expect((await result).outcome).toBe('completed');
    expect(seen).toBeGreaterThan(0);
  });

  test('[SV88] that are loggers may throw', async () => {
    const fail = () => {
      throw new Error('a bug of the logger');
    };
    const stage = stageSupervisor({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    await stage.ready();
    const { result } = stage.supervisor.submit({ prompt: 'hello' });
    await stage.settle();
    expect((await result).outcome).toBe('completed');
  });
});
