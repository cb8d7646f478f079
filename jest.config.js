/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  roots: ['<rootDir>/test', '<rootDir>/local/bigquery/test', '<rootDir>/local/pubsub/test'],
  testMatch: ['**/*.test.ts'],
  // The exhaustive suites have a configuration of their own: jest.long.config.js.
  testPathIgnorePatterns: ['/node_modules/', '\\.long\\.test\\.ts$'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // The local cloud starts a native SQL engine: the first start on a busy machine takes seconds.
  testTimeout: 60_000,
  // Most tests wait for servers most of the time: as many at once as there are cores, and not one less, as by default.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/jest/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/jest/count-reporter.js'],
};
