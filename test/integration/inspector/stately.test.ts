import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createWebSocketInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';
import { createSupervisorLogic, supervisorMachine } from '../../../index.ts';
import { createStatelyOutlet, type StatelyOutlet } from '../../../inspector/stately/stately-outlet.ts';
import { acquisitionMachine } from '../../../machines/acquisition.ts';
import { hashChart } from '../../../machines/chart-hash.ts';
import { requestMachine } from '../../../machines/request.ts';
import { stageRemote, whenSettled } from '../../doubles/remote-stage.ts';
import { openStatelyReceiver } from '../../doubles/stately-receiver.ts';
import { type StageOptions, stagePorts, stageSupervisor } from '../../doubles/supervisor-stage.ts';

type Receiver = Awaited<ReturnType<typeof openStatelyReceiver>>;

const PROMPT = 'CANARY-prompt-7f3a';
const OUTPUT = 'CANARY-output-91c2';
const PATH = '/CANARY-path-55d0/model.gguf';
const CANARY = /CANARY|ca4a12/;

/** A whole run: started, one request answered, one refused, stopped. */
async function run(stage: ReturnType<typeof stageSupervisor>) {
  await stage.ready();
  const answered = stage.supervisor.submit({ prompt: PROMPT, stop: [`${PROMPT}-stop`] });
  stage.supervisor.submit({ prompt: PROMPT, temperature: -1 });
  await stage.settle();
  await answered.result;
  stage.supervisor.actor.send({ type: PROMPT, prompt: PROMPT } as never);
  const stopped = stage.supervisor.stop();
  await stage.settle();
  await stopped;
}

const statesOf = (machine: { readonly root: unknown }): string[] => {
  const walk = (node: Node): string[] => [node.id, ...Object.values(node.states).flatMap(walk)];
  return walk(machine.root as Node);
};
interface Node {
  readonly id: string;
  readonly states: Readonly<Record<string, Node>>;
}

describe("the vendor's receiver", () => {
  let receiver: Receiver;
  let outlet: StatelyOutlet;
  let sent = 0;

  beforeEach(async () => {
    receiver = await openStatelyReceiver();
    sent = 0;
    outlet = createStatelyOutlet(
      (message) => {
        sent += 1;
        receiver.send(message);
      },
      { name: 'first' },
    );
  });
  afterEach(() => receiver.close());

  const stageWith = (options: StageOptions = {}) =>
    stageSupervisor({ answer: () => OUTPUT, ...options, inspect: outlet.observe });
  const drained = async () => {
    await outlet.close();
    await receiver.until(sent);
    return receiver.received;
  };
  const ofSession = async (session: string) =>
    (await drained()).filter(({ sessionId }) => sessionId === session);
  const valuesOf = async (session: string) => {
    const values: unknown[] = [];
    for (const message of await ofSession(session)) {
      if (message.type !== '@xstate.snapshot') continue;
      const { value } = message.snapshot as { value?: unknown };
      if (JSON.stringify(value) !== JSON.stringify(values.at(-1))) values.push(value);
    }
    return values;
  };

  test('[SY1] sees every state of a whole run, in order', async () => {
    const stage = stageWith();
    const states: unknown[] = [];
    stage.supervisor.actor.subscribe({
      next: ({ value }) => {
        if (JSON.stringify(value) !== JSON.stringify(states.at(-1))) states.push(value);
      },
      error: () => undefined,
      complete: () => undefined,
    });
    await run(stage);
    const values = await valuesOf('first/supervisor');
    expect(values[0]).toEqual({ stopped: 'idle' });
    expect(values.slice(1)).toEqual(states);
    expect(values).toContainEqual({ starting: 'acquiring' });
    expect(values).toContainEqual({ ready: { pressure: 'nominal', health: 'healthy' } });
    expect(values).toContainEqual({ stopped: 'idle' });
    expect(outlet.lost()).toBe(0);
  });

  test('[SY1] sees the life of each request', async () => {
    await run(stageWith());
    expect(await valuesOf('first/request:r1')).toEqual([
      { active: 'prompting' },
      { active: 'decoding' },
      'settled',
    ]);
  });

  test('[SY2] sees every actor before anything of it, each under its parent', async () => {
    await run(stageWith());
    const seen = new Set<string>();
    for (const message of await drained()) {
      if (message.type === '@xstate.actor') {
        const { parentId } = message;
        if (parentId !== undefined) expect(seen).toContain(parentId);
        seen.add(message.sessionId);
      }
      expect(seen).toContain(message.sessionId);
    }
    expect([...seen].sort()).toEqual([
      'first/request:r1',
      'first/request:r1/generate',
      'first/supervisor',
      'first/supervisor/acquireModel',
      'first/supervisor/loadModel',
      'first/supervisor/observeBackpressure',
      'first/supervisor/observeResources',
      'first/supervisor/prepareRuntime',
      'first/supervisor/probeRuntime',
      'first/supervisor/releaseRuntime',
      'first/supervisor/requestLedger',
    ]);
  });

  test('[SY3] sees the events of the supervisor as a trace has them', async () => {
    const stage = stageWith();
    await run(stage);
    const traced = stage.supervisor
      .trace()
      .split('\n')
      .flatMap((line) => (line.startsWith('{"i":') ? [JSON.parse(line).e] : []))
      .filter(({ type }) => type !== 'unknown' && !type.startsWith('xstate.'));
    const events = (await ofSession('first/supervisor')).flatMap((message) =>
      message.type === '@xstate.event' && !message.event.type.startsWith('xstate.') ? [message.event] : [],
    );
    expect(events).toEqual(traced);
    expect(events.length).toBeGreaterThan(5);
  });

  test('[SY4] sees the sender of an event that came from an actor', async () => {
    await run(stageWith());
    const events = (await drained()).filter((message) => message.type === '@xstate.event');
    const senderOf = (type: string) => events.find(({ event }) => event.type === type)?.sourceId;
    expect(senderOf('supervisor.start')).toBeUndefined();
    expect(senderOf('model.loaded')).toBe('first/supervisor/loadModel');
    expect(senderOf('request.run')).toBe('first/supervisor');
  });

  test('[SY5] reads a machine back from its definition: every state in its order, every transition, guard, action and port', async () => {
    await run(stageWith());
    const messages = await drained();
    const definitionOf = (session: string) => {
      const actor = messages.find(
        (message) => message.type === '@xstate.actor' && message.sessionId === session,
      );
      return JSON.parse((actor?.type === '@xstate.actor' && actor.definition) || '{}');
    };
    const readBack = (session: string) => createMachine(definitionOf(session));
    expect(statesOf(readBack('first/supervisor'))).toEqual(statesOf(supervisorMachine));
    expect(hashChart(readBack('first/supervisor'))).toBe(hashChart(supervisorMachine));
    expect(hashChart(readBack('first/request:r1'))).toBe(hashChart(requestMachine));
    expect(definitionOf('first/supervisor/loadModel')).toEqual({ id: 'loadModel' });
  });

  test('[SY6] finds nothing of prompt, answer, path, digest or error in any message', async () => {
    const model = { path: PATH, sha256: `ca4a12${'7'.repeat(58)}`, sizeBytes: 1 };
    const stage = stageWith({ model, limits: { maxInFlight: 1 } });
    await run(stage);
    stage.controls.failNext('spawn', 'runtime_load_failed');
    const started = stage.supervisor.start().catch(() => undefined);
    await stage.settle();
    await started;
    const text = JSON.stringify(await drained());
    expect(text).toContain('runtime_load_failed');
    expect(text).not.toMatch(CANARY);
  });

  test('[SY7] is told of requests, ports and downloads nothing but their state', async () => {
    await run(stageWith());
    for (const message of await drained()) {
      if (message.type !== '@xstate.snapshot' || message.sessionId === 'first/supervisor') continue;
      const known = message.sessionId === 'first/request:r1' ? ['status', 'value'] : ['status'];
      expect(Object.keys(message.snapshot)).toEqual(known);
      expect(Object.keys(message.event)).toEqual(['type']);
    }
  });

  test('[SY19] is told what the supervisor remembers, but for its limits', async () => {
    const stage = stageWith();
    await run(stage);
    const last = (await ofSession('first/supervisor')).at(-1);
    const { limits, resourceLimits, ...remembered } = stage.supervisor.actor.getSnapshot().context;
    expect(last?.type === '@xstate.snapshot' && last.snapshot).toEqual({
      status: 'active',
      value: { stopped: 'idle' },
      context: remembered,
    });
    expect(limits).toBeDefined();
    expect(resourceLimits).toBeDefined();
  });

  test('[SY8] sees a running supervisor from the moment it is attached, and what it holds then', async () => {
    const stage = stageSupervisor();
    await stage.ready();
    outlet.attach(stage.supervisor);
    const stopped = stage.supervisor.stop();
    await stage.settle();
    await stopped;
    const [first] = await drained();
    expect(first).toMatchObject({
      type: '@xstate.actor',
      sessionId: 'first/supervisor',
      rootId: 'first/supervisor',
      snapshot: { status: 'active', value: { ready: { pressure: 'nominal', health: 'healthy' } } },
    });
    const sessions = new Set(receiver.received.map(({ sessionId }) => sessionId));
    expect([...sessions].sort()).toEqual([
      'first/supervisor',
      'first/supervisor/observeBackpressure',
      'first/supervisor/observeResources',
      'first/supervisor/releaseRuntime',
      'first/supervisor/requestLedger',
    ]);
    expect((await valuesOf('first/supervisor')).at(-1)).toEqual({ stopped: 'idle' });
  });

  test('[SY8] sees nothing of the host in whose machine the supervisor runs', async () => {
    const logic = createSupervisorLogic(stagePorts().options);
    const host = createActor(
      createMachine({
        id: 'CANARY-host',
        context: { secret: 'CANARY' },
        invoke: { id: 'llama', src: logic },
      }),
      { id: 'CANARY-root' },
    ).start();
    const supervisor = logic.connect(host.getSnapshot().children['llama'] as never);
    outlet.attach(supervisor);
    host.send({ type: 'CANARY-event' });
    await supervisor.stop();
    host.stop();
    const messages = await drained();
    expect(messages[0]?.sessionId).toBe('first/supervisor');
    expect(messages.some(({ type }) => type === '@xstate.event')).toBe(true);
    expect(JSON.stringify(messages)).not.toMatch(CANARY);
  });

  test('[SY9] is told once what is heard both ways', async () => {
    const twice = stageWith();
    outlet.attach(twice.supervisor);
    outlet.attach(twice.supervisor);
    await run(twice);
    const both = (await drained()).map(({ type, sessionId }) => `${type} ${sessionId}`);
    const alone: string[] = [];
    const other = createStatelyOutlet(
      (message) => {
        const { type, sessionId } = JSON.parse(message);
        alone.push(`${type} ${sessionId}`);
      },
      { name: 'first' },
    );
    await run(stageSupervisor({ answer: () => OUTPUT, inspect: other.observe }));
    await other.close();
    expect(both).toEqual(alone);
  });

  test("[SY20] is reached through the vendor's own sender as well", async () => {
    const { adapter } = createWebSocketInspector({ url: receiver.url });
    const through = createStatelyOutlet((message) => adapter.send(JSON.parse(message)), { name: 'other' });
    through.attach(stageSupervisor().supervisor);
    await through.close();
    await receiver.until(3);
    adapter.stop?.();
    expect(receiver.received.map(({ sessionId }) => sessionId)).toEqual([
      'other/supervisor',
      'other/supervisor/requestLedger',
      'other/supervisor/observeBackpressure',
    ]);
  });

  test('[SY10] can tell two supervisors apart', async () => {
    const names = [undefined, undefined].map(() => {
      const ids = new Set<string>();
      const unnamed = createStatelyOutlet((message) => ids.add(JSON.parse(message).rootId.split('/')[0]));
      const stage = stageSupervisor();
      unnamed.attach(stage.supervisor);
      return { ids, closed: unnamed.close() };
    });
    await Promise.all(names.map(({ closed }) => closed));
    const [one, other] = names.map(({ ids }) => [...ids]);
    expect(one).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
    expect(other).not.toEqual(one);
  });

  test('[SY11] hears no more once the outlet is closed, and all that was told before', async () => {
    const stage = stageWith();
    await stage.ready();
    outlet.attach(stage.supervisor);
    const messages = await drained();
    expect(await valuesOf('first/supervisor')).toContainEqual({
      ready: { pressure: 'nominal', health: 'healthy' },
    });
    const before = messages.length;
    outlet.attach(stageSupervisor().supervisor);
    const stopped = stage.supervisor.stop();
    await stage.settle();
    await stopped;
    await outlet.close();
    expect(sent).toBe(before);
  });
});

test('[SY11] a closed outlet takes its observer back from the actor', async () => {
  let observers = 0;
  const actor = {
    id: 'supervisor',
    logic: { config: { id: 'supervisor' } },
    getSnapshot: () => ({ status: 'active' }),
    system: {
      inspect: () => {
        observers += 1;
        return { unsubscribe: () => (observers -= 1) };
      },
    },
  };
  const outlet = createStatelyOutlet(() => undefined);
  outlet.attach({ actor });
  expect(observers).toBe(1);
  await outlet.close();
  expect(observers).toBe(0);
});

describe('a download', () => {
  const download = async () => {
    const messages: StatelyInspectionEvent[] = [];
    const outlet = createStatelyOutlet((message) => messages.push(JSON.parse(message)), { name: 'first' });
    const stage = stageRemote({ inspect: outlet.observe });
    await whenSettled(stage, stage.supervisor.start());
    await outlet.close();
    stage.end();
    return { stage, messages };
  };

  test('[SY1] is seen as an actor of its own, state by state', async () => {
    const { messages } = await download();
    const values = messages.flatMap((message) =>
      message.type === '@xstate.snapshot' && message.sessionId === 'first/acquisition'
        ? [(message.snapshot as { value?: unknown }).value]
        : [],
    );
    const steps = values.map((value) =>
      typeof value === 'string' ? value : Object.keys(value as object)[0],
    );
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
      'planning',
      'locking',
      'planning',
      'probing',
      'streaming',
      'verifying',
      'publishing',
      'recorded',
    ]);
  });

  test('[SY5] has a chart that can be read back', async () => {
    const { messages } = await download();
    const actor = messages.find(
      ({ type, sessionId }) => type === '@xstate.actor' && sessionId === 'first/acquisition',
    );
    const definition = (actor?.type === '@xstate.actor' && actor.definition) || '{}';
    expect(hashChart(createMachine(JSON.parse(definition)))).toBe(hashChart(acquisitionMachine));
  });

  test('[SY6] tells nothing of its URL, its digest or its place in the store', async () => {
    const { stage, messages } = await download();
    const text = JSON.stringify(messages);
    expect(text.length).toBeGreaterThan(10_000);
    expect(text).not.toContain('models.example');
    expect(text).not.toContain(stage.model.sha256);
    for (const path of stage.loaded) expect(text).not.toContain(path);
  });
});
