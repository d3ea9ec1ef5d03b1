/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  // Tests in a browser open the page as it is built from the sources that are tested.
  globalSetup: '<rootDir>/test/build-page.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  // What waits for something ends by its own deadlines; this one is for machines that others use too.
  testTimeout: 20_000,
  // The real runtime computes on all but one core: two files at a time keep its tests honest on two cores.
  maxWorkers: 2,
};

export default config;
