import { describe, expect, test } from '@jest/globals';
import '../../../testing/jest.ts';
import { stageChart } from '../../doubles/chart-stage.ts';

const stage = stageChart();
stage.makeReady();
const trace = stage.recorder.dump();

describe('the matcher of testing/jest', () => {
  test('[TK11] is there after the import, typed', () => {
    expect(trace).toReplay();
    expect(trace.trimEnd().split('\n')).toReplay();
    expect('no trace').not.toReplay();
    // @ts-expect-error: it takes nothing.
    expect(trace).toReplay(1);
  });

  test('[TK11] fails with the explanation', () => {
    expect(() => expect(trace.slice(0, -3)).toReplay()).toThrow(/corrupt at line \d+: truncated/);
    expect(() => expect(trace).not.toReplay()).toThrow(/the trace replays/);
  });
});
