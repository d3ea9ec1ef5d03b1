import { combineLatest, type Subscription } from 'rxjs';
import type { Supervisor } from '../index.ts';
import type { Report } from './demo-event.ts';

/** Window over which tokens a second are told, in ms. */
const WINDOW_MS = 1000;

export interface TokenMeter {
  readonly add: (tokens: number) => void;
  readonly perSecond: () => number;
}

/** Counts tokens over the last second. */
export function followTokens(): TokenMeter {
  let counted: { readonly atMs: number; readonly tokens: number }[] = [];
  return {
    add: (tokens) => counted.push({ atMs: performance.now(), tokens }),
    perSecond: () => {
      const sinceMs = performance.now() - WINDOW_MS;
      counted = counted.filter(({ atMs }) => atMs >= sinceMs);
      return (counted.reduce((sum, { tokens }) => sum + tokens, 0) * 1000) / WINDOW_MS;
    },
  };
}

/** Tells the gauges whenever load or memory has something new to say. */
export function watchGauges(supervisor: Supervisor, meter: TokenMeter, report: Report): Subscription {
  return combineLatest([supervisor.backpressure$, supervisor.resources$]).subscribe(([load, machine]) =>
    report.tell({
      type: 'gauge',
      inFlight: load.inFlight,
      queueDepth: load.queueDepth,
      tokensPerSecond: meter.perSecond(),
      processBytes: machine.processBytes,
    }),
  );
}
