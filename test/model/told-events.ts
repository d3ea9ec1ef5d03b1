import type { ObservedResources, Outcome, StartPhase, SupervisorEvent } from '../../machines/events.ts';
import type { InternalEvent } from '../../machines/trace-event.ts';
import type { Reason } from '../../policies/reasons.ts';
import { readRequestFacts } from '../../policies/request.ts';

/** What can be told to the machine: its own events, and those of XState itself. */
export type ToldEvent = SupervisorEvent | InternalEvent;

/** The present generation of every canonical state; older ones count down from it. */
export const PRESENT_GENERATION = 9;

/** A queued request that waits briefly, one that waits long, in ms. Both are less than a sample may be old. */
export const SHORT_WAIT_MS = 1000;
export const LONG_WAIT_MS = 2000;

/** So much later that every restart is forgotten. */
export const LEAP_MS = 1_000_000;

/** A drain that is more patient than the limit. */
export const PATIENT_DRAIN_MS = 600_000;

export const SAMPLE_KINDS = ['calm', 'elevated', 'short', 'malformed', 'stale'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

export const PRESENT_MS = 0;
const AGED_MS = -60_000;

const CALM: ObservedResources = {
  atMs: PRESENT_MS,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  cpuLoadRatio: 0.1,
  processBytes: 100,
  eventLoopDelayMs: 1,
  vramTotalBytes: null,
  vramUsedBytes: null,
};

const SAMPLES: { readonly [K in SampleKind]: ObservedResources } = {
  calm: CALM,
  elevated: { ...CALM, memoryAvailableBytes: 100 },
  short: { ...CALM, memoryAvailableBytes: 1 },
  malformed: { ...CALM, cpuLoadRatio: -1 },
  stale: { ...CALM, atMs: AGED_MS },
};

/** Which of the samples it is; null where there is none. */
export function kindOfSample(sample: ObservedResources | null): SampleKind | null {
  if (sample === null) return null;
  if (sample.cpuLoadRatio < 0) return 'malformed';
  if (sample.atMs === AGED_MS) return 'stale';
  if (sample.memoryAvailableBytes === CALM.memoryAvailableBytes) return 'calm';
  return sample.memoryAvailableBytes === SAMPLES.elevated.memoryAvailableBytes ? 'elevated' : 'short';
}

/** A download that goes on. */
export const PROGRESS = {
  step: 'streaming',
  receivedBytes: 1,
  totalBytes: 2,
  ratio: 0.45,
  bytesPerSecond: null,
  remainingMs: null,
  mirror: 0,
  attempt: 1,
  reason: null,
} as const;
const REQUEST_PROGRESS = { step: 'decoding', promptTokens: 1, outputTokens: 1 } as const;
const FACTS = { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 } as const;
const atMs = PRESENT_MS;

/** One object for one event: a step is found again by the identity of its event. */
function remembered<A extends readonly unknown[]>(
  make: (...args: A) => ToldEvent,
): (...args: A) => ToldEvent {
  const made = new Map<string, ToldEvent>();
  return (...args) => {
    const key = args.join();
    const known = made.get(key);
    if (known !== undefined) return known;
    const event = make(...args);
    made.set(key, event);
    return event;
  };
}

/** The events of the exploration. Time stands still in it but for the leap; a hostile order needs no clock. */
export function createToldEvents() {
  return {
    start: remembered(() => ({ type: 'supervisor.start', atMs })),
    stop: remembered(() => ({ type: 'supervisor.stop', atMs })),
    drain: remembered((deadlineMs: number | null) => ({ type: 'supervisor.drain', deadlineMs, atMs })),
    submit: remembered((requestId: string, wait: 'no' | 'short' | 'long') => ({
      type: 'request.submit',
      requestId,
      facts: readRequestFacts({
        prompt: 'x',
        ...(wait !== 'no' && { deadlineMs: wait === 'short' ? SHORT_WAIT_MS : LONG_WAIT_MS }),
      }),
      wait: wait !== 'no',
      atMs,
    })),
    cancel: remembered((requestId: string) => ({ type: 'request.cancel', requestId, atMs })),
    progressed: remembered((phase: StartPhase, generation: number) => ({
      type: 'start.progressed',
      phase,
      ratio: 0.5,
      generation,
      atMs,
    })),
    fetched: remembered((generation: number) => ({
      type: 'acquisition.progressed',
      progress: PROGRESS,
      generation,
      atMs,
    })),
    refused: remembered((reason: Reason, generation: number) => ({
      type: 'start.refused',
      reason,
      generation,
      atMs,
    })),
    acquired: remembered((generation: number) => ({ type: 'model.acquired', generation, atMs })),
    loaded: remembered((generation: number) => ({ type: 'model.loaded', generation, facts: FACTS, atMs })),
    probed: remembered((ok: boolean, generation: number) => ({
      type: 'runtime.probed',
      generation,
      verdict: ok ? { ok, reason: 'runtime_healthy' } : { ok, reason: 'runtime_probe_failed' },
      atMs,
    })),
    released: remembered((generation: number) => ({ type: 'runtime.released', generation, atMs })),
    sampled: remembered((kind: SampleKind) => ({ type: 'resources.sampled', sample: SAMPLES[kind], atMs })),
    leap: remembered(() => ({
      type: 'resources.sampled',
      sample: { ...CALM, atMs: LEAP_MS },
      atMs: LEAP_MS,
    })),
    settled: remembered((requestId: string, outcome: Outcome, reason: Reason, generation: number) => ({
      type: 'request.settled',
      requestId,
      generation,
      outcome,
      reason,
      atMs,
    })),
    advanced: remembered((requestId: string, generation: number) => ({
      type: 'request.progressed',
      requestId,
      generation,
      ...REQUEST_PROGRESS,
      atMs,
    })),
    crashed: remembered((port: string) => ({ type: `xstate.error.actor.${port}` })),
    timer: remembered((type: string, phase: StartPhase | null) =>
      phase === null ? ({ type } as ToldEvent) : ({ type, phase } as ToldEvent),
    ),
  };
}

export type ToldEvents = ReturnType<typeof createToldEvents>;
