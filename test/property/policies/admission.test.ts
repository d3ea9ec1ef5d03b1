import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AdmissionState,
  createAdmissionState,
  evaluateAdmission,
  recordCompletion,
  recordDequeued,
  recordInFlight,
  recordQueued,
} from '../../../policies/admission.ts';

const successors = [recordInFlight, recordCompletion, recordQueued, recordDequeued];
const limits = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 8 }),
  queueBound: fc.integer({ min: 0, max: 8 }),
});
const steps = fc.array(fc.constantFrom(...successors), { maxLength: 200 });

const isWithinBounds = ({ maxInFlight, queueBound, inFlight, queued }: AdmissionState): boolean =>
  inFlight >= 0 && inFlight <= maxInFlight && queued >= 0 && queued <= queueBound;

describe('admission, whatever happens', () => {
  test('[AD8] no sequence of successors leaves the bounds or changes them', () => {
    fc.assert(
      fc.property(limits, steps, (bounds, records) => {
        let state = createAdmissionState(bounds);
        for (const record of records) {
          state = record(state);
          expect(state).toMatchObject(bounds);
          if (!isWithinBounds(state)) return false;
        }
        return evaluateAdmission(state).reason !== 'admission_malformed';
      }),
      { numRuns: 300 },
    );
  });

  test('[AD9] a successor is one step away or the same object', () => {
    fc.assert(
      fc.property(limits, steps, fc.constantFrom(...successors), (bounds, records, last) => {
        const state = records.reduce((before, record) => record(before), createAdmissionState(bounds));
        const next = last(state);
        const moved = Math.abs(next.inFlight - state.inFlight) + Math.abs(next.queued - state.queued);
        return next === state ? moved === 0 : moved === 1;
      }),
      { numRuns: 500 },
    );
  });

  test('[AD12] one more that runs or waits never opens what was shut', () => {
    const openness = ['queue_full', 'at_capacity', 'slot_available'];
    fc.assert(
      fc.property(limits, steps, fc.constantFrom(recordInFlight, recordQueued), (bounds, records, more) => {
        const state = records.reduce((before, record) => record(before), createAdmissionState(bounds));
        const before = openness.indexOf(evaluateAdmission(state).reason);
        const after = openness.indexOf(evaluateAdmission(more(state)).reason);
        return after <= before;
      }),
      { numRuns: 500 },
    );
  });

  test('[AD11] arrivals that obey the verdict fill exactly the slots and the queue', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 0, max: 40 }), (bounds, arrivals) => {
        let state = createAdmissionState(bounds);
        let shed = 0;
        for (let arrival = 0; arrival < arrivals; arrival += 1) {
          const { reason } = evaluateAdmission(state);
          if (reason === 'slot_available') state = recordInFlight(state);
          else if (reason === 'at_capacity') state = recordQueued(state);
          else shed += 1;
        }
        const places = bounds.maxInFlight + bounds.queueBound;
        return (
          state.inFlight + state.queued === Math.min(arrivals, places) &&
          shed === Math.max(0, arrivals - places)
        );
      }),
      { numRuns: 300 },
    );
  });
});
