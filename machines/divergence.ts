import type { ContextDifference, DivergenceCause, ReplayDiverged, StepOutcome } from './replay-result.ts';

/** The parts of the context that hold decisions with their facts. */
const DECISIONS = ['lastArrival', 'lastDispatch', 'lastRestart'] as const;

interface Outcome extends StepOutcome {
  readonly changes: Readonly<Record<string, unknown>>;
}

interface Disagreement
  extends Pick<ReplayDiverged, 'step' | 'line' | 'event' | 'atMs' | 'before' | 'changes'> {
  readonly expected: Outcome;
  readonly actual: Outcome;
  readonly stateBefore: unknown;
  readonly isKnown: boolean;
}

/** Says where a step parts from its record, and why as far as that can be told. */
export function explainDivergence(disagreement: Disagreement): ReplayDiverged {
  const { step, line, event, atMs, before, changes, expected, actual } = disagreement;
  return {
    kind: 'diverged',
    step,
    line,
    atMs,
    event,
    cause: causeOf(disagreement),
    expected: { state: expected.state, effects: expected.effects },
    actual: { state: actual.state, effects: actual.effects },
    context: differences(expected.changes, actual.changes, ''),
    decisions: DECISIONS.filter((name) => name in expected.changes || name in actual.changes).map((name) => ({
      name,
      expected: expected.changes[name] ?? null,
      actual: actual.changes[name] ?? null,
    })),
    before,
    changes,
  };
}

function causeOf({ expected, actual, stateBefore, isKnown }: Disagreement): DivergenceCause {
  if (!isKnown) return 'unknown_event';
  if (DECISIONS.some((name) => verdictText(expected.changes[name]) !== verdictText(actual.changes[name]))) {
    return 'guard_flipped';
  }
  const [was, wanted, got] = [stateBefore, expected.state, actual.state].map((state) =>
    JSON.stringify(state),
  );
  if (wanted !== got) return wanted === was || got === was ? 'guard_flipped' : 'target_moved';
  if (JSON.stringify(expected.effects) !== JSON.stringify(actual.effects)) return 'effect_changed';
  return 'context_changed';
}

/** What of a decision is a decision; its facts may differ without it. */
function verdictText(decision: unknown): string {
  const { verdict, disposition, ok, reason } = (decision ?? {}) as Record<string, unknown>;
  return JSON.stringify([verdict, disposition, ok, reason]);
}

/** Leaves that differ, by JSON pointer. A part that one side did not touch is told as undefined there. */
function differences(expected: unknown, actual: unknown, pointer: string): ContextDifference[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  if (!isTree(expected) || !isTree(actual)) return [{ pointer, expected, actual }];
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    differences(expected[key], actual[key], `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`),
  );
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
