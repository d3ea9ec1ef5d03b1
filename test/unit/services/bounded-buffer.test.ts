import { describe, expect, jest, test } from '@jest/globals';
import { type BoundedBuffer, createBoundedBuffer, type Pressure } from '../../../services/bounded-buffer.ts';

const DONE = { done: true, value: undefined };
const item = (value: string) => ({ done: false, value });

function createTextBuffer(capacity: number) {
  const pressures: Pressure[] = [];
  const onReaderLeft = jest.fn();
  const buffer = createBoundedBuffer<string>({
    capacity,
    merge: (earlier, later) => earlier + later,
    onPressure: (pressure) => pressures.push(pressure),
    onReaderLeft,
  });
  return { buffer, pressures, onReaderLeft };
}

async function isSettled(promise: Promise<unknown> | undefined): Promise<boolean> {
  const pending = Symbol('pending');
  for (let turn = 0; turn < 8; turn += 1) await null;
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

async function readTimes(count: number, reader: AsyncIterator<string, undefined>): Promise<unknown[]> {
  const results: unknown[] = [];
  while (results.length < count) results.push(await reader.next());
  return results;
}

async function readAll(buffer: BoundedBuffer<string>): Promise<string[]> {
  const items: string[] = [];
  for await (const text of buffer.read()) items.push(text);
  return items;
}

describe('before a reader comes', () => {
  test('[BB1] never holds the writer, whatever it writes', () => {
    const { buffer, pressures } = createTextBuffer(2);
    const answers = Array.from({ length: 10_000 }, () => buffer.write('a'));
    expect(answers.every((answer) => answer === undefined)).toBe(true);
    expect([buffer.isFull(), pressures]).toEqual([false, []]);
  });

  test('[BB2] gives a reader that comes late what it missed as one item, in order', async () => {
    const { buffer } = createTextBuffer(2);
    for (const text of ['a', 'b', 'c', 'd']) buffer.write(text);
    const reader = buffer.read();
    buffer.write('e');
    buffer.close();
    expect(await readTimes(3, reader)).toEqual([item('abcd'), item('e'), DONE]);
  });

  test('[BB2] keeps what was written for a reader that comes after the end', async () => {
    const { buffer } = createTextBuffer(2);
    for (const text of ['a', 'b', 'c']) buffer.write(text);
    buffer.close();
    expect(await readAll(buffer)).toEqual(['abc']);
  });
});

describe('with a reader', () => {
  test('[BB3] hands items over one by one, in order', async () => {
    const { buffer } = createTextBuffer(8);
    const all = readAll(buffer);
    for (const text of ['a', 'b', 'c', 'd', 'e']) await buffer.write(text);
    buffer.close();
    expect(await all).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('[BB3] serves reads that were asked for ahead in the order they were asked', async () => {
    const { buffer } = createTextBuffer(1);
    const reader = buffer.read();
    const reads = [reader.next(), reader.next(), reader.next(), reader.next()];
    for (const text of ['a', 'b']) expect(buffer.write(text)).toBeUndefined();
    buffer.close();
    expect(await Promise.all(reads)).toEqual([item('a'), item('b'), DONE, DONE]);
  });

  test('[BB3] keeps order over many more items than its capacity', async () => {
    const { buffer } = createTextBuffer(100);
    const reader = buffer.read();
    const seen: string[] = [];
    let written = 0;
    for (let round = 0; round < 300; round += 1) {
      for (let count = 0; count < 3; count += 1) buffer.write(`${written++},`);
      for (let count = 0; count < 3; count += 1) seen.push(String((await reader.next()).value));
      // One item stays, so that the buffer is never empty again and has to move up what is left.
      if (round % 100 === 0) buffer.write(`${written++},`);
    }
    buffer.close();
    for (let rest = await reader.next(); !rest.done; rest = await reader.next())
      seen.push(String(rest.value));
    expect(seen.join('')).toBe(Array.from({ length: written }, (_, index) => `${index},`).join(''));
  });

  test('[BB4] answers undefined while there is room, and a promise once there is none', () => {
    const { buffer } = createTextBuffer(3);
    buffer.read();
    expect([buffer.write('a'), buffer.write('b')]).toEqual([undefined, undefined]);
    expect(buffer.isFull()).toBe(false);
    expect(buffer.write('c')).toBeInstanceOf(Promise);
    expect(buffer.isFull()).toBe(true);
  });

  test('[BB4] the promise resolves when a read makes room, and not before', async () => {
    const { buffer } = createTextBuffer(2);
    const reader = buffer.read();
    buffer.write('a');
    const held = buffer.write('b');
    expect(await isSettled(held as Promise<void>)).toBe(false);
    await reader.next();
    expect(await isSettled(held as Promise<void>)).toBe(true);
    expect(buffer.isFull()).toBe(false);
  });

  test('[BB5] an item for which there is no room joins the last one: bounded, and nothing lost', async () => {
    const { buffer } = createTextBuffer(2);
    const reader = buffer.read();
    const held = ['a', 'b', 'c', 'd'].map((text) => buffer.write(text));
    expect(held[1]).toBeInstanceOf(Promise);
    expect(held[3]).toBe(held[1]);
    buffer.close();
    expect(await readTimes(3, reader)).toEqual([item('a'), item('bcd'), DONE]);
  });

  test('[BB6] tells when the writer begins to wait and when it goes on, strictly in turns', async () => {
    const { buffer, pressures } = createTextBuffer(1);
    const reader = buffer.read();
    buffer.write('a');
    buffer.write('b');
    expect(pressures).toEqual(['held']);
    await reader.next();
    expect(pressures).toEqual(['held', 'flowing']);
    buffer.write('c');
    await reader.next();
    expect(pressures).toEqual(['held', 'flowing', 'held', 'flowing']);
  });

  test('[BB7] has one reader: a second is refused, also after the first has left', async () => {
    const { buffer } = createTextBuffer(1);
    const reader = buffer.read();
    expect(() => buffer.read()).toThrow(TypeError);
    await reader.return?.();
    expect(() => buffer.read()).toThrow(TypeError);
  });
});

describe('when the reader leaves', () => {
  test('[BB8] a loop that is broken off tells so once and releases the writer', async () => {
    const { buffer, pressures, onReaderLeft } = createTextBuffer(2);
    const reader = buffer.read();
    for (const text of ['a', 'b']) buffer.write(text);
    await reader.next();
    const held = buffer.write('c');
    for await (const _text of reader) break;
    // The break read one item, so the writer goes on once; it must not be told twice.
    expect(await isSettled(held as Promise<void>)).toBe(true);
    await reader.return?.();
    expect(onReaderLeft).toHaveBeenCalledTimes(1);
    expect(pressures).toEqual(['held', 'flowing', 'held', 'flowing']);
  });

  test.each(['return', 'throw'] as const)(
    '[BB8] %s drops what is kept and releases a held writer',
    async (how) => {
      const { buffer, onReaderLeft, pressures } = createTextBuffer(1);
      const reader = buffer.read();
      const held = buffer.write('a');
      await Promise.allSettled([reader[how]?.()]);
      expect(await isSettled(held as Promise<void>)).toBe(true);
      expect(onReaderLeft).toHaveBeenCalledTimes(1);
      expect(pressures).toEqual(['held', 'flowing']);
      expect(await reader.next()).toEqual(DONE);
    },
  );

  test('[BB8] throw gives the error back to who threw it', async () => {
    const { buffer } = createTextBuffer(1);
    await expect(buffer.read().throw?.(new Error('mine'))).rejects.toThrow('mine');
  });

  test('[BB8] a read that still waits ends', async () => {
    const { buffer } = createTextBuffer(1);
    const reader = buffer.read();
    const waiting = reader.next();
    await reader.return?.();
    expect(await waiting).toEqual(DONE);
  });

  test('[BB9] what is written afterwards is dropped, and never holds the writer', () => {
    const { buffer, pressures } = createTextBuffer(1);
    const reader = buffer.read();
    void reader.return?.();
    expect([buffer.write('a'), buffer.write('b'), buffer.isFull()]).toEqual([undefined, undefined, false]);
    expect(pressures).toEqual([]);
  });

  test('[BB10] leaving after the end is no leaving', async () => {
    const { buffer, onReaderLeft } = createTextBuffer(4);
    const reader = buffer.read();
    buffer.write('a');
    buffer.close();
    await reader.return?.();
    expect(onReaderLeft).not.toHaveBeenCalled();
    expect(await reader.next()).toEqual(DONE);
  });
});

describe('the end', () => {
  test('[BB11] close ends the reader after the items that are left', async () => {
    const { buffer } = createTextBuffer(4);
    const reader = buffer.read();
    for (const text of ['a', 'b']) buffer.write(text);
    buffer.close();
    expect(await readTimes(4, reader)).toEqual([item('a'), item('b'), DONE, DONE]);
  });

  test('[BB11] close ends a reader that waits', async () => {
    const { buffer } = createTextBuffer(4);
    const waiting = buffer.read().next();
    buffer.close();
    expect(await waiting).toEqual(DONE);
  });

  test('[BB12] fail throws the error after the items that are left, once', async () => {
    const { buffer } = createTextBuffer(4);
    const reader = buffer.read();
    buffer.write('a');
    buffer.fail(new Error('broke'));
    expect(await reader.next()).toEqual(item('a'));
    await expect(reader.next()).rejects.toThrow('broke');
    expect(await reader.next()).toEqual(DONE);
  });

  test('[BB12] fail throws at a reader that waits; reads behind it end', async () => {
    const { buffer } = createTextBuffer(4);
    const reader = buffer.read();
    const waiting = [reader.next(), reader.next()];
    buffer.fail(new Error('broke'));
    await expect(waiting[0]).rejects.toThrow('broke');
    expect(await waiting[1]).toEqual(DONE);
  });

  test('[BB12] a failure that nobody reads is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', listen);
    try {
      createTextBuffer(1).buffer.fail(new Error('broke'));
      const left = createTextBuffer(1).buffer;
      void left.read().return?.();
      left.fail(new Error('broke'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listen);
    }
  });

  test.each(['close', 'fail'] as const)('[BB13] %s releases a held writer', async (how) => {
    const { buffer, pressures } = createTextBuffer(1);
    buffer.read();
    const held = buffer.write('a');
    buffer[how](new Error('broke'));
    expect(await isSettled(held as Promise<void>)).toBe(true);
    expect([pressures, buffer.isFull()]).toEqual([['held', 'flowing'], false]);
  });

  test('[BB14] every call after the end is harmless, and the first end stands', async () => {
    const { buffer } = createTextBuffer(1);
    buffer.write('a');
    buffer.close();
    expect(buffer.write('late')).toBeUndefined();
    buffer.fail(new Error('late'));
    buffer.close();
    expect(await readAll(buffer)).toEqual(['a']);
  });
});

describe('construction', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    '[BB15] refuses a capacity of %d',
    (capacity) => {
      expect(() => createTextBuffer(capacity)).toThrow(RangeError);
    },
  );

  test('[BB15] works without listeners', async () => {
    const buffer = createBoundedBuffer<string>({ capacity: 1, merge: (a, b) => a + b });
    const reader = buffer.read();
    buffer.write('a');
    expect(await reader.next()).toEqual(item('a'));
    expect(await reader.return?.()).toEqual(DONE);
  });
});
