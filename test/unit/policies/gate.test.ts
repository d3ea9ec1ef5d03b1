import { describe, expect, test } from '@jest/globals';
import { evaluateRuntimeRequest } from '../../../policies/gate.ts';
import { admissionState, calmObservation, openFacts } from '../../doubles/policy-facts.ts';

const full = admissionState({ inFlight: 2, queued: 3 });
const busy = calmObservation({ memoryAvailableBytes: 0 });

describe('evaluateRuntimeRequest', () => {
  test('[GA1] admits when all of its parts do', () => {
    expect(evaluateRuntimeRequest(openFacts())).toEqual({ ok: true, reason: 'admitted' });
  });

  test.each(['stopped', 'starting', 'draining'] as const)(
    '[GA2] refuses while %s, with its own reason',
    (phase) => {
      const verdict = evaluateRuntimeRequest(openFacts({ lifecycle: { phase } }));
      expect(verdict).toEqual({ ok: false, reason: `lifecycle_${phase}` });
    },
  );

  test.each([
    ['GA3', 'a suspect runtime', { suspect: true }, 'runtime_suspect'],
    ['GA4', 'no slot, and room to wait', { admission: admissionState({ inFlight: 2 }) }, 'at_capacity'],
    ['GA4', 'no slot and no room', { admission: full }, 'queue_full'],
    [
      'GA4',
      'a broken admission state',
      { admission: admissionState({ inFlight: 9 }) },
      'admission_malformed',
    ],
    ['GA5', 'no limits', { limits: null }, 'limits_malformed'],
    ['GA5', 'no observation', { observation: null }, 'observation_missing'],
    ['GA5', 'a stale observation', { observation: calmObservation({ ageMs: 1e6 }) }, 'observation_stale'],
    ['GA5', 'no memory', { observation: busy }, 'memory_exceeded'],
  ] as const)('[%s] refuses %s', (_rule, _what, changes, reason) => {
    expect(evaluateRuntimeRequest(openFacts(changes))).toEqual({ ok: false, reason });
  });

  test.each([
    ['lifecycle before health', { lifecycle: { phase: 'draining' }, suspect: true }, 'lifecycle_draining'],
    ['health before admission', { suspect: true, admission: full }, 'runtime_suspect'],
    ['admission before resources', { admission: full, observation: busy }, 'queue_full'],
    [
      'all at once',
      { lifecycle: { phase: 'stopped' }, suspect: true, admission: full, observation: busy },
      'lifecycle_stopped',
    ],
  ] as const)('[GA6] tells the first reason: %s', (_what, changes, reason) => {
    expect(evaluateRuntimeRequest(openFacts(changes)).reason).toBe(reason);
  });

  test.each([
    ['no facts', null, 'lifecycle_malformed'],
    ['empty facts', {}, 'lifecycle_malformed'],
    ['no such phase', { ...openFacts(), lifecycle: { phase: 'warm' } }, 'lifecycle_malformed'],
    ['no word about health', { ...openFacts(), suspect: undefined }, 'runtime_suspect'],
    ['health as a number', { ...openFacts(), suspect: 0 }, 'runtime_suspect'],
    ['no admission state', { ...openFacts(), admission: undefined }, 'admission_malformed'],
    ['facts that are inherited', Object.create(openFacts()), 'lifecycle_malformed'],
  ])('[GA7] refuses %s', (_what, facts, reason) => {
    expect(evaluateRuntimeRequest(facts)).toEqual({ ok: false, reason });
  });

  test('[GA8] gives the same object for the same refusal: a flood of refusals makes no garbage of verdicts', () => {
    const facts = openFacts({ admission: full });
    expect(evaluateRuntimeRequest(facts)).toBe(evaluateRuntimeRequest(facts));
    expect(evaluateRuntimeRequest(openFacts())).toBe(evaluateRuntimeRequest(openFacts()));
  });

  test('[GA9] judges facts that went through JSON just the same', () => {
    const all = [
      openFacts(),
      openFacts({ observation: null }),
      openFacts({ admission: full }),
      openFacts({ limits: null }),
    ];
    const kept = all.map((facts) => evaluateRuntimeRequest(JSON.parse(JSON.stringify(facts))));
    expect(kept).toEqual(all.map((facts) => evaluateRuntimeRequest(facts)));
  });
});
