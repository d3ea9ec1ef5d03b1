import type { Reason } from '../../policies/reasons.ts';
import { ACQUISITION_ENDS, acquisitionOf } from './acquisition-step.ts';
import { countUpTo, indexOf, keepFrom } from './place-in-order.ts';
import { isActive } from './state-words.ts';
import type { LogFollower } from './trace-log.ts';
import type { Mark, Moment, RequestBar, Span, Standing, Timeline, Tone } from './views.ts';

/** Where something began, until the next entry. A label of null: nothing is there. */
interface Change {
  readonly index: number;
  readonly atMs: number;
  readonly label: string | null;
  readonly tone: Tone;
}

/** Follows the public states, the steps of downloads, and restarts. */
export function createTimelineIndex() {
  let phases: Change[] = [];
  let downloads: Change[] = [];
  let restarts: Mark[] = [];

  const look = (standing: Standing, index: number, atMs: number): void => {
    const { phase } = standing.context.lifecycle;
    if (phases.at(-1)?.label !== phase) phases.push({ index, atMs, label: phase, tone: PHASE_TONES[phase] });
    const label = acquisitionOf(standing)?.step ?? null;
    if ((downloads.at(-1)?.label ?? null) !== label) {
      downloads.push({ index, atMs, label, tone: downloadTone(label) });
    }
  };

  const follower: LogFollower = {
    begin: look,
    step: (moment: Moment) => {
      look(moment.after, moment.index, moment.atMs);
      const mark = restartMark(moment);
      if (mark !== null) restarts.push(mark);
    },
    drop: (firstIndex) => {
      phases = keepFrom(phases, firstIndex);
      downloads = keepFrom(downloads, firstIndex);
      restarts = restarts.filter(({ index }) => index >= firstIndex);
    },
    forget: () => {
      phases = [];
      downloads = [];
      restarts = [];
    },
  };

  return {
    follower,
    at: (index: number, fromMs: number, toMs: number, requests: readonly RequestBar[]): Timeline => ({
      fromMs,
      toMs,
      phases: spansOf(phases, index),
      requests,
      downloads: spansOf(downloads, index).map(endAtOnce),
      restarts: restarts.slice(0, countUpTo(restarts, index, indexOf)),
    }),
  };
}

const PHASE_TONES = { stopped: 'plain', starting: 'plain', ready: 'good', draining: 'warning' } as const;

function downloadTone(step: string | null): Tone {
  if (step === 'rejected' || step === 'failed') return 'bad';
  if (step === 'recorded') return 'good';
  return step === 'waiting' || step === 'locking' ? 'warning' : 'plain';
}

function spansOf(changes: readonly Change[], index: number): readonly Span[] {
  const shown = changes.slice(0, countUpTo(changes, index, indexOf));
  return shown.flatMap(({ label, tone, atMs, ...change }, place) =>
    label === null
      ? []
      : [{ index: change.index, label, tone, fromMs: atMs, toMs: shown[place + 1]?.atMs ?? null }],
  );
}

/** An acquisition that came to its end takes no more time. */
function endAtOnce(span: Span): Span {
  return ACQUISITION_ENDS.has(span.label) ? { ...span, toMs: span.fromMs } : span;
}

/** A restart that was scheduled, one that began, and the end of all of them. */
function restartMark({ index, atMs, before, after }: Moment): Mark | null {
  if (before.state === after.state) return null;
  const entered = (id: string): boolean => isActive(after.state, id) && !isActive(before.state, id);
  const fault: Reason | null = before.context.fault ?? after.context.fault;
  const why = fault === null ? '' : `: ${fault}`;
  if (entered('stopped.backingOff')) return { index, atMs, label: `backs off${why}`, tone: 'warning' };
  if (entered('stopped.failed')) return { index, atMs, label: `failed${why}`, tone: 'bad' };
  const isRestart = entered('starting') && isActive(before.state, 'stopped.backingOff');
  return isRestart
    ? { index, atMs, label: `restarts after${why === '' ? ' a fault' : why.slice(1)}`, tone: 'warning' }
    : null;
}
