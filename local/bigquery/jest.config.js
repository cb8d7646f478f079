/** The tests of this package alone: `npm test -w` of it needs nothing of the rest. @type {import('jest').Config} */
module.exports = { ...require('../../jest.config.js'), rootDir: __dirname, roots: ['<rootDir>/test'] };
