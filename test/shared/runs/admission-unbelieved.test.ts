import { randomUUID } from 'node:crypto';
import { clientOf } from 'local-bigquery/testing';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createReadQuotaCounters } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { createAdmit } from '../../../shared/runs/admit';
import { systemClock } from '../../../shared/support/clock';
import { type Backends, startBackends } from '../../functions/support/backends';
import { startProxy } from '../../functions/support/proxy';
import { collectingLog } from '../../functions/support/serve';
import { candidate, outcome } from './candidates';

describe('An answer without a result', () => {
  let backends: Backends;
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());

  const unknownJob = { projectId: 'local', jobId: 'unknown', location: 'US' };
  it.each([
    ['without_job', { jobComplete: true }],
    ['of_unknown_job', { jobComplete: true, jobReference: unknownJob }],
    ['not_complete', { jobComplete: false, jobReference: unknownJob }],
  ])(
    'does not decide on a run: the tenant is there, and the run admitted once (%s)',
    async (tenant, body) => {
      await backends.onboard(tenant);
      const proxy = await startProxy(backends.bigquery.url);
      const client = clientOf(proxy.url);
      const admit = createAdmit({
        runStatement: createRunStatement(client),
        readQuotaCounters: createReadQuotaCounters(client),
        publishRun: async () => undefined,
        newId: randomUUID,
        clock: systemClock,
        log: collectingLog().log,
      });
      let answered = 0;
      proxy.treat(({ statement }) =>
        statement?.startsWith('admit') && answered++ < 2 ? { status: 200, body } : 'pass',
      );
      expect(outcome(await admit(tenant, candidate('run-1')))).toBe('admitted');
      expect(await backends.usage(tenant)).toMatchObject({ ever: 1, slots: ['run-1'] });
      expect(answered).toBeGreaterThan(2);
      await proxy.close();
    },
  );
});
