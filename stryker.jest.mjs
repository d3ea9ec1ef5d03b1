// Jest for mutation testing: the pure tests of the given folders and files, without a runtime or a child process.
export const pureTests = (paths) => ({
  testEnvironment: './stryker.environment.cjs',
  testMatch: ['**/test/mutation/every-test.ts'],
  globals: { TEST_PATHS: paths },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
});
