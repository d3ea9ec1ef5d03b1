// Mutation testing of the charts and their pure steps: `npm run mutate:machines`.
import { pureTests } from './stryker.jest.mjs';

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: {
    enableFindRelatedTests: false,
    config: pureTests([
      'test/unit/machines',
      'test/unit/actors',
      'test/replay/chart-goldens.test.ts',
      'test/replay/divergences.test.ts',
    ]),
  },
  coverageAnalysis: 'perTest',
  // TypeScript 7 has no compiler API for Stryker to rewrite a tsconfig with; swc needs none.
  tsconfigFile: 'none',
  ignorePatterns: ['bench', 'dist', 'coverage', 'examples', 'cli'],
  mutate: ['machines/*.ts'],
  concurrency: 2,
  // Jest keeps every module that it ever loaded: a runner that lives long grows slow.
  maxTestRunnerReuse: 100,
  timeoutMS: 20_000,
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'coverage/stryker-machines-incremental.json',
  tempDirName: 'coverage/stryker-tmp',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: 'coverage/mutation-machines.json' },
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
