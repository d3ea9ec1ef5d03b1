import { expect, test } from '@jest/globals';
import { acquireDeadlineMs, planAfterFetchFault } from '../../../policies/acquisition.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';

const LIMITS = {
  ...DEFAULT_LIMITS,
  fetchFailuresMax: 3,
  retryMsMin: 500,
  retryMsMax: 1500,
  backoffJitterRatio: 0,
};
const FRESH = { bans: [null, null, null], mirror: 0, failures: 0 } as const;

test('[AQ6] mirrors are asked in their order without a delay, and again only after the last one, with a delay', () => {
  const second = planAfterFetchFault(FRESH, 'source_busy', false, LIMITS, 0);
  expect(second).toEqual({
    kind: 'fetch',
    bans: FRESH.bans,
    mirror: 1,
    failures: 1,
    delayMs: 0,
    fromStart: false,
  });
  const first = planAfterFetchFault({ ...FRESH, mirror: 2, failures: 1 }, 'source_busy', false, LIMITS, 0);
  expect(first).toMatchObject({ mirror: 0, failures: 2, delayMs: 1000 });
});

test('[AQ7] the delay doubles with each failure up to its limit, and jitter stretches it', () => {
  const alone = { bans: [null], mirror: 0, failures: 0 };
  const delays = [0, 1, 2, 3].map((failures) =>
    planAfterFetchFault({ ...alone, failures }, 'transfer_cut', false, { ...LIMITS, fetchFailuresMax: 9 }, 0),
  );
  expect(delays).toMatchObject([{ delayMs: 500 }, { delayMs: 1000 }, { delayMs: 1500 }, { delayMs: 1500 }]);
  const jittered = planAfterFetchFault(
    alone,
    'transfer_cut',
    false,
    { ...LIMITS, backoffJitterRatio: 0.5 },
    1,
  );
  expect(jittered).toMatchObject({ delayMs: 750 });
});

test('[AQ8] after so many failures in a row it is given up, and that may pass', () => {
  const plan = planAfterFetchFault({ ...FRESH, failures: 2 }, 'source_stalled', false, LIMITS, 0);
  expect(plan).toEqual({ kind: 'end', permanent: false, reason: 'source_stalled' });
});

test('[AQ9] a source whose bytes are wrong is not asked again, and the next one begins from the start', () => {
  const plan = planAfterFetchFault(FRESH, 'digest_mismatch', false, LIMITS, 0);
  expect(plan).toEqual({
    kind: 'fetch',
    bans: ['digest_mismatch', null, null],
    mirror: 1,
    failures: 0,
    delayMs: 0,
    fromStart: true,
  });
  const banned = { bans: ['digest_mismatch', null, 'response_encoded'], mirror: 1, failures: 0 } as const;
  expect(planAfterFetchFault(banned, 'source_busy', false, LIMITS, 0)).toMatchObject({
    mirror: 1,
    delayMs: 500,
  });
});

test('[AQ10] where no source is left it ends, and would again', () => {
  const last = { bans: ['source_status_refused', null], mirror: 1, failures: 0 } as const;
  expect(planAfterFetchFault(last, 'digest_mismatch', false, LIMITS, 0)).toEqual({
    kind: 'end',
    permanent: true,
    reason: 'digest_mismatch',
  });
  const none = { bans: ['source_status_refused', 'digest_mismatch'], mirror: 1, failures: 0 } as const;
  expect(planAfterFetchFault(none, 'source_busy', false, LIMITS, 0)).toMatchObject({
    kind: 'end',
    permanent: true,
  });
});

test('[AQ11] what was kept and does not fit is dropped, the same source asked at once, and counted as a failure', () => {
  const plan = planAfterFetchFault(FRESH, 'response_range_mismatch', true, LIMITS, 0);
  expect(plan).toEqual({
    kind: 'fetch',
    bans: FRESH.bans,
    mirror: 0,
    failures: 1,
    delayMs: 0,
    fromStart: true,
  });
  const often = planAfterFetchFault({ ...FRESH, failures: 2 }, 'response_range_mismatch', true, LIMITS, 0);
  expect(often).toMatchObject({ kind: 'end', permanent: false });
});

test.each([
  ['store_unavailable', true],
  ['store_full', false],
  ['internal_error', false],
] as const)('[AQ12] %s ends it whatever sources are left; permanent: %s', (reason, permanent) => {
  expect(planAfterFetchFault(FRESH, reason, false, LIMITS, 0)).toEqual({ kind: 'end', permanent, reason });
});

test('[AQ13] a download has the time of its bytes at the slowest rate, besides that of a verification', () => {
  const limits = { acquireMsMax: 1000, transferBytesPerSecondMin: 100 };
  expect(acquireDeadlineMs(limits, 0)).toBe(1000);
  expect(acquireDeadlineMs(limits, 101)).toBe(1000 + 1010);
  expect(acquireDeadlineMs(limits, Number.MAX_SAFE_INTEGER)).toBe(2 ** 31 - 1);
  expect(acquireDeadlineMs(limits, Number.NaN)).toBe(1000);
});
