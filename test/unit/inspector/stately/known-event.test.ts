import { describe, expect, test } from '@jest/globals';
import { readKnownEvent } from '../../../../inspector/stately/known-event.ts';

const CANARY = 'CANARY-7f3a';

describe('an event', () => {
  test('[SY3] of the supervisor is told as a trace tells it', () => {
    expect(readKnownEvent({ type: 'supervisor.stop', atMs: 1, note: CANARY }, 'supervisor')).toEqual({
      type: 'supervisor.stop',
      atMs: 1,
    });
  });

  test.each([
    ['request', { type: 'generation.ended', outcome: 'completed', error: CANARY }],
    ['acquisition', { type: 'source.probed', url: CANARY }],
    ['port', { type: 'request.run', requestId: CANARY }],
    ['supervisor', { type: 'xstate.error.actor.loadModel', error: new Error(CANARY) }],
    ['port', { type: 'xstate.init', input: CANARY }],
    ['port', { type: 'xstate.promise.resolve', data: CANARY }],
    ['request', { type: 'xstate.after.stallDeadline.request.active.decoding', note: CANARY }],
  ] as const)('[SY7] of another kind is told by its name alone: %s, %j', (kind, event) => {
    expect(readKnownEvent(event, kind)).toEqual({ type: event.type });
  });

  test.each([
    ['supervisor', { type: CANARY }],
    ['supervisor', { type: 'hunter.two' }],
    ['supervisor', { type: `xstate.error.actor.${CANARY}` }],
    ['port', { type: `xstate.after.100.${CANARY}` }],
    ['request', { type: 'toString' }],
    ['port', null],
    ['port', 'token.decoded'],
    ['port', { type: 1 }],
  ] as const)('[SY17] of no known name is not told: %s, %j', (kind, event) => {
    expect(readKnownEvent(event, kind)).toBeNull();
  });
});
