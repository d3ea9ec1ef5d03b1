import {
  createSupervisor,
  type ModelOptions,
  type SupervisorOptions,
  type SupervisorStatus,
} from '../../index.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createScriptedProbe, type ProbeScript, type ScriptedProbe } from '../../testing/scripted-probe.ts';
import { createScriptedRuntime, type ScriptedRuntimeOptions } from '../../testing/scripted-runtime.ts';

export type Download = NonNullable<NonNullable<SupervisorOptions['ports']>['download']>;

export interface StageOptions
  extends Pick<SupervisorOptions, 'limits' | 'logger' | 'inspect' | 'inspector' | 'runtime'> {
  readonly answer?: ScriptedRuntimeOptions['answer'];
  /** Default: a download that succeeds at once. */
  readonly download?: Download | 'local file';
  readonly model?: ModelOptions;
}

export const PINNED_MODEL = { path: '/models/scripted.gguf', sha256: 'ab'.repeat(32), sizeBytes: 1 } as const;

/**
 * What a supervisor stands on, as doubles: a runtime without a model, a probe without a machine, a clock that a
 * test moves. `options` is what a host would write.
 */
export function stagePorts(stage: StageOptions = {}) {
  const { answer, download = downloaded, model = PINNED_MODEL, ...rest } = stage;
  const clock = createManualClock();
  const runtime = createScriptedRuntime(answer === undefined ? {} : { answer });
  const probes: ScriptedProbe[] = [];
  let script: ProbeScript = {};

  const openProbe = () => {
    const probe = createScriptedProbe(script);
    probes.push(probe);
    return probe;
  };
  const options: SupervisorOptions = {
    model,
    jitterSeed: 1,
    clock,
    ports: { runtime, openProbe, ...(download !== 'local file' && { download }) },
    ...rest,
  };

  return {
    options,
    clock,
    runtime,
    /** How the test drives the runtime. */
    controls: runtime.controls,
    /** What every probe says from now on. */
    observe: (next: ProbeScript) => {
      script = { ...script, ...next };
      for (const probe of probes) probe.set(next);
    },
    /** From now on no sample of the machine ends. */
    holdObservation: () => {
      for (const probe of probes) probe.hold();
    },
    openProbes: () => probes.filter((probe) => !probe.counts().disposed).length,
    /** Lets everything that is due now happen, real file reads not included. */
    settle: async () => {
      for (let round = 0; round < SETTLE_ROUNDS; round += 1) await clock.advance(0);
    },
    /** What is left over: all zero once a supervisor has stopped. */
    leftovers: () => ({
      models: runtime.controls.alive,
      generations: runtime.controls.generating,
      timers: clock.pending(),
      probes: probes.filter((probe) => !probe.counts().disposed).length,
    }),
  };
}

/** An advance gives a fixed number of promise turns: enough of them for several generations one after the other. */
const SETTLE_ROUNDS = 8;

export const NOTHING_LEFT = { models: 0, generations: 0, timers: 0, probes: 0 } as const;

/** A whole supervisor on doubles. */
export function stageSupervisor(stage: StageOptions = {}) {
  const ports = stagePorts(stage);
  const supervisor = createSupervisor(ports.options);
  const ready = async () => {
    const started = supervisor.start();
    await ports.clock.advance(1);
    await started;
  };
  return {
    ...ports,
    supervisor,
    /** Starts it, and lets the time go on that this takes. */
    ready,
    state: () => supervisor.getSnapshot().state,
    /** Everything the supervisor knows of its requests. */
    books: () => {
      const { inFlight, queueDepth } = supervisor.getSnapshot();
      const { context } = supervisor.actor.getSnapshot();
      return { inFlight, queueDepth, running: context.running.length, queued: context.queue.length };
    },
  };
}

export type SupervisorStage = ReturnType<typeof stageSupervisor>;

export const EMPTY_BOOKS = { inFlight: 0, queueDepth: 0, running: 0, queued: 0 } as const;

/** An answer of `count` words, so of as many tokens. */
export const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

/** The whole text of a stream. */
export async function read(tokens: AsyncIterable<{ readonly text: string }>): Promise<string> {
  let text = '';
  for await (const chunk of tokens) text += chunk.text;
  return text;
}

/** How a promise ended, without throwing. */
export async function settled<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** The path of public states, each named once as it is entered. */
export function recordStates(supervisor: SupervisorStage['supervisor']) {
  const states: SupervisorStatus['state'][] = [];
  const subscription = supervisor.state$.subscribe(({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  return { states, stop: () => subscription.unsubscribe() };
}

const downloaded: Download = async ({ path, sizeBytes, onProgress }) => {
  onProgress?.(1);
  return { ok: true, value: { path, sizeBytes } };
};
