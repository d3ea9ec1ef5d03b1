import { decodeTrace, type ToldRecord } from '../doubles/trace-records.ts';

/** What two recordings of one scenario tell differently; each list is empty where they agree. */
export interface TraceDifference {
  /** Fields of the header. */
  readonly header: readonly string[];
  /** Steps that only one of them has, as `+` or `-` and their event. */
  readonly steps: readonly string[];
  readonly states: readonly string[];
  readonly effects: readonly string[];
  readonly verdicts: readonly string[];
  /** Parts of the context that hold other values, such as times and readings. */
  readonly values: readonly string[];
}

interface ToldStep {
  readonly type: string;
  readonly state: string;
  readonly effects: string;
  readonly verdicts: string;
  readonly changes: ToldRecord;
}

/**
 * Compares what happened, not how it is written: steps are aligned by the types of their events. Samples and
 * progress reports that changed neither state nor effects are left out, for how many come is a matter of pace.
 */
export function compareTraces(older: string, newer: string): TraceDifference {
  const was = readTrace(older);
  const is = readTrace(newer);
  const { pairs, removed, added } = align(was.steps, is.steps);
  const differ = (part: 'state' | 'effects' | 'verdicts') =>
    pairs
      .filter(([before, after]) => before[part] !== after[part])
      .map(([before, after]) => `${after.type}: ${before[part] || 'nothing'} → ${after[part] || 'nothing'}`);
  return {
    header: differingKeys(was.header, is.header),
    steps: [...removed.map(({ type }) => `-${type}`), ...added.map(({ type }) => `+${type}`)],
    states: differ('state'),
    effects: differ('effects'),
    verdicts: differ('verdicts'),
    values: [...new Set(pairs.flatMap(([before, after]) => differingKeys(before.changes, after.changes)))],
  };
}

/** Whether something else happened; other times and readings are not something else. */
export function isSameStory({ steps, states, effects, verdicts }: TraceDifference): boolean {
  return [steps, states, effects, verdicts].every((list) => list.length === 0);
}

const DECISIONS = ['lastArrival', 'lastDispatch', 'lastRestart'] as const;

function readTrace(trace: string): { header: ToldRecord; steps: ToldStep[] } {
  let state: unknown = null;
  let header: ToldRecord = {};
  const steps: ToldStep[] = [];
  for (const record of decodeTrace(trace)) {
    if (record['kind'] === 'header') header = record;
    if (record['kind'] === 'frame') state = record['state'];
    if ('kind' in record) continue;
    const { e, s, d, x = [] } = record as { e: { type: string }; s?: unknown; d: ToldRecord; x?: string[] };
    const isQuiet = PACED.has(e.type) && s === undefined && x.every((effect) => effect.includes('stall'));
    state = s ?? state;
    if (isQuiet) continue;
    steps.push({
      type: e.type,
      state: JSON.stringify(state),
      // How long the queue timer is set for is what is left of a wait, and so a reading of the clock.
      effects: x.join(', ').replace(/arm queue [\d.]+/, 'arm queue'),
      verdicts: DECISIONS.map((name) => verdictText(d[name]))
        .filter((text) => text !== '')
        .join(', '),
      changes: d,
    });
  }
  return { header, steps };
}

const PACED = new Set(['resources.sampled', 'start.progressed', 'request.progressed']);

function verdictText(decision: unknown): string {
  const { requestId, disposition, verdict, reason } = (decision ?? {}) as {
    requestId?: string;
    disposition?: string;
    verdict?: { reason: string };
    reason?: string;
  };
  return [requestId, verdict?.reason ?? reason, disposition].filter((part) => part !== undefined).join(' ');
}

function differingKeys(one: ToldRecord, other: ToldRecord): string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
}

/** The longest common subsequence of the events' types, and what stands beside it. */
function align(was: readonly ToldStep[], is: readonly ToldStep[]) {
  /** Length of the longest common subsequence of what follows. */
  const common = Array.from({ length: was.length + 1 }, () => new Uint32Array(is.length + 1));
  for (let i = was.length - 1; i >= 0; i -= 1) {
    for (let j = is.length - 1; j >= 0; j -= 1) {
      common[i]![j] =
        was[i]!.type === is[j]!.type
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const pairs: (readonly [ToldStep, ToldStep])[] = [];
  const removed: ToldStep[] = [];
  const added: ToldStep[] = [];
  let i = 0;
  let j = 0;
  while (i < was.length || j < is.length) {
    const [before, after] = [was[i], is[j]];
    if (before !== undefined && before.type === after?.type) {
      pairs.push([before, after]);
      i += 1;
      j += 1;
    } else if (after === undefined || (before !== undefined && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      removed.push(before!);
      i += 1;
    } else {
      added.push(after);
      j += 1;
    }
  }
  return { pairs, removed, added };
}
