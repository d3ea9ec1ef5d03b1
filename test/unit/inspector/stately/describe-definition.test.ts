import { describe, expect, test } from '@jest/globals';
import { assign } from 'xstate';
import { describeDefinition } from '../../../../inspector/stately/describe-definition.ts';

const CANARY = 'CANARY-7f3a';

describe('a definition', () => {
  test('[SY18] holds no context, input or output, and no key that is not of a structure', () => {
    const described = describeDefinition({
      id: 'machine',
      context: { text: CANARY },
      output: { text: CANARY },
      meta: { text: CANARY },
      invoke: { src: 'port', id: 'port', input: { text: CANARY }, onError: 'b' },
      initial: 'a',
      states: { a: { on: { go: { target: 'b', note: CANARY } } }, b: { type: 'final', output: CANARY } },
    });
    expect(described).toEqual({
      id: 'machine',
      initial: 'a',
      invoke: [{ id: 'port', src: 'port', onError: [{ target: 'b' }] }],
      states: { a: { on: { go: [{ target: 'b' }] } }, b: { type: 'final' } },
    });
  });

  test('[SY18] names guards and actions, those of XState by their kind and others by their function', () => {
    function isWarm() {
      return true;
    }
    expect(
      describeDefinition({
        tags: 'waiting',
        entry: ['greet', assign({}), { type: 'plan', params: { reason: 'fault' } }],
        exit: { type: 'leave', params: () => CANARY },
        always: { guard: isWarm, target: 'a', reenter: true },
      }),
    ).toEqual({
      tags: ['waiting'],
      entry: [{ type: 'greet' }, { type: 'xstate.assign' }, { type: 'plan', params: { reason: 'fault' } }],
      exit: [{ type: 'leave' }],
      always: [{ guard: { type: 'isWarm' }, target: 'a', reenter: true }],
    });
  });

  test.each([null, undefined, 'text', 7])('[SY18] of what is no machine is empty: %p', (config) => {
    expect(describeDefinition(config)).toEqual({});
  });
});
