import { describe, expect, test } from '@jest/globals';
import { createLineQueue } from '../../../../inspector/server/line-queue.ts';

function stageQueue(bytesMax = 100) {
  let overflows = 0;
  const queue = createLineQueue({
    bytesMax,
    onOverflow: () => {
      overflows += 1;
    },
  });
  return { queue, overflows: () => overflows };
}

const turn = () => new Promise(setImmediate);

describe('the queue of a viewer', () => {
  test('[IS23] gives lines in their order, about as many bytes as are wanted', async () => {
    const { queue } = stageQueue();
    for (const line of ['aaaa', 'bbbb', 'cccc']) queue.push(line);
    expect(await queue.take(5)).toEqual(['aaaa', 'bbbb']);
    expect(await queue.take(1)).toEqual(['cccc']);
  });

  test('[IS29] wakes its reader in a later turn, once for all lines of one', async () => {
    const { queue } = stageQueue();
    let taken: readonly string[] | null = null;
    const taking = queue.take(100).then((lines) => {
      taken = lines;
    });
    await turn();
    for (const line of ['a', 'b', 'c']) queue.push(line);
    await Promise.resolve();
    expect(taken).toBeNull();
    await taking;
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  test('[IS23] counts bytes and not characters, and what was taken no more', async () => {
    const { queue, overflows } = stageQueue(8);
    expect([queue.push('ää'), queue.push('ää')]).toEqual([true, true]);
    await queue.take(100);
    expect([queue.push('12345678'), queue.push('9')]).toEqual([true, false]);
    expect(overflows()).toBe(0);
    await turn();
    expect(overflows()).toBe(1);
  });

  test('[IS23] that was full takes and holds nothing more, and says so once', async () => {
    const { queue, overflows } = stageQueue(4);
    queue.push('1234');
    expect([1, 2, 3].map(() => queue.push('5'))).toEqual([false, false, false]);
    await turn();
    expect(overflows()).toBe(1);
    expect(await queue.take(100)).toBeNull();
  });

  test('[IS26] that is finished gives what it has, and one that is discarded nothing', async () => {
    const [finished, discarded] = [stageQueue().queue, stageQueue().queue];
    for (const queue of [finished, discarded]) queue.push('last');
    finished.finish();
    discarded.discard();
    expect([finished.push('late'), discarded.push('late')]).toEqual([false, false]);
    expect([await finished.take(9), await finished.take(9), await discarded.take(9)]).toEqual([
      ['last'],
      null,
      null,
    ]);
  });

  test('[IS26] that is finished wakes a reader that waits', async () => {
    const { queue } = stageQueue();
    const taking = queue.take(1);
    await turn();
    queue.finish();
    expect(await taking).toBeNull();
  });
});
