import { describe, expect, test } from '@jest/globals';
import { REASON_GUIDE } from '../../../host/reason-guide.ts';
import { type Reason, RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';
import { ACQUISITION_REASONS } from './acquisition-reasons.ts';
import { FETCH_REASONS } from './fetch-reasons.ts';
import { PINS_REASONS } from './pins-reasons.ts';
import { POLICY_REASONS } from './policy-reasons.ts';
import { SERVICE_REASONS } from './service-reasons.ts';
import { STORE_REASONS } from './store-reasons.ts';
import { SUPERVISOR_REASONS } from './supervisor-reasons.ts';

/** Complete by its type: a reason that nothing produces does not compile. */
const PRODUCERS: { readonly [R in Reason]: () => Reason | Promise<Reason> } = {
  ...POLICY_REASONS,
  ...SERVICE_REASONS,
  ...SUPERVISOR_REASONS,
  ...ACQUISITION_REASONS,
  ...FETCH_REASONS,
  ...STORE_REASONS,
  ...PINS_REASONS,
};

describe('reason codes', () => {
  test.each(RUNTIME_MANAGER_REASONS)('[RE1] the code gives %s', async (reason) => {
    expect(await PRODUCERS[reason]()).toBe(reason);
  });

  test('[RE2] no code is listed twice', () => {
    expect(new Set(RUNTIME_MANAGER_REASONS).size).toBe(RUNTIME_MANAGER_REASONS.length);
  });

  test.each(RUNTIME_MANAGER_REASONS)('[RE3] the guide tells %s in whole sentences', (reason) => {
    const { meaning, remedy } = REASON_GUIDE[reason];
    expect(meaning).toMatch(/^\S[^\n]*\.$/);
    expect(remedy).toMatch(/^(\S[^\n]*\.)?$/);
  });
});
