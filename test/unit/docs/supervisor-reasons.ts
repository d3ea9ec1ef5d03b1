import { tmpdir } from 'node:os';
import { createActor, fromCallback } from 'xstate';
import { createSupervisor, SupervisorError, type SupervisorOptions } from '../../../index.ts';
import { requestMachine } from '../../../machines/request.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import type { Reason } from '../../../policies/reasons.ts';
import { createManualClock } from '../../../testing/manual-clock.ts';
import {
  type StageOptions,
  type SupervisorStage,
  stageSupervisor,
  words,
} from '../../doubles/supervisor-stage.ts';

const { firstTokenMsMax, stallMsMax, readerMsMax, abortMsMax, queueMsMax, acquireMsMax, loadMsMax } =
  DEFAULT_LIMITS;
const { probeMsMax, releaseMsMax } = DEFAULT_LIMITS;

/** Why the start failed, once `ms` have passed. */
async function startFailure({ supervisor, clock }: SupervisorStage, ms: number): Promise<Reason> {
  const failure = supervisor.start().then(
    () => new Error('it started'),
    (error: unknown) => error,
  );
  await clock.advance(ms);
  return reasonOfError(await failure);
}

function reasonOfError(error: unknown): Reason {
  if (SupervisorError.isInstance(error)) return error.reason;
  throw error;
}

/** The outcome of the first request of a ready supervisor, after `act` had its way with it. */
async function outcomeOf(
  act: (stage: SupervisorStage, cancel: () => void) => unknown,
  options: StageOptions = {},
): Promise<Reason> {
  const stage = stageSupervisor(options);
  await stage.ready();
  stage.controls.hold();
  const { result, cancel } = stage.supervisor.submit({ prompt: 'hello' });
  await stage.settle();
  await act(stage, cancel);
  await stage.settle();
  return (await result).reason;
}

/** For each reason that takes a whole supervisor, or a chart, what brings it there. */
export const SUPERVISOR_REASONS = {
  submit_reentrant: async () => {
    const { supervisor, ready } = stageSupervisor();
    const reasons: Reason[] = [];
    supervisor.actor.subscribe({
      next: () => {
        if (reasons.length === 0) reasons.push(supervisor.submit({ prompt: 'hello' }).verdict.reason);
      },
      error: () => undefined,
      complete: () => undefined,
    });
    await ready();
    return reasons[0] ?? 'admitted';
  },

  acquire_timeout: () =>
    startFailure(stageSupervisor({ download: () => new Promise(() => undefined) }), acquireMsMax),
  runtime_load_timeout: () => {
    const stage = stageSupervisor();
    stage.controls.holdLoad();
    return startFailure(stage, loadMsMax);
  },
  internal_error: () => startFailure(stageSupervisor({ download: () => Promise.reject(new Error('no')) }), 1),
  start_superseded: async () => {
    const stage = stageSupervisor();
    const failure = startFailure(stage, 1);
    await stage.supervisor.stop();
    return failure;
  },
  port_unprovided: () => {
    const actor = createActor(supervisorMachine, {
      input: { limits: DEFAULT_LIMITS, jitterSeed: 1 },
    }).start();
    actor.send({ type: 'supervisor.start', atMs: 0 });
    const { fault } = actor.getSnapshot().context;
    actor.stop();
    return fault ?? 'admitted';
  },
  /** A directory is no file to write to. */
  trace_unwritable: () =>
    stageSupervisor()
      .supervisor.recordTrace(tmpdir())
      .then(() => 'admitted' as const, reasonOfError),
  options_invalid: () => {
    try {
      createSupervisor({} as SupervisorOptions);
    } catch (error) {
      return reasonOfError(error);
    }
    return 'admitted';
  },

  runtime_unresponsive: async () => {
    const stage = stageSupervisor();
    await stage.ready();
    stage.controls.failNext('generate', 'generation_failed');
    stage.controls.wedge('healthCheck');
    await stage.supervisor.submit({ prompt: 'hello' }).result;
    await stage.clock.advance(probeMsMax);
    return stage.supervisor.getSnapshot().fault ?? 'admitted';
  },
  runtime_release_timeout: async () => {
    const stage = stageSupervisor();
    await stage.ready();
    stage.controls.wedge('dispose');
    const stopped = stage.supervisor.stop();
    await stage.clock.advance(releaseMsMax);
    await stopped;
    return stage.supervisor.getSnapshot().fault ?? 'admitted';
  },

  generation_completed: () => outcomeOf(({ controls }) => controls.release()),
  generation_failed: async () => {
    const { supervisor, controls, ready } = stageSupervisor();
    await ready();
    controls.failNext('generate', 'generation_failed');
    return (await supervisor.submit({ prompt: 'hello' }).result).reason;
  },
  cancelled_by_caller: () => outcomeOf((_, cancel) => cancel()),
  cancelled_by_stop: () => outcomeOf(({ supervisor }) => supervisor.stop()),
  queue_wait_exceeded: async () => {
    const { supervisor, controls, clock, ready } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    void supervisor.submit({ prompt: 'runs' });
    const { result } = supervisor.submit({ prompt: 'waits' });
    await clock.advance(queueMsMax);
    return (await result).reason;
  },
  first_token_deadline_exceeded: () => outcomeOf(({ clock }) => clock.advance(firstTokenMsMax)),
  stall_deadline_exceeded: () =>
    outcomeOf(async ({ clock, controls, settle }) => {
      controls.step(2);
      await settle();
      await clock.advance(stallMsMax);
    }),
  reader_deadline_exceeded: async () => {
    const { supervisor, clock, ready } = stageSupervisor({
      limits: { tokenBufferChunks: 1 },
      answer: () => words(50),
    });
    await ready();
    const { tokens, result } = supervisor.submit({ prompt: 'hello' });
    tokens[Symbol.asyncIterator]();
    // A moment passes before a reader counts as one that holds its generation.
    await clock.advance(1_000 + readerMsMax);
    return (await result).reason;
  },
  request_deadline_exceeded: async () => {
    const { supervisor, controls, clock, ready } = stageSupervisor();
    await ready();
    controls.hold();
    const { result } = supervisor.submit({ prompt: 'hello', deadlineMs: 50 });
    await clock.advance(50);
    return (await result).reason;
  },
  abandoned_by_runtime: async () => {
    const clock = createManualClock();
    const deaf = requestMachine.provide({ actors: { generate: fromCallback(() => undefined) } });
    const input = { requestId: 'r1', generation: 1, lifeMs: abortMsMax * 2, limits: DEFAULT_LIMITS };
    const actor = createActor(deaf, { input, clock }).start();
    actor.send({ type: 'request.abort', outcome: 'cancelled', reason: 'cancelled_by_caller' });
    await clock.advance(abortMsMax);
    return actor.getSnapshot().output?.reason ?? 'admitted';
  },
} satisfies Partial<Record<Reason, () => Reason | Promise<Reason>>>;
