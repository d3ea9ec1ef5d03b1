// Jest for mutation testing: the pure tests of the given folders, without a runtime, a file or a child process.
export const pureTests = (paths) => ({
  testEnvironment: './stryker.environment.cjs',
  testMatch: paths.map((path) => (path.endsWith('.ts') ? `**/${path}` : `**/${path}/**/*.test.ts`)),
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
});
