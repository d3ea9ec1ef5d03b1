import { describe, expect, test } from '@jest/globals';
import { replay } from '../../machines/replay.ts';
import { decodeTrace } from '../doubles/trace-records.ts';
import { listGoldens, readGolden } from '../traces/golden-files.ts';

/** By the chart and its policies alone, without the package around them: mutation testing runs this file. */
describe('the golden traces on the bare chart', () => {
  test.each(listGoldens())('[GT2] %s replays whole', (name) => {
    const golden = readGolden(name);
    const steps = decodeTrace(golden).filter((record) => !('kind' in record)).length;
    expect(replay(golden)).toMatchObject({ kind: 'ok', steps, lost: 0, changes: [] });
  });
});
