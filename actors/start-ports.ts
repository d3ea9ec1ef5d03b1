import type { StartPhase, SupervisorFact } from '../machines/events.ts';
import type { IntegritySpec, RuntimeAdapterFns } from '../policies/runtime-adapter.ts';
import type { Clock } from '../services/clock.ts';
import type { Runtime } from '../services/runtime.ts';
import { definePortActor, type PortScope } from './port-actor.ts';
import type { RuntimeLease } from './runtime-lease.ts';

/** The ports of `starting`, `suspect` and `releasing`, joined to the services that do the work. */
export interface StartPortServices {
  readonly model: IntegritySpec & { readonly path: string };
  readonly contextTokens: number;
  readonly sequences: number;
  readonly download: RuntimeAdapterFns['download'];
  readonly runtime: Runtime;
  readonly lease: RuntimeLease;
  readonly clock: Clock;
}

export function defineStartPorts(services: StartPortServices) {
  const { model, contextTokens, sequences, download, runtime, lease, clock } = services;

  const refused = (generation: number, reason: Refusal['reason']): Refusal => ({
    type: 'start.refused',
    generation,
    reason,
    atMs: clock.nowMs(),
  });
  const onRejection = ({ generation }: PortScope) => refused(generation, 'internal_error');

  /** Tells progress in steps of a hundredth: a chart needs no more. */
  const progress = ({ generation, say }: PortScope, phase: StartPhase) => {
    let told = -1;
    return (ratio: number) => {
      if (ratio < told + 0.01 && ratio < 1) return;
      told = ratio;
      say({ type: 'start.progressed', generation, phase, ratio, atMs: clock.nowMs() });
    };
  };

  return {
    acquireModel: definePortActor(async (scope) => {
      const { generation, signal, say } = scope;
      const attempt = await download({ ...model, signal, onProgress: progress(scope, 'acquiring') });
      say(
        attempt.ok
          ? { type: 'model.acquired', generation, atMs: clock.nowMs() }
          : refused(generation, attempt.reason),
      );
    }, onRejection),

    prepareRuntime: definePortActor(async ({ generation, say }) => {
      const attempt = await lease.prepare(generation);
      if (!attempt.ok) say(refused(generation, attempt.reason));
    }, onRejection),

    loadModel: definePortActor(async (scope) => {
      const { generation, signal, say } = scope;
      const attempt = await lease.spawn(generation, {
        modelPath: model.path,
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

    probeRuntime: definePortActor(
      async ({ generation, signal, say }) => {
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

    releaseRuntime: definePortActor(
      async ({ generation, say }) => {
        await lease.release(generation);
        say({ type: 'runtime.released', generation, atMs: clock.nowMs() });
      },
      ({ generation }) => ({ type: 'runtime.released', generation, atMs: clock.nowMs() }),
    ),
  };
}

type Refusal = Extract<SupervisorFact, { type: 'start.refused' }>;
