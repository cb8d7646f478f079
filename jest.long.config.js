/**
 * The exhaustive suites, `*.long.test.ts`: every case of what `npm test` shows by a few.
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config'),
  testMatch: ['**/*.long.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
