import type { Arrival } from '../machines/context.ts';
import type { Outcome } from '../machines/events.ts';
import { createReplay } from '../machines/replay.ts';
import type { ReplayResult } from '../machines/replay-result.ts';
import type { Reason } from '../policies/reasons.ts';

/** What happened in a run, read off its trace. */
export interface TraceStory {
  /** Public states in the order they were entered. */
  readonly states: readonly string[];
  /** Every arrival with its verdict and the facts it was made from. */
  readonly arrivals: readonly Arrival[];
  /** How each request ended that was let in. */
  readonly outcomes: readonly {
    readonly requestId: string;
    readonly outcome: Outcome;
    readonly reason: Reason;
  }[];
  /** Why the supervisor went down against its will, each time it did. */
  readonly faults: readonly Reason[];
  /** Types of all events, in order. */
  readonly events: readonly string[];
  /** The inner state at the end. */
  readonly finalState: unknown;
}

/**
 * Replays a trace on the machine of this version and tells what happened in it.
 *
 * @throws {Error} with the whole result as `cause`, when the trace does not come out as it was recorded.
 */
export function expectTrace(trace: string | Iterable<string>): TraceStory {
  const states: string[] = [];
  const arrivals: Arrival[] = [];
  const outcomes: TraceStory['outcomes'][number][] = [];
  const faults: Reason[] = [];
  const events: string[] = [];
  /** Who ran before the step; null before the first. */
  let running: readonly string[] | null = null;

  const run = createReplay({
    onStep: ({ e, d, x }, { context }) => {
      events.push(e.type);
      if (states.at(-1) !== context.lifecycle.phase) states.push(context.lifecycle.phase);
      if ('lastArrival' in d && context.lastArrival !== null) arrivals.push(context.lastArrival);
      if ('fault' in d && context.fault !== null) faults.push(context.fault);
      // A settlement that comes too late changes nothing: that request has its outcome already.
      if (isSettlement(e) && 'running' in d && running?.includes(e.requestId) !== false) outcomes.push(e);
      running = context.running.map(({ requestId }) => requestId);
      for (const effect of x ?? []) {
        const [verb, requestId, outcome, reason] = effect.split(' ');
        if (verb === 'conclude') outcomes.push({ requestId, outcome, reason } as never);
      }
    },
  });
  for (const line of typeof trace === 'string' ? trace.split('\n') : trace) {
    if (line !== '') run.feed(line);
  }
  const result = run.end();
  if (result.kind !== 'ok') throw new Error(explainReplay(result), { cause: result });
  return {
    states,
    arrivals,
    outcomes: outcomes.map(({ requestId, outcome, reason }) => ({ requestId, outcome, reason })),
    faults,
    events,
    finalState: result.finalState,
  };
}

type Settlement = { readonly type: 'request.settled' } & TraceStory['outcomes'][number];

/** The shape of the others is the replay's to judge, and it has. */
function isSettlement(event: { readonly type: string }): event is Settlement {
  return event.type === 'request.settled';
}

/** A result of a replay in a few lines, as a failing test shows it. */
export function explainReplay(result: ReplayResult): string {
  switch (result.kind) {
    case 'ok':
      return `the trace replays: ${result.steps} steps, ends in ${JSON.stringify(result.finalState)}`;
    case 'corrupt':
      return `the trace is corrupt at line ${result.line}: ${result.why}`;
    case 'incompatible':
      return `the trace is not for this version: ${result.change}`;
    case 'diverged':
      return [
        `the trace diverges at step ${result.step} (line ${result.line}), on ${result.event.type}: ${result.cause}`,
        `  recorded: ${JSON.stringify(result.expected)}`,
        `  now:      ${JSON.stringify(result.actual)}`,
        ...result.context.map(
          ({ pointer, expected, actual }) =>
            `  ${pointer}: ${JSON.stringify(expected)} → ${JSON.stringify(actual)}`,
        ),
      ].join('\n');
  }
}
