import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createStatelyOutlet } from '../../../inspector/stately/stately-outlet.ts';
import { stageSupervisor } from '../../doubles/supervisor-stage.ts';

type Outlet = ReturnType<typeof createStatelyOutlet>;

/** A run of several requests, and the trace of what the supervisor did. */
async function traceOfRun(outlet: Outlet | null, requests = 6) {
  const stage = stageSupervisor(outlet === null ? {} : { inspect: outlet.observe });
  await stage.ready();
  for (let request = 0; request < requests; request += 1) {
    const { result } = stage.supervisor.submit({ prompt: 'a question' });
    await stage.settle();
    expect((await result).outcome).toBe('completed');
  }
  const stopped = stage.supervisor.stop();
  await stage.settle();
  await stopped;
  return stage.supervisor.trace();
}

const refuse = () => {
  throw new Error('cannot be read');
};
const never = () => new Promise(() => undefined);

describe('a viewer', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['never takes its first message', never],
  ])('[SY12] that %s changes nothing of what the supervisor does', async (_what, send) => {
    const outlet = createStatelyOutlet(send, { messagesMax: 50 });
    expect(await traceOfRun(outlet)).toBe(await traceOfRun(null));
    await nextTurn();
    expect(outlet.lost()).toBeGreaterThan(0);
  });

  test.each([
    ['nothing', () => null],
    ['no type', () => ({})],
    ['no actor', () => ({ type: '@xstate.actor' })],
    ['an actor that is null', () => ({ type: '@xstate.event', actorRef: null })],
    ['an actor that cannot be read', () => new Proxy({ type: '@xstate.snapshot' }, { get: refuse })],
  ])('[SY12] breaks no actor by what it hears: %s', async (_what, hear) => {
    const outlet = createStatelyOutlet(never);
    expect(() => outlet.observe(hear() as never)).not.toThrow();
    await outlet.close();
  });

  test('[SY12] is told nothing before the supervisor went on', async () => {
    let told = 0;
    const outlet = createStatelyOutlet(() => {
      told += 1;
    });
    const stage = stageSupervisor();
    outlet.attach(stage.supervisor);
    stage.supervisor.submit({ prompt: 'a question' });
    expect(told).toBe(0);
    await outlet.close();
    expect(told).toBeGreaterThan(0);
  });

  test('[SY13] gets its next message when it took the one before, and not earlier', async () => {
    let open = 0;
    let most = 0;
    const outlet = createStatelyOutlet(async () => {
      open += 1;
      most = Math.max(most, open);
      await nextTurn();
      open -= 1;
    });
    await traceOfRun(outlet, 1);
    await outlet.close();
    expect(most).toBe(1);
  });

  test('[SY14] that is slow misses snapshots first, and no actor', async () => {
    const full: string[] = [];
    await withOutlet((message) => full.push(message), 10_000);
    const slow: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const messagesMax = count(full, '@xstate.actor') + count(full, '@xstate.event') + 5;
    const lost = await withOutlet(
      async (message) => {
        slow.push(message);
        await held;
      },
      messagesMax,
      () => release(),
    );
    const kinds = ['@xstate.actor', '@xstate.event', '@xstate.snapshot'] as const;
    const [actors, events, snapshots] = kinds.map((kind) => count(full, kind) - count(slow, kind));
    expect({ actors, events }).toEqual({ actors: 0, events: 0 });
    expect(snapshots).toBe(lost);
    expect(lost).toBeGreaterThan(0);
    expect(slow.at(-1)).toContain('"value":{"stopped":"idle"}');
  });

  test('[SY15] whom the actors alone are too many for is given up', async () => {
    const outlet = createStatelyOutlet(never, { messagesMax: 3 });
    const trace = await traceOfRun(outlet);
    expect(trace).toBe(await traceOfRun(null));
    const lost = outlet.lost();
    await traceOfRun(outlet);
    expect(outlet.lost()).toBe(lost);
  });
});

async function withOutlet(send: (message: string) => unknown, messagesMax: number, release = () => {}) {
  const outlet = createStatelyOutlet(send, { messagesMax });
  await traceOfRun(outlet, 2);
  release();
  await outlet.close();
  return outlet.lost();
}

const count = (messages: readonly string[], type: string) =>
  messages.filter((message) => JSON.parse(message).type === type).length;

describe('an option', () => {
  test.each([
    { name: '' },
    { name: 'a/b' },
    { name: 'n'.repeat(65) },
    { messagesMax: 0 },
    { messagesMax: 1.5 },
  ])('[SY16] out of its range is refused: %j', (options) => {
    expect(() => createStatelyOutlet(() => undefined, options)).toThrow(RangeError);
  });

  test('[SY16] an actor that is no supervisor cannot be attached', () => {
    const outlet = createStatelyOutlet(() => undefined);
    expect(() => outlet.attach({ actor: {} })).toThrow(TypeError);
  });
});
