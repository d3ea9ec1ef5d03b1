import { expect } from '@jest/globals';
import { toReplay } from './to-replay.ts';

/** Import it once in a test or a set-up file: `expect(trace).toReplay()` is there, typed. */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    /** Passes when the machine of this version does what the trace recorded. */
    toReplay(): R;
  }
}

expect.extend({ toReplay });
