import { describe, expect, test } from '@jest/globals';
import {
  isLockStale,
  isPartialLeft,
  ownerLife,
  readLock,
  readStoreOwner,
} from '../../../policies/lock-age.ts';

const self = { pid: 1, startId: '10', hostId: '0000000a', bootId: '0000000b', placeId: '0000000c' };
const lock = { owner: self, token: '0123456789abcdef' };

describe('the owner of a lock or partial file', () => {
  test.each([
    ['runs here', self, true, 'alive'],
    ['ended here', self, false, 'gone'],
    [
      'is of an earlier boot of this machine',
      { ...self, bootId: '00000000', placeId: '00000000' },
      true,
      'gone',
    ],
    ['is in another container of this boot', { ...self, placeId: '00000000' }, false, 'untold'],
    [
      'is on another machine',
      { ...self, hostId: '00000000', bootId: '00000000', placeId: '00000000' },
      true,
      'untold',
    ],
  ] as const)('[MS8] that %s: alive, gone or untold', (_name, owner, isRunning, life) => {
    expect(ownerLife(owner, self, isRunning)).toBe(life);
  });

  test.each([
    ['gone', 0, true],
    ['gone', null, true],
    ['alive', 30_000, false],
    ['alive', 30_000.001, true],
    ['untold', 30_000, false],
    ['untold', 30_001, true],
    ['untold', -1e9, false],
    ['untold', Number.NaN, false],
    ['untold', Number.POSITIVE_INFINITY, false],
    ['alive', null, false],
    ['alive', '40000', false],
  ] as const)(
    '[MS9] who is %s and was silent for %p ms: the lock is stale or not',
    (life, silentMs, isStale) => {
      expect(isLockStale(life, silentMs)).toBe(isStale);
    },
  );

  test.each([
    ['gone', 0, true],
    ['alive', 1e12, false],
    ['untold', 120_000, false],
    ['untold', 120_001, true],
    ['untold', null, false],
  ] as const)(
    '[MS10] who is %s and was silent for %p ms: the partial file is left or not',
    (life, silentMs, isLeft) => {
      expect(isPartialLeft(life, silentMs)).toBe(isLeft);
    },
  );

  test('[MS11] is read from a whole lock, and from no other', () => {
    const text = JSON.stringify(lock);
    expect(readLock(text)).toEqual(lock);
    for (let end = 0; end < text.length; end += 1) expect(readLock(text.slice(0, end))).toBeNull();
    expect(readLock(JSON.stringify({ ...lock, more: 'x'.repeat(1_024) }))).toBeNull();
    expect(readLock(JSON.stringify({ ...lock, token: '' }))).toBeNull();
    expect(readLock(lock)).toBeNull();
  });

  test.each([
    { pid: 0 },
    { pid: -1 },
    { pid: 1.5 },
    { pid: '1' },
    { startId: '' },
    { startId: 10 },
    { startId: '-1' },
    { hostId: '../../..' },
    { bootId: '0000000A' },
    { placeId: undefined },
  ])('[MS11] with a malformed field is nobody: %j', (change) => {
    expect(readStoreOwner({ ...self, ...change })).toBeNull();
    expect(readLock(JSON.stringify({ ...lock, owner: { ...self, ...change } }))).toBeNull();
  });
});
