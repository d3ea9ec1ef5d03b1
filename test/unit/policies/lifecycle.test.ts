import { describe, expect, test } from '@jest/globals';
import {
  canServeInference,
  createLifecycleState,
  type LifecyclePhase,
  transitionLifecycle,
} from '../../../policies/lifecycle.ts';

const PHASES: readonly LifecyclePhase[] = ['stopped', 'starting', 'ready', 'draining'];
const EDGES = [
  'stopped→starting',
  'starting→ready',
  'starting→draining',
  'ready→draining',
  'draining→stopped',
];
const pairs = PHASES.flatMap((from) =>
  PHASES.map((to) => [from, to, EDGES.includes(`${from}→${to}`)] as const),
);

describe('lifecycle', () => {
  test('[LC1] begins stopped, and frozen', () => {
    expect(createLifecycleState()).toEqual({ phase: 'stopped' });
    expect(Object.isFrozen(createLifecycleState())).toBe(true);
  });

  test.each(pairs.filter(([, , isEdge]) => isEdge))('[LC2] goes from %s to %s', (from, to) => {
    const { verdict, state } = transitionLifecycle({ phase: from }, to);
    expect(verdict).toEqual({ ok: true, reason: 'transition_allowed' });
    expect(state).toEqual({ phase: to });
  });

  test.each(pairs.filter(([, , isEdge]) => !isEdge))('[LC3] does not go from %s to %s', (from, to) => {
    const { verdict, state } = transitionLifecycle({ phase: from }, to);
    expect(verdict).toEqual({ ok: false, reason: 'transition_invalid' });
    expect(state).toEqual({ phase: from });
  });

  test('[LC4] changes no state in place, and hands out frozen ones', () => {
    const before = Object.freeze({ phase: 'stopped' as const });
    const { state } = transitionLifecycle(before, 'starting');
    expect(before).toEqual({ phase: 'stopped' });
    expect(Object.isFrozen(state)).toBe(true);
  });

  test('[LC4] keeps the very state that it refused to leave', () => {
    const state = createLifecycleState();
    expect(transitionLifecycle(state, 'ready').state).toBe(state);
  });

  test.each([null, undefined, 'ready', {}, { phase: 'READY' }, { phase: null }, { phase: ['ready'] }, []])(
    '[LC5] takes the state %p for stopped and malformed',
    (state) => {
      expect(transitionLifecycle(state, 'starting')).toEqual({
        verdict: { ok: false, reason: 'lifecycle_malformed' },
        state: { phase: 'stopped' },
      });
    },
  );

  test.each([null, undefined, '', 'Ready', 'toString', '__proto__', 0, ['ready']])(
    '[LC6] refuses the phase %p as malformed and stays where it is',
    (next) => {
      expect(transitionLifecycle({ phase: 'ready' }, next)).toEqual({
        verdict: { ok: false, reason: 'lifecycle_malformed' },
        state: { phase: 'ready' },
      });
    },
  );

  test.each([
    ['stopped', false],
    ['starting', false],
    ['ready', true],
    ['draining', false],
  ] as const)('[LC7] %s serves: %p', (phase, serves) => {
    expect(canServeInference({ phase })).toBe(serves);
  });

  test.each([null, 'ready', Object.create({ phase: 'ready' }), { phase: Object('ready') }])(
    '[LC7] what only looks ready does not serve (%#)',
    (state) => {
      expect(canServeInference(state)).toBe(false);
    },
  );
});
