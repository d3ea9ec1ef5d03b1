/** What must hold at every moment of every run, and at its end; each serves rules of the product's own. */
export const INVARIANTS = [
  { id: 'SI1', holds: 'in flight and queued stay within their bounds, and the books balance' },
  {
    id: 'SI2',
    holds: 'no more generations hold a place than the model has, and only of a model that is alive',
  },
  {
    id: 'SI3',
    holds: 'nothing is loaded but what this start has proved, and only the meant bytes are proved',
  },
  { id: 'SI4', holds: 'nothing is let in outside ready, while suspect, or above a hard limit' },
  { id: 'SI5', holds: 'every request gets exactly one outcome, with a reason that fits it' },
  { id: 'SI6', holds: 'text is what the runtime said: a beginning of it, and all of it once completed' },
  { id: 'SI7', holds: 'no request outlives its deadlines' },
  { id: 'SI8', holds: 'a drain report adds up to what was open when the drain began' },
  { id: 'SI9', holds: 'no more tokens are kept for a reader than its buffer holds' },
  { id: 'SI10', holds: 'automatic restarts keep to the restart intensity' },
  { id: 'SI11', holds: 'no state that waits outlasts its deadline' },
  { id: 'SI12', holds: 'nothing is printed, and nothing is thrown or rejected that nobody handles' },
  { id: 'SI13', holds: 'the recorded trace replays as it was recorded' },
  { id: 'SI14', holds: 'once the faults end, it comes to rest, starts, answers and drains within a bound' },
  { id: 'SI15', holds: 'every command settles' },
  {
    id: 'SI16',
    holds: 'after the last drain nothing is alive: no model, call, file, probe, timer or listener',
  },
  { id: 'SI17', holds: 'the same plan gives the same run, whoever watches' },
  { id: 'SI18', holds: 'nobody waits while a slot is free and the gate is open' },
  { id: 'SI19', holds: 'nothing is loaded from the store but the very bytes that are pinned' },
  { id: 'SI20', holds: 'once it is stopped or loads, nothing of a download is held' },
  { id: 'SI21', holds: 'the progress that is told of one acquisition never falls' },
  { id: 'SI22', holds: 'once the faults end, a model that is not here is downloaded' },
  { id: 'SI23', holds: 'what a running request tells of itself goes forward, and no oftener than it may' },
] as const;

export type InvariantId = (typeof INVARIANTS)[number]['id'];

/** The first invariant that did not hold. */
export interface Violation {
  readonly rule: InvariantId;
  readonly atMs: number;
  readonly detail: string;
}

export interface Judge {
  /** `detail` is asked for only where it does not hold. */
  readonly check: (rule: InvariantId, holds: boolean, detail: () => string) => void;
  readonly violation: () => Violation | null;
  /** How often each invariant was judged. */
  readonly checks: () => Readonly<Partial<Record<InvariantId, number>>>;
}

export function createJudge(nowMs: () => number): Judge {
  const checks: Partial<Record<InvariantId, number>> = {};
  let violation: Violation | null = null;
  return {
    check: (rule, holds, detail) => {
      checks[rule] = (checks[rule] ?? 0) + 1;
      if (!holds) violation ??= { rule, atMs: nowMs(), detail: detail() };
    },
    violation: () => violation,
    checks: () => checks,
  };
}
