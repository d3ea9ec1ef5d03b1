import { describe, expect, test } from '@jest/globals';
import { createActor, setup } from 'xstate';
import { createSupervisorLogic, type Supervisor } from '../../../index.ts';
import { expectTrace } from '../../../testing/expect-trace.ts';
import { NOTHING_LEFT, settled, stagePorts, stageSupervisor } from '../../doubles/supervisor-stage.ts';

function hostOf(ports = stagePorts({ limits: { maxInFlight: 1 } })) {
  const logic = createSupervisorLogic(ports.options);
  const host = createActor(
    setup({ actors: { llama: logic } }).createMachine({
      initial: 'idle',
      states: {
        idle: { on: { wake: 'assisting' } },
        assisting: { invoke: { id: 'llama', src: 'llama' }, on: { sleep: 'idle' } },
      },
    }),
    { clock: ports.clock },
  );
  host.start();
  const enter = (): Supervisor => {
    host.send({ type: 'wake' });
    return logic.connect(host.getSnapshot().children.llama!);
  };
  const ready = async (supervisor: Supervisor) => {
    const started = supervisor.start();
    await ports.clock.advance(1);
    await started;
  };
  return { ...ports, host, enter, ready };
}

describe('a host that invokes the supervisor in a machine of its own', () => {
  test('[SV94] starts it, asks it, and stops it through a handle', async () => {
    const { enter, ready, settle, leftovers } = hostOf();
    const supervisor = enter();
    await ready(supervisor);
    const { result } = supervisor.submit({ prompt: 'hello' });
    await settle();
    expect((await result).text).toBe('Echo of hello');
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[TR12] is recorded there as anywhere, each time anew', async () => {
    const { host, enter, ready, settle } = hostOf();
    const supervisor = enter();
    await ready(supervisor);
    const { result } = supervisor.submit({ prompt: 'hello' });
    await settle();
    await result;
    const first = expectTrace(supervisor.trace());
    expect(first.states).toEqual(['stopped', 'starting', 'ready']);
    expect(first.outcomes).toHaveLength(1);
    host.send({ type: 'sleep' });
    await settle();
    expect(expectTrace(enter().trace()).arrivals).toEqual([]);
  });

  test('[SV95] releases the runtime by leaving the state', async () => {
    const { host, enter, ready, settle, leftovers, controls } = hostOf();
    await ready(enter());
    host.send({ type: 'sleep' });
    await settle();
    expect(controls).toMatchObject({ spawned: 1, disposed: 1 });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV96] ends every request by leaving the state, queued ones too', async () => {
    const { host, enter, ready, settle, controls, leftovers } = hostOf();
    const supervisor = enter();
    await ready(supervisor);
    controls.hold();
    const running = supervisor.submit({ prompt: 'running' });
    const queued = supervisor.submit({ prompt: 'queued' });
    expect([running.disposition, queued.disposition]).toEqual(['admitted', 'queued']);
    const outcomes: string[] = [];
    for (const { result } of [running, queued]) {
      void result.then(({ outcome, reason }) => outcomes.push(`${outcome} ${reason}`));
    }
    host.send({ type: 'sleep' });
    await settle();
    expect(outcomes).toEqual(['cancelled cancelled_by_stop', 'cancelled cancelled_by_stop']);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV97] may enter the state again, any number of times', async () => {
    const { host, enter, ready, settle, controls, leftovers } = hostOf();
    for (let round = 0; round < 5; round += 1) {
      const supervisor = enter();
      await ready(supervisor);
      const { result } = supervisor.submit({ prompt: `round ${round}` });
      await settle();
      expect((await result).text).toBe(`Echo of round ${round}`);
      host.send({ type: 'sleep' });
      if (round % 2 === 0) await settle();
    }
    await settle();
    expect(controls.spawned).toBe(5);
    expect(controls.disposed).toBe(5);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV98] may leave in the middle of a start', async () => {
    const { host, enter, settle, controls, leftovers } = hostOf();
    controls.holdLoad();
    const started = settled(enter().start());
    await settle();
    host.send({ type: 'sleep' });
    await settle();
    expect((await started).error).toMatchObject({ code: 'supervisor_closed' });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV99] finds an old handle closed', async () => {
    const { host, enter, ready, settle } = hostOf();
    const supervisor = enter();
    await ready(supervisor);
    host.send({ type: 'sleep' });
    await settle();
    expect(supervisor.submit({ prompt: 'a' }).disposition).toBe('refused');
    expect((await settled(supervisor.start())).error).toMatchObject({ code: 'supervisor_closed' });
  });
});

describe('two supervisors in one process', () => {
  test('[SV100] know nothing of each other', async () => {
    const [one, two] = [stageSupervisor({ answer: () => 'one' }), stageSupervisor({ answer: () => 'two' })];
    await Promise.all([one.ready(), two.ready()]);
    const asked = [one, two].map(({ supervisor }) => supervisor.submit({ prompt: 'who?' }).result);
    await Promise.all([one.settle(), two.settle()]);
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['one', 'two']);
    const stopped = one.supervisor.stop();
    await one.settle();
    await stopped;
    expect(two.state()).toBe('ready');
    const { result } = two.supervisor.submit({ prompt: 'still?' });
    await two.settle();
    expect((await result).text).toBe('two');
  });
});
