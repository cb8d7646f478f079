const { availableParallelism } = require('node:os');

// On a busy machine calls take longer than a caller would wait for.
process.env.ANSWER_WITHIN_SECONDS ??= '240';
// Google's clients would ask the network for the metadata server that machines of Google's have.
process.env.METADATA_SERVER_DETECTION ??= 'none';

const translated = (jsc) => [
  '@swc/jest',
  { jsc: { target: 'es2023', ...jsc }, module: { type: 'commonjs' } },
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  roots: ['<rootDir>/test', '<rootDir>/local/bigquery/test', '<rootDir>/local/pubsub/test'],
  testMatch: ['**/*.test.ts'],
  // The exhaustive suites have a configuration of their own: jest.long.config.js.
  testPathIgnorePatterns: ['/node_modules/', '\\.long\\.test\\.ts$'],
  transform: {
    '^.+\\.ts$': translated({ parser: { syntax: 'typescript' } }),
    // The console's pages, which a few tests draw in Node.
    '^.+\\.tsx$': translated({
      parser: { syntax: 'typescript', tsx: true },
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    }),
  },
  // For a test that hangs, not for one on a busy machine: what takes 6 s there took ten times as long.
  testTimeout: 240_000,
  // Tests wait for servers part of the time: three files at once keep two cores busy. (Jest takes no more than 100%.)
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // At its end a worker process has nothing left to do, but on a busy machine it takes more than 500 ms to go.
  workerGracefulExitTimeout: 30_000,
  testSequencer: '<rootDir>/test/support/jest/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/jest/count-reporter.js'],
};
