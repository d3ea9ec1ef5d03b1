import {
  combineLatest,
  exhaustMap,
  from,
  map,
  type Observable,
  ReplaySubject,
  share,
  startWith,
  using,
} from 'rxjs';
import { fromEventObservable } from 'xstate';
import type { ObservedResources } from '../machines/events.ts';
import type { PortInput } from '../machines/ports.ts';
import type { RuntimeUsage } from '../policies/runtime-adapter.ts';
import type { Clock } from '../services/clock.ts';
import type { FastSample, ResourceProbe, SlowSample } from '../services/resource-probe.ts';
import { paced } from './paced.ts';

export interface ResourceStreamServices {
  /** Begins measuring; the probe is disposed when nobody listens any more. */
  readonly openProbe: () => ResourceProbe;
  /** Memory as the runtime tells it; null fields before anything is loaded. */
  readonly statRuntime: () => Promise<RuntimeUsage>;
  readonly clock: Clock;
  readonly observeEveryMs: number;
  readonly observeSlowEveryMs: number;
}

/**
 * The machine and the runtime as samples. Two paces, neither ever overlapping itself (`exhaustMap`): the fast one
 * forks no process; the slow one does, and its first sample comes after a whole period, away from the start.
 * All subscribers share one sampling; the last one to leave ends it.
 */
export function createResourceStream(services: ResourceStreamServices): Observable<ObservedResources> {
  const { openProbe, statRuntime, clock, observeEveryMs, observeSlowEveryMs } = services;

  const sample = (probe: ResourceProbe) => {
    const fast$ = paced(clock, observeEveryMs, 0).pipe(
      exhaustMap(() => from(Promise.all([probe.sampleFast(), statRuntime()]))),
      map(([fast, usage]) => ({ fast, usage, atMs: clock.nowMs() })),
    );
    const slow$ = paced(clock, observeSlowEveryMs, observeSlowEveryMs).pipe(
      exhaustMap(() => from(probe.sampleSlow())),
      startWith(null),
    );
    return combineLatest([fast$, slow$]).pipe(
      map(([{ fast, usage, atMs }, slow]) => observed(fast, usage, slow, atMs)),
    );
  };

  return using(
    () => new OpenProbe(openProbe()),
    (resource) => sample((resource as OpenProbe).probe),
  ).pipe(
    share({
      connector: () => new ReplaySubject<ObservedResources>(1),
      // Not at once: between two states of the chart one listener leaves and the next comes, within one step.
      resetOnRefCountZero: () => from(Promise.resolve()),
    }),
  );
}

class OpenProbe {
  readonly probe: ResourceProbe;
  constructor(probe: ResourceProbe) {
    this.probe = probe;
  }
  unsubscribe(): void {
    this.probe.dispose();
  }
}

/** Carries the samples into the machine as events. */
export function defineObserveResources(resources$: Observable<ObservedResources>) {
  return fromEventObservable<
    { type: 'resources.sampled'; sample: ObservedResources; atMs: number },
    PortInput
  >(() =>
    resources$.pipe(map((sample) => ({ type: 'resources.sampled' as const, sample, atMs: sample.atMs }))),
  );
}

/** A reading that failed. No quantity here is below zero: the policy calls it malformed, and the gate refuses. */
const UNREAD = -1;

function observed(
  fast: FastSample,
  usage: RuntimeUsage,
  slow: SlowSample | null,
  atMs: number,
): ObservedResources {
  return {
    atMs,
    memoryTotalBytes: fast.memoryTotalBytes ?? UNREAD,
    memoryAvailableBytes: fast.memoryAvailableBytes ?? UNREAD,
    cpuLoadRatio: fast.cpuLoadRatio ?? UNREAD,
    processBytes: fast.processBytes ?? UNREAD,
    eventLoopDelayMs: fast.eventLoopDelayMs ?? UNREAD,
    vramTotalBytes: usage.vramTotalBytes ?? slow?.vramTotalBytes ?? null,
    vramUsedBytes: usage.vramUsedBytes ?? slow?.vramUsedBytes ?? null,
  };
}
