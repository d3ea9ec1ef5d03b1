import type { AcquisitionProgress } from '../machines/acquisition-context.ts';
import type { StartPhase, SupervisorFact } from '../machines/events.ts';
import type { PortInput } from '../machines/ports.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import type { Deny } from '../policies/verdict.ts';
import type { Clock } from '../services/clock.ts';
import type { Runtime } from '../services/runtime.ts';
import { definePortActor, type PortScope } from './port-actor.ts';
import type { RuntimeLease } from './runtime-lease.ts';

/** The ports of `starting`, `suspect` and `releasing`, joined to the services that do the work. */
export interface StartPortServices {
  /** Brings the model here and proves its bytes. It has let go of everything when it answers. */
  readonly acquire: AcquireModel;
  readonly modelPath: string;
  /** Whether the model may have to be downloaded: then the store is asked before anything else is begun. */
  readonly isRemote: boolean;
  readonly contextTokens: number;
  readonly sequences: number;
  readonly runtime: Runtime;
  readonly lease: RuntimeLease;
  readonly clock: Clock;
}

/** Never rejects; obeys its abort. */
export type AcquireModel = (told: {
  readonly signal: CancelSignal;
  /** Told by a source that reads a file which is here: the share of the work done, 0 to 1. */
  readonly onRatio: (ratio: number) => void;
  /** Told by a download. */
  readonly onProgress: (progress: AcquisitionProgress) => void;
}) => Promise<{ readonly ok: true } | Deny>;

export function defineStartPorts(services: StartPortServices) {
  const { acquire, isRemote, modelPath, contextTokens, sequences, runtime, lease, clock } = services;
  /** What has not yet let go of its files and sockets. */
  let acquiring: Promise<unknown> = Promise.resolve();
  /** Settles once it is known whether the model is here. */
  let planned: Promise<void> = Promise.resolve();

  const refused = (generation: number, reason: Refusal['reason']): Refusal => ({
    type: 'start.refused',
    generation,
    reason,
    atMs: clock.nowMs(),
  });
  const onRejection = ({ generation }: PortInput) => refused(generation, 'internal_error');

  /** Tells progress in steps of a hundredth: a chart needs no more. */
  const progress = ({ input: { generation }, say }: Scope, phase: StartPhase) => {
    let told = -1;
    return (ratio: number) => {
      if (ratio < told + 0.01 && ratio < 1) return;
      told = ratio;
      say({ type: 'start.progressed', generation, phase, ratio, atMs: clock.nowMs() });
    };
  };

  /**
   * Tells each change of step, and bytes in steps of a hundredth or a second: a trace is to hold hours of it. Planning
   * is over at once, and what comes of it is told.
   */
  const downloadProgress = ({ input: { generation }, say }: Scope) => {
    let told: { readonly progress: AcquisitionProgress; readonly atMs: number } | null = null;
    return (progress: AcquisitionProgress) => {
      if (progress.step === 'planning') return;
      const atMs = clock.nowMs();
      const isSoon =
        told !== null &&
        progress.step === told.progress.step &&
        progress.attempt === told.progress.attempt &&
        progress.ratio < told.progress.ratio + 0.01 &&
        atMs - told.atMs < 1000;
      if (isSoon) return;
      told = { progress, atMs };
      say({ type: 'acquisition.progressed', generation, progress, atMs });
    };
  };

  const port = definePortActor<SupervisorFact, PortInput>;

  return {
    acquireModel: port(async (scope) => {
      const { signal, say } = scope;
      const { generation } = scope.input;
      let isPlanned = () => {};
      planned = new Promise((resolve) => {
        isPlanned = resolve;
      });
      const tellDownload = downloadProgress(scope);
      const acquired = acquire({
        signal,
        onRatio: progress(scope, 'acquiring'),
        onProgress: (told) => {
          if (told.step !== 'planning') isPlanned();
          tellDownload(told);
        },
      });
      acquiring = acquired.catch(() => undefined);
      const attempt = await acquired.finally(isPlanned);
      say(
        attempt.ok
          ? { type: 'model.acquired', generation, atMs: clock.nowMs() }
          : refused(generation, attempt.reason),
      );
    }, onRejection),

    prepareRuntime: port(async ({ input: { generation }, signal, say }) => {
      if (isRemote) {
        // Importing the native library holds the event loop for tens of ms, and the store answers in less. Both ports
        // are begun in one step, this one first.
        await Promise.resolve();
        await planned;
        if (signal.aborted) return;
      }
      const attempt = await lease.prepare(generation);
      if (!attempt.ok) say(refused(generation, attempt.reason));
    }, onRejection),

    loadModel: port(async (scope) => {
      const { signal, say } = scope;
      const { generation } = scope.input;
      const attempt = await lease.spawn(generation, {
        modelPath,
        contextTokens,
        sequences,
        signal,
        onProgress: progress(scope, 'loading'),
      });
      say(
        attempt.ok
          ? { type: 'model.loaded', generation, facts: attempt.value, atMs: clock.nowMs() }
          : refused(generation, attempt.reason),
      );
    }, onRejection),

    probeRuntime: port(
      async ({ input: { generation }, signal, say }) => {
        const handle = lease.handleOf(generation);
        const verdict =
          handle === null
            ? ({ ok: false, reason: 'runtime_probe_failed' } as const)
            : await runtime.healthCheck(handle, signal);
        say({ type: 'runtime.probed', generation, verdict, atMs: clock.nowMs() });
      },
      ({ generation }) => ({
        type: 'runtime.probed',
        generation,
        verdict: { ok: false, reason: 'runtime_probe_failed' },
        atMs: clock.nowMs(),
      }),
    ),

    releaseRuntime: port(
      async ({ input: { generation }, say }) => {
        await Promise.all([lease.release(generation), acquiring]);
        say({ type: 'runtime.released', generation, atMs: clock.nowMs() });
      },
      ({ generation }) => ({ type: 'runtime.released', generation, atMs: clock.nowMs() }),
    ),
  };
}

type Scope = PortScope<SupervisorFact, PortInput>;
type Refusal = Extract<SupervisorFact, { type: 'start.refused' }>;
