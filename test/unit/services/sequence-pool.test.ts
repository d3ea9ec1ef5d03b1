import { describe, expect, test } from '@jest/globals';
import { createSequencePool } from '../../../services/sequence-pool.ts';
import { isPending, NEVER } from '../../doubles/runtime-reader.ts';

interface Sequence {
  readonly name: string;
  readonly nextTokenIndex: number;
}

const sequences = (...lengths: number[]): Sequence[] =>
  lengths.map((nextTokenIndex, i) => ({ name: 'abcdefgh'[i]!, nextTokenIndex }));
const anyRank = (): number => 0;

describe('the pool of sequences', () => {
  test('[SQ1] gives each sequence to one user at a time', async () => {
    const pool = createSequencePool(sequences(0, 0));
    const places = [await pool.take(anyRank, NEVER), await pool.take(anyRank, NEVER)];
    expect(new Set(places.map((place) => place?.sequence.name))).toEqual(new Set(['a', 'b']));
    expect(pool.inUse).toBe(2);
    expect(pool.takeFree()).toBeNull();
  });

  test('[SQ2] gives the free sequence that is ranked highest', async () => {
    const pool = createSequencePool(sequences(5, 9, 7));
    const place = await pool.take(({ name }) => (name === 'b' ? 4 : 1), NEVER);
    expect(place?.sequence.name).toBe('b');
  });

  test('[SQ3] gives the emptiest of equals, to keep what others hold', async () => {
    const pool = createSequencePool(sequences(5, 2, 7));
    expect((await pool.take(anyRank, NEVER))?.sequence.name).toBe('b');
    expect(pool.takeFree()?.sequence.name).toBe('a');
  });

  test('[SQ4] serves those who wait in the order they came', async () => {
    const pool = createSequencePool(sequences(0));
    const first = await pool.take(anyRank, NEVER);
    const second = pool.take(anyRank, NEVER);
    const third = pool.take(anyRank, NEVER);
    expect(await isPending(second)).toBe(true);
    first?.release();
    const served = await second;
    expect(served?.sequence.name).toBe('a');
    expect(await isPending(third)).toBe(true);
    served?.release();
    expect((await third)?.sequence.name).toBe('a');
  });

  test('[SQ5] never lets a taker that does not wait go before one that does', async () => {
    const pool = createSequencePool(sequences(0));
    const first = await pool.take(anyRank, NEVER);
    const waiting = pool.take(anyRank, NEVER);
    first?.release();
    expect(pool.takeFree()).toBeNull();
    expect(await waiting).not.toBeNull();
  });

  test('[SQ6] lets one who waits leave, and serves the next', async () => {
    const pool = createSequencePool(sequences(0));
    const first = await pool.take(anyRank, NEVER);
    const abort = new AbortController();
    const leaving = pool.take(anyRank, abort.signal);
    const staying = pool.take(anyRank, NEVER);
    abort.abort();
    expect(await leaving).toBeNull();
    first?.release();
    expect(await staying).not.toBeNull();
  });

  test('[SQ7] gives nothing to one whose signal is aborted already', async () => {
    const pool = createSequencePool(sequences(0));
    expect(await pool.take(anyRank, AbortSignal.abort())).toBeNull();
    expect(pool.inUse).toBe(0);
  });

  test('[SQ8] takes a place back once, however often it is given back', async () => {
    const pool = createSequencePool(sequences(0));
    const place = await pool.take(anyRank, NEVER);
    place?.release();
    const next = await pool.take(anyRank, NEVER);
    place?.release();
    expect(pool.inUse).toBe(1);
    next?.release();
    expect(pool.inUse).toBe(0);
  });

  test('[SQ9] closes when every place has come back', async () => {
    const pool = createSequencePool(sequences(0, 0));
    const places = [await pool.take(anyRank, NEVER), await pool.take(anyRank, NEVER)];
    const closing = Promise.all([pool.close(), pool.close()]);
    places[0]?.release();
    expect(await isPending(closing)).toBe(true);
    places[1]?.release();
    await closing;
    await pool.close();
  });

  test('[SQ10] turns away all who wait and all who come once it is closed', async () => {
    const pool = createSequencePool(sequences(0));
    const place = await pool.take(anyRank, NEVER);
    const waiting = pool.take(anyRank, NEVER);
    const closing = pool.close();
    expect(pool.closed).toBe(true);
    expect(await waiting).toBeNull();
    place?.release();
    await closing;
    expect(await pool.take(anyRank, NEVER)).toBeNull();
    expect(pool.takeFree()).toBeNull();
  });
});
