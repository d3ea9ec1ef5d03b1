import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createIntegrityAccumulator, verifyModelBytes } from '../../../policies/integrity.ts';

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) % 256);
const specOf = (content: Uint8Array): { sha256: string; sizeBytes: number } => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  sizeBytes: content.byteLength,
});
const spec = specOf(bytes);
const open = () => createIntegrityAccumulator(spec);

describe('createIntegrityAccumulator', () => {
  test('[IN5] verifies the very bytes, in one chunk', () => {
    const accumulator = open();
    expect(accumulator.update(bytes)).toEqual({ ok: true, reason: 'within_limits' });
    expect(accumulator.finalize()).toEqual({ ok: true, reason: 'integrity_verified' });
  });

  test.each([1, 7, 64, 999, 1000])('[IN5] verifies them in chunks of %i', (step) => {
    const accumulator = open();
    for (let start = 0; start < bytes.length; start += step)
      accumulator.update(bytes.subarray(start, start + step));
    expect(accumulator.finalize().reason).toBe('integrity_verified');
  });

  test('[IN5] takes a Buffer, a part of a larger buffer, and an empty chunk', () => {
    const accumulator = open();
    const padded = new Uint8Array(600);
    padded.set(bytes.subarray(0, 500), 50);
    expect(accumulator.update(new Uint8Array(0)).ok).toBe(true);
    expect(accumulator.update(padded.subarray(50, 550)).ok).toBe(true);
    expect(accumulator.update(Buffer.from(bytes.subarray(500))).ok).toBe(true);
    expect(accumulator.finalize().reason).toBe('integrity_verified');
  });

  test('[IN6] refuses at the first byte too many, and goes on refusing', () => {
    const accumulator = open();
    accumulator.update(bytes);
    expect(accumulator.update(new Uint8Array(1))).toEqual({ ok: false, reason: 'size_exceeded' });
    expect(accumulator.update(new Uint8Array(0)).reason).toBe('size_exceeded');
    expect(accumulator.getReceivedBytes()).toBe(1000);
    expect(accumulator.finalize().reason).toBe('size_exceeded');
  });

  test('[IN6] does not hash the part of a chunk that would still fit', () => {
    const accumulator = open();
    accumulator.update(bytes.subarray(0, 999));
    expect(accumulator.update(bytes.subarray(0, 2)).reason).toBe('size_exceeded');
    expect(accumulator.getReceivedBytes()).toBe(999);
  });

  test.each([
    ['null', () => null],
    ['undefined', () => undefined],
    ['a string', () => 'bytes'],
    ['an array of numbers', () => [1, 2, 3]],
    ['an ArrayBuffer', () => new ArrayBuffer(4)],
    ['a DataView', () => new DataView(new ArrayBuffer(4))],
    ['a wider typed array', () => new Uint16Array(2)],
    ['a clamped array', () => new Uint8ClampedArray(2)],
    ['an object with the prototype of a Uint8Array', () => Object.create(Uint8Array.prototype)],
    ['a proxy of a Uint8Array', () => new Proxy(new Uint8Array(4), {})],
    ['memory shared with another thread', () => new Uint8Array(new SharedArrayBuffer(4))],
  ])('[IN7] refuses a chunk that is %s, and goes on refusing', (_what, make) => {
    const accumulator = open();
    expect(accumulator.update(make())).toEqual({ ok: false, reason: 'chunk_malformed' });
    expect(accumulator.update(bytes).reason).toBe('chunk_malformed');
    expect(accumulator.getReceivedBytes()).toBe(0);
    expect(accumulator.finalize().reason).toBe('chunk_malformed');
  });

  test.each([0, 1, 999])('[IN8] says that %i bytes are too few', (count) => {
    const accumulator = open();
    accumulator.update(bytes.subarray(0, count));
    expect(accumulator.finalize()).toEqual({ ok: false, reason: 'size_short' });
  });

  test('[IN9] says that other bytes of the same size are not meant', () => {
    const accumulator = open();
    accumulator.update(new Uint8Array(1000));
    expect(accumulator.finalize()).toEqual({ ok: false, reason: 'digest_mismatch' });
  });

  test.each(['finalize', 'abort'] as const)('[IN10] is closed after %s', (end) => {
    const accumulator = open();
    accumulator.update(bytes);
    accumulator[end]();
    expect(accumulator.update(bytes)).toEqual({ ok: false, reason: 'integrity_closed' });
    expect(accumulator.finalize().reason).toBe('integrity_closed');
    expect(accumulator.abort().reason).toBe('integrity_closed');
    expect(accumulator.getReceivedBytes()).toBe(1000);
  });

  test('[IN10] an abort never verifies', () => {
    const accumulator = open();
    accumulator.update(bytes);
    expect(accumulator.abort()).toEqual({ ok: false, reason: 'integrity_closed' });
  });

  test.each([
    ['integrity_spec_missing', null],
    ['integrity_spec_malformed', { ...spec, sha256: 'x' }],
    ['integrity_spec_ambiguous', { ...spec, md5: 'x' }],
  ])('[IN11] answers every call with %s where the spec is so', (reason, bad) => {
    const accumulator = createIntegrityAccumulator(bad);
    const answers = [
      accumulator.update(bytes),
      accumulator.finalize(),
      accumulator.abort(),
      accumulator.finalize(),
    ];
    expect(answers.map((answer) => answer.reason)).toEqual([reason, reason, reason, reason]);
    expect(answers.some((answer) => answer.ok)).toBe(false);
    expect(accumulator.getReceivedBytes()).toBe(0);
  });

  test('[IN13] counts the bytes that it took', () => {
    const accumulator = open();
    const counts = [3, 0, 40, 957].map((length, index, all) => {
      const start = all.slice(0, index).reduce((sum, one) => sum + one, 0);
      accumulator.update(bytes.subarray(start, start + length));
      return accumulator.getReceivedBytes();
    });
    expect(counts).toEqual([3, 3, 43, 1000]);
  });

  test('[IN15] keeps the spec as it was when it was judged', () => {
    const changing = { ...spec };
    const accumulator = createIntegrityAccumulator(changing);
    changing.sha256 = '0'.repeat(64);
    changing.sizeBytes = 1;
    accumulator.update(bytes);
    expect(accumulator.finalize().reason).toBe('integrity_verified');
  });

  test('[IN15] asks each field of the spec once', () => {
    const asked: string[] = [];
    const counting = Object.defineProperties(
      {},
      {
        sha256: { enumerable: true, get: () => asked.push('sha256') && spec.sha256 },
        sizeBytes: { enumerable: true, get: () => asked.push('sizeBytes') && spec.sizeBytes },
      },
    );
    expect(verifyModelBytes(counting, bytes).reason).toBe('integrity_verified');
    expect(asked).toEqual(['sha256', 'sizeBytes']);
  });

  test.each(['byteLength', 'length', 'byteOffset', 'buffer'])(
    '[IN16] does not believe a false `%s`',
    (field) => {
      const long = new Uint8Array(1001);
      Object.defineProperty(long, field, { value: 1 });
      expect(open().update(long).reason).toBe('size_exceeded');
      const exact = Object.defineProperty(bytes.slice(), field, { value: 1 });
      const accumulator = open();
      accumulator.update(exact);
      expect(accumulator.finalize().reason).toBe('integrity_verified');
    },
  );

  test('[IN17] hashes a chunk beyond the piece size whole, from its own offset', () => {
    const large = new Uint8Array(16 * 1024 * 1024 + 11).fill(3);
    large[0] = 1;
    large[large.length - 1] = 2;
    const part = large.subarray(5);
    expect(verifyModelBytes(specOf(part), part).reason).toBe('integrity_verified');
    const wanted = specOf(part);
    part[part.length - 1] = 9;
    expect(verifyModelBytes(wanted, part).reason).toBe('digest_mismatch');
  });

  test('[IN10] two accumulators of one spec know nothing of each other', () => {
    const [one, other] = [open(), open()];
    one.abort();
    other.update(bytes);
    expect(other.finalize().reason).toBe('integrity_verified');
  });
});

describe('verifyModelBytes', () => {
  test.each([
    ['integrity_verified', bytes],
    ['size_short', bytes.subarray(1)],
    ['size_exceeded', new Uint8Array(1001)],
    ['digest_mismatch', new Uint8Array(1000)],
    ['chunk_malformed', 'bytes'],
  ])('[IN14] gives %s', (reason, content) => {
    expect(verifyModelBytes(spec, content)).toEqual({ ok: reason === 'integrity_verified', reason });
  });

  test('[IN14] gives the refusal of the spec before it looks at the bytes', () => {
    expect(verifyModelBytes(null, null).reason).toBe('integrity_spec_missing');
  });
});
