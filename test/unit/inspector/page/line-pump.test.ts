import { describe, expect, test } from '@jest/globals';
import { createLinePump } from '../../../../inspector/page/source/line-pump.ts';

/** A clock that goes on by so many ms with each line that is fed. */
function pumpOf(msPerLine: number) {
  const told: string[] = [];
  let nowMs = 1000;
  const pump = createLinePump({
    feed: (line) => {
      told.push(line);
      nowMs += msPerLine;
    },
    nowMs: () => nowMs,
    yieldTurn: async () => {
      told.push('turn');
    },
    onSlice: () => told.push('slice'),
  });
  return { pump, told };
}

describe('feeding lines', () => {
  test('[IP5] gives the page a turn after each 8 ms of work', async () => {
    const { pump, told } = pumpOf(4);
    await pump.push(['a', 'b', 'c', 'd']);
    expect(told).toEqual(['slice', 'turn', 'a', 'b', 'slice', 'turn', 'c', 'd', 'slice']);
  });

  test('[IP5] feeds lines in the order they came, also where they come before the earlier ones are fed', async () => {
    const { pump, told } = pumpOf(9);
    await Promise.all([pump.push(['a', 'b']), pump.push(['c']), pump.push([])]);
    expect(told.filter((word) => word.length === 1)).toEqual(['a', 'b', 'c']);
  });

  test('[IP5] says that lines are taken only once they are fed', async () => {
    const { pump, told } = pumpOf(9);
    let isTaken = false;
    const taken = pump.push(['a', 'b']).then(() => {
      isTaken = true;
    });
    expect(told).toEqual([]);
    expect(isTaken).toBe(false);
    await taken;
    expect(told.filter((word) => word.length === 1)).toEqual(['a', 'b']);
  });
});
