import { describe, expect, test } from '@jest/globals';
import { createActor } from 'xstate';
import { createSupervisor, createSupervisorLogic, type SupervisorOptions } from '../../../index.ts';
import { replay } from '../../../machines/replay.ts';
import { runFile } from '../../doubles/child-process.ts';
import {
  addressOf,
  linesIn,
  messagesIn,
  stageInspector,
  traceRequest,
} from '../../doubles/inspector-stage.ts';
import { askRaw } from '../../doubles/raw-http.ts';
import { settled, stagePorts, stageSupervisor } from '../../doubles/supervisor-stage.ts';

const stage = stageInspector();

describe('the handle', () => {
  test('[IS40] gives its trace to a sink, from a frame of the present until it is told to end', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    await ready();
    const lines: string[] = [];
    const end = supervisor.traceTo({ write: (line) => lines.push(line) > 0 });
    await supervisor.submit({ prompt: 'hello', wait: false }).result;
    await settle();
    end();
    end();
    const told = lines.length;
    supervisor.submit({ prompt: 'unheard' }).cancel();
    expect(lines).toHaveLength(told);
    expect(lines.at(-1)).toContain('"kind":"end"');
    expect(replay(lines)).toMatchObject({ kind: 'ok', complete: true, lost: 0 });
  });

  test('[IS40] ends the trace of every sink when it is disposed', async () => {
    const { supervisor } = stageSupervisor();
    const lines: string[] = [];
    supervisor.traceTo({ write: (line) => lines.push(line) > 0 });
    await supervisor[Symbol.asyncDispose]();
    expect(lines.filter((line) => line.includes('"kind":"end"'))).toEqual([lines.at(-1)]);
  });

  test('[IS40] goes on with a sink that throws or has no room', async () => {
    const { supervisor, ready, state } = stageSupervisor();
    supervisor.traceTo({
      write: () => {
        throw new Error('full');
      },
    });
    supervisor.traceTo({ write: () => false });
    supervisor.traceTo(null as never);
    await ready();
    expect(state()).toBe('ready');
  });
});

describe('the option inspector', () => {
  test.each([undefined, false])('[IS41] %s opens none', (inspector) => {
    const { options } = stagePorts();
    const supervisor = createSupervisor(inspector === undefined ? options : { ...options, inspector });
    expect(supervisor.inspector).toBeNull();
  });

  test('[IS41] opens one with the supervisor, and disposing closes it after the last line', async () => {
    const { supervisor, ready } = stageSupervisor({ inspector: { viewersMax: 1 } });
    const inspector = stage.keep(await supervisor.inspector!);
    const viewer = stage.view(inspector);
    await viewer.until((text) => linesIn(text).length >= 2);
    await ready();
    await viewer.until((text) => text.includes('"ready"'));
    expect((await askRaw(addressOf(inspector), traceRequest(inspector))).status).toBe(503);
    await supervisor[Symbol.asyncDispose]();
    await viewer.ended;
    expect(replay(linesIn(viewer.received()))).toMatchObject({
      complete: true,
      finalState: { stopped: 'idle' },
    });
    expect(messagesIn(viewer.received())).toMatch(/event: end\ndata: end\n\n$/);
    expect((await askRaw(addressOf(inspector), traceRequest(inspector))).text).toBe('');
  });

  test.each([
    [1, 'options.inspector must be true, false or { port, socketPath, viewersMax }'],
    ['yes', 'options.inspector must be true'],
    [{ port: 70_000 }, 'options.inspector.port must be an integer from 0 to 65535'],
    [{ viewersMax: 99 }, 'options.inspector.viewersMax must be an integer from 1 to 16'],
    [{ host: '0.0.0.0' }, 'options.inspector.host is not an option'],
    [{ port: 1, socketPath: '/x' }, 'options.inspector.socketPath must not stand beside inspector.port'],
  ])('[IS41] %j is refused by a message that names the field', async (inspector, message) => {
    const options = { ...stagePorts().options, inspector } as SupervisorOptions;
    const { error } = await settled((async () => createSupervisor(options))());
    expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringContaining(message) });
  });

  test('[IS42] that cannot be met costs the supervisor nothing, and nobody has to look', async () => {
    const first = stageSupervisor({ inspector: true });
    const inspector = stage.keep(await first.supervisor.inspector!);
    const said: unknown[] = [];
    const log = (fields: unknown) => void said.push(fields);
    const { supervisor, ready, state } = stageSupervisor({
      inspector: { port: Number(new URL(inspector.url ?? '').port) },
      logger: { debug: () => undefined, info: () => undefined, warn: log, error: log },
    });
    await ready();
    expect(state()).toBe('ready');
    expect(await settled(supervisor.inspector!)).toMatchObject({ error: { code: 'port_in_use' } });
    expect(said).toEqual([{ code: 'port_in_use' }]);
    await supervisor[Symbol.asyncDispose]();
    expect(state()).toBe('stopped');
  });

  test('[IS44] opens one for all handles of a logic', async () => {
    const ports = stagePorts();
    const logic = createSupervisorLogic({ ...ports.options, inspector: true });
    const actor = createActor(logic, logic.rootOptions as never);
    actor.start();
    const [one, other] = [logic.connect(actor), logic.connect(actor)];
    stage.keep(await one.inspector!);
    expect(await other.inspector).toBe(await one.inspector);
    actor.stop();
  });
});

test.each(['idle', 'viewed'])(
  '[IS43] a process ends though its inspector is open, %s',
  async (how) => {
    const { code, stdout, stderr } = await runFile('test/integration/inspector/host-child.ts', [how]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ state: 'stopped', viewers: how === 'viewed' ? 1 : 0 });
  },
  30_000,
);
