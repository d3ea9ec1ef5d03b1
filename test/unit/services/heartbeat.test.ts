import { describe, expect, test } from '@jest/globals';
import { createHeartbeat } from '../../../services/heartbeat.ts';
import { isPending, NEVER } from '../../doubles/runtime-reader.ts';

describe('the heartbeat', () => {
  test('[RT47] is heard by all who listen, once', async () => {
    const heartbeat = createHeartbeat();
    const listening = [heartbeat.next(NEVER), heartbeat.next(NEVER)];
    heartbeat.beat();
    expect(await Promise.all(listening)).toEqual([true, true]);
    expect(await isPending(heartbeat.next(NEVER))).toBe(true);
  });

  test('[RT48] does not keep one who leaves', async () => {
    const heartbeat = createHeartbeat();
    const abort = new AbortController();
    const leaving = heartbeat.next(abort.signal);
    abort.abort();
    expect(await leaving).toBe(false);
    expect(await heartbeat.next(abort.signal)).toBe(false);
  });
});
