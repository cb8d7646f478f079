const { default: Sequencer } = require('@jest/test-sequencer');

/** The slow suites, the slowest first. In a fresh clone Jest knows no times, and one of these at the end would run alone. */
const slowest = [
  'test/e2e/specification.test.ts',
  'test/e2e/worker-killed.test.ts',
  'test/functions/run/cancel-failures.test.ts',
  'test/simulator/sockets/simulator.test.ts',
  'test/simulator/replay/replay.test.ts',
  'test/simulator/replay/cloud/models.test.ts',
  'test/deploy/failures.test.ts',
  'test/functions/outages.test.ts',
  'test/deploy/second-run.test.ts',
  'test/deploy/destroy.test.ts',
  'local/bigquery/test/store/crash.test.ts',
  'test/functions/logs.test.ts',
  'test/functions/onboard/onboard.test.ts',
  'test/e2e/start.test.ts',
  'test/local/tools/build/bundles.test.ts',
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = slowest.findIndex((suite) => path.endsWith(`/${suite}`));
      return index < 0 ? slowest.length : index;
    };
    // The sort is stable: the others keep Jest's order, by known times or by size.
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}

module.exports = LongestFirst;
