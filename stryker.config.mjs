// Mutation testing of what decides: `npm run mutate`, or `npm run mutate -- --mutate policies/gate.ts`.
// The floors are those of the decision core; a surviving mutant is a rule that no test holds.
import { pureTests } from './stryker.jest.mjs';

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: {
    enableFindRelatedTests: false,
    config: pureTests(['test/unit/policies', 'test/data-integrity/integrity.test.ts']),
  },
  coverageAnalysis: 'perTest',
  // TypeScript 7 has no compiler API for Stryker to rewrite a tsconfig with; swc needs none.
  tsconfigFile: 'none',
  ignorePatterns: ['bench', 'dist', 'coverage', 'examples', 'cli', 'test/traces'],
  mutate: ['policies/*.ts', '!policies/*.d.ts'],
  concurrency: 2,
  // Jest keeps every module that it ever loaded: a runner that lives long grows slow.
  maxTestRunnerReuse: 100,
  timeoutMS: 20_000,
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'coverage/stryker-incremental.json',
  tempDirName: 'coverage/stryker-tmp',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: 'coverage/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 98, low: 95, break: 95 },
};
