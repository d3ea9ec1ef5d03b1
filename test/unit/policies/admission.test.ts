import { describe, expect, test } from '@jest/globals';
import {
  createAdmissionState,
  evaluateAdmission,
  recordCompletion,
  recordDequeued,
  recordInFlight,
  recordQueued,
} from '../../../policies/admission.ts';
import { admissionState } from '../../doubles/policy-facts.ts';

const CLOSED = { maxInFlight: 0, queueBound: 0, inFlight: 0, queued: 0 };

describe('createAdmissionState', () => {
  test('[AD1] begins empty, with the bounds it was given', () => {
    expect(createAdmissionState({ maxInFlight: 2, queueBound: 16, loadMsMax: 5 })).toEqual({
      maxInFlight: 2,
      queueBound: 16,
      inFlight: 0,
      queued: 0,
    });
  });

  test.each([
    ['nothing', undefined],
    ['no slot', { maxInFlight: 0, queueBound: 1 }],
    ['half a slot', { maxInFlight: 1.5, queueBound: 1 }],
    ['a slot as text', { maxInFlight: '1', queueBound: 1 }],
    ['endless slots', { maxInFlight: Number.POSITIVE_INFINITY, queueBound: 1 }],
    ['a negative queue', { maxInFlight: 1, queueBound: -1 }],
    ['no queue bound', { maxInFlight: 1 }],
    ['an endless queue', { maxInFlight: 1, queueBound: Number.POSITIVE_INFINITY }],
    ['inherited bounds', Object.create({ maxInFlight: 1, queueBound: 1 })],
  ])('[AD2] is closed for %s', (_what, limits) => {
    expect(createAdmissionState(limits)).toEqual(CLOSED);
  });

  test('[AD2] a closed state admits nothing', () => {
    expect(evaluateAdmission(createAdmissionState(null)).reason).toBe('admission_malformed');
  });
});

describe('evaluateAdmission', () => {
  test.each([
    ['AD3', 'nothing runs', {}, 'slot_available'],
    ['AD3', 'one slot is left', { inFlight: 1 }, 'slot_available'],
    ['AD4', 'every slot is taken', { inFlight: 2 }, 'at_capacity'],
    ['AD4', 'one place to wait is left', { inFlight: 2, queued: 2 }, 'at_capacity'],
    ['AD5', 'every place to wait is taken', { inFlight: 2, queued: 3 }, 'queue_full'],
    ['AD5', 'there is no queue', { inFlight: 2, queueBound: 0 }, 'queue_full'],
    ['AD6', 'a slot is free while another waits', { inFlight: 1, queued: 1 }, 'at_capacity'],
    ['AD6', 'all slots are free while the queue is full', { queued: 3 }, 'queue_full'],
    ['AD7', 'more run than may', { inFlight: 3 }, 'admission_malformed'],
    ['AD7', 'more wait than may', { queued: 4 }, 'admission_malformed'],
    ['AD7', 'fewer than none run', { inFlight: -1 }, 'admission_malformed'],
    ['AD7', 'one and a half wait', { queued: 1.5 }, 'admission_malformed'],
    ['AD7', 'the bound is NaN', { maxInFlight: Number.NaN }, 'admission_malformed'],
    [
      'AD7',
      'the queue bound is not a number',
      { queueBound: '3' as unknown as number },
      'admission_malformed',
    ],
  ] as const)('[%s] %s', (_rule, _what, changes, reason) => {
    expect(evaluateAdmission(admissionState(changes))).toEqual({ ok: reason === 'slot_available', reason });
  });
});

describe('the successors', () => {
  test.each([
    ['recordInFlight', recordInFlight, { inFlight: 1 }, { inFlight: 2 }],
    ['recordCompletion', recordCompletion, { inFlight: 1 }, { inFlight: 0 }],
    ['recordQueued', recordQueued, { queued: 1 }, { queued: 2 }],
    ['recordDequeued', recordDequeued, { queued: 1 }, { queued: 0 }],
  ] as const)(
    '[AD8] %s moves its own count by one and changes nothing in place',
    (_name, record, before, after) => {
      const state = Object.freeze(admissionState(before));
      expect(record(state)).toEqual(admissionState(after));
      expect(state).toEqual(admissionState(before));
    },
  );

  test.each([
    ['recordInFlight', recordInFlight, { inFlight: 2 }],
    ['recordCompletion', recordCompletion, { inFlight: 0 }],
    ['recordQueued', recordQueued, { queued: 3 }],
    ['recordDequeued', recordDequeued, { queued: 0 }],
  ] as const)('[AD9] %s gives back the same object at its bound', (_name, record, changes) => {
    const state = admissionState(changes);
    expect(record(state)).toBe(state);
  });

  test.each([recordInFlight, recordCompletion, recordQueued, recordDequeued])(
    '[AD10] a successor of a broken state is the closed one (%#)',
    (record) => {
      expect(record(admissionState({ inFlight: 7 }))).toEqual(CLOSED);
      expect(record(null as never)).toEqual(CLOSED);
    },
  );

  test('[AD3] a bound of one fills, waits, sheds, and opens again', () => {
    const reasons: string[] = [];
    let state = createAdmissionState({ maxInFlight: 1, queueBound: 1 });
    for (const step of [recordInFlight, recordQueued, recordCompletion, recordDequeued]) {
      reasons.push(evaluateAdmission(state).reason);
      state = step(state);
    }
    reasons.push(evaluateAdmission(state).reason);
    expect(reasons).toEqual(['slot_available', 'at_capacity', 'queue_full', 'queue_full', 'slot_available']);
  });

  test('[AD11] of 10,000 arrivals at a bound of 100 exactly 100 are taken', () => {
    let state = createAdmissionState({ maxInFlight: 100, queueBound: 0 });
    const counts = new Map<string, number>();
    for (let arrival = 0; arrival < 10_000; arrival += 1) {
      const { ok, reason } = evaluateAdmission(state);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (ok) state = recordInFlight(state);
    }
    expect(Object.fromEntries(counts)).toEqual({ slot_available: 100, queue_full: 9900 });
    expect(state.inFlight).toBe(100);
  });
});
