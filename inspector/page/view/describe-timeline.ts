import { formatMs } from '../../model/format.ts';
import type { RequestBar, Span, Timeline } from '../../model/views.ts';

/** Requests that are named; of more, only how many. */
const NAMED_MAX = 3;

/** What goes on at one moment, in one line. */
export function describeTimelineAt(timeline: Timeline, atMs: number, originMs: number): string {
  const phase = timeline.phases.findLast((span) => covers(span, atMs));
  const downloads = timeline.downloads.filter((span) => covers(span, atMs));
  const requests = timeline.requests.filter(
    ({ arrivedAtMs, endedAtMs }) => arrivedAtMs <= atMs && (endedAtMs ?? Number.POSITIVE_INFINITY) >= atMs,
  );
  const named = requests.slice(0, NAMED_MAX).map((bar) => `${bar.requestId} ${stageAt(bar, atMs)}`);
  if (requests.length > NAMED_MAX) named.push(`${requests.length - NAMED_MAX} more`);
  return [
    formatMs(atMs - originMs),
    ...(phase === undefined ? [] : [phase.label]),
    ...downloads.map(({ label }) => label),
    ...named,
  ].join(' · ');
}

function covers({ fromMs, toMs }: Span, atMs: number): boolean {
  return fromMs <= atMs && (toMs ?? Number.POSITIVE_INFINITY) > atMs;
}

function stageAt({ admittedAtMs, firstTokenAtMs, outcome }: RequestBar, atMs: number): string {
  if (admittedAtMs === null) return outcome === 'denied' ? 'refused' : 'queued';
  if (atMs < admittedAtMs) return 'queued';
  return firstTokenAtMs === null || atMs < firstTokenAtMs ? 'prompt' : 'decode';
}
