const { appendFileSync } = require('node:fs');

/**
 * Jest reporter: ends a run with `N passed, N failed` alone on a line, for those who read the outcome by machine.
 * Where TEST_COUNTS names a file, it adds a line `passed failed skipped` to it instead: see run-all.sh.
 */
class CountReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    const { TEST_COUNTS } = process.env;
    if (TEST_COUNTS !== undefined) {
      appendFileSync(TEST_COUNTS, `${numPassedTests} ${failed} ${numPendingTests}\n`);
      return;
    }
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    // Jest's own summary comes after this call.
    process.once('exit', () =>
      process.stdout.write(`\n${numPassedTests} passed, ${failed} failed${skipped}\n`),
    );
  }
}

module.exports = CountReporter;
