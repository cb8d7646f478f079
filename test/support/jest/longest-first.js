const { default: Sequencer } = require('@jest/test-sequencer');

/** The slow suites, the slowest first. In a fresh clone Jest knows no times, and one of these at the end would run alone. */
const slowest = [
  'test/e2e/killed/killed-cloud.long.test.ts',
  'test/e2e/fuzz/fuzz.long.test.ts',
  'test/simulator/sockets/simulator.long.test.ts',
  'local/bigquery/test/rest/bq.long.test.ts',
  'test/simulator/replay/put-back.long.test.ts',
  'test/e2e/start.long.test.ts',
  'test/simulator/replay/cloud/models.long.test.ts',
  'test/local/cloud/full-disk.long.test.ts',
  'test/deploy/failures.long.test.ts',
  'test/deploy/second-run.long.test.ts',
  'test/properties/admission.long.test.ts',
  'test/e2e/clouds/smoke.long.test.ts',
  'test/e2e/killed/worker-killed.long.test.ts',
  'test/properties/openapi/openapi.long.test.ts',
  'test/e2e/specification.long.test.ts',
  'test/local/tools/build/deployed.long.test.ts',
  'test/local/tools/check/main.long.test.ts',
  'test/e2e/clock-jumps.long.test.ts',
  'test/deploy/destroy.long.test.ts',
  'test/e2e/demo.long.test.ts',
  'local/bigquery/test/sql/pruning/pruning.long.test.ts',
  'test/e2e/killed/killed-cloud.test.ts',
  'test/functions/tenants/tenants.test.ts',
  'test/e2e/specification.test.ts',
  'test/console/console.test.ts',
  'test/functions/tenants/api-keys.test.ts',
  'test/functions/onboard/onboard.test.ts',
  'test/functions/tenants/usage.test.ts',
  'test/client/client.test.ts',
  'test/simulator/replay/replay.test.ts',
  'test/functions/run/run.test.ts',
  'test/simulator/replay/cloud/models.test.ts',
  'test/functions/run/idempotency.test.ts',
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
