import { describe, expect, test } from '@jest/globals';
import type { RequestBar, Timeline } from '../../../../inspector/model/views.ts';
import { describeTimelineAt } from '../../../../inspector/page/view/describe-timeline.ts';

const bar = (requestId: string, times: Partial<RequestBar>): RequestBar => ({
  index: 0,
  requestId,
  arrivedAtMs: 1100,
  admittedAtMs: null,
  firstTokenAtMs: null,
  endedAtMs: null,
  outcome: null,
  ...times,
});

function timelineOf(...requests: readonly RequestBar[]): Timeline {
  return {
    fromMs: 1000,
    toMs: 5000,
    phases: [
      { index: 0, label: 'starting', fromMs: 1000, toMs: 1050, tone: 'plain' },
      { index: 3, label: 'ready', fromMs: 1050, toMs: null, tone: 'good' },
    ],
    requests,
    downloads: [],
    restarts: [],
  };
}

describe('what goes on at one moment', () => {
  test('[IP20] is told by phase, and by where each request is', () => {
    const timeline = timelineOf(
      bar('r1', { admittedAtMs: 1100, firstTokenAtMs: 1200 }),
      bar('r2', { admittedAtMs: 1250 }),
      bar('r3', {}),
    );
    expect(describeTimelineAt(timeline, 1010, 1000)).toBe('10 ms · starting');
    expect(describeTimelineAt(timeline, 1150, 1000)).toBe(
      '150 ms · ready · r1 prompt · r2 queued · r3 queued',
    );
    expect(describeTimelineAt(timeline, 1300, 1000)).toBe(
      '300 ms · ready · r1 decode · r2 prompt · r3 queued',
    );
  });

  test('[IP20] leaves out requests that ended, names a refusal, and counts what is too much to name', () => {
    const ended = bar('r1', { admittedAtMs: 1100, endedAtMs: 1120, outcome: 'completed' });
    expect(describeTimelineAt(timelineOf(ended), 1200, 1000)).toBe('200 ms · ready');
    const refused = bar('r2', { arrivedAtMs: 1200, endedAtMs: 1200, outcome: 'denied' });
    expect(describeTimelineAt(timelineOf(refused), 1200, 1000)).toBe('200 ms · ready · r2 refused');
    const many = ['r1', 'r2', 'r3', 'r4', 'r5'].map((id) => bar(id, {}));
    expect(describeTimelineAt(timelineOf(...many), 1200, 1000)).toMatch(/r3 queued · 2 more$/);
  });
});
