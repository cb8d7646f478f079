import { randomUUID } from 'node:crypto';
import { clientOf } from 'local-bigquery/testing';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createReadQuotaCounters } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { type Admit, type AdmitSettings, createAdmit } from '../../../shared/runs/admit';
import { systemClock } from '../../../shared/support/clock';
import { type Backends, patience, startBackends } from '../../functions/support/backends';
import { candidate, outcome, runIds, untouched } from './candidates';

describe('Admission under BigQuery’s limits', () => {
  let backends: Backends;
  beforeAll(async () => {
    backends = await startBackends({ limits: { queryMs: 20, dmlMs: 200, ddlMs: 1, streamingMs: 1 } });
  });
  afterAll(() => backends?.close());

  const newAdmit = (settings?: Partial<AdmitSettings>): Admit => {
    const client = clientOf(backends.bigquery.url);
    const deps = {
      runStatement: createRunStatement(client),
      readQuotaCounters: createReadQuotaCounters(client),
      publishRun: async () => undefined,
      newId: randomUUID,
      clock: systemClock,
      log: () => undefined,
    };
    return createAdmit(deps, { ...patience.admission, ...settings });
  };

  it('admits exactly as many runs as there is room for when four instances ask at once', async () => {
    await backends.onboard('contended', { max_pipelines_per_month: 60 });
    const instances = Array.from({ length: 4 }, () => newAdmit());
    const asked = runIds(100).map((id, index) => instances[index % 4]?.('contended', candidate(id)));
    const outcomes = (await Promise.all(asked)).map((admission) => admission && outcome(admission));
    expect(outcomes.filter((one) => one === 'admitted')).toHaveLength(60);
    expect(outcomes.filter((one) => one === 'monthly_quota_exceeded')).toHaveLength(40);
    const { slots, ...counts } = await backends.usage('contended');
    expect(counts).toEqual({ ever: 60, month: 60, running: 60 });
    const admitted = runIds(100).filter((_, index) => outcomes[index] === 'admitted');
    expect([...slots].sort()).toEqual(admitted.sort());
  });

  it('also withdraws a run that BigQuery was still deciding on when the time was up', async () => {
    await backends.onboard('slow');
    const admit = newAdmit({ budgetMs: 100 });
    await expect(admit('slow', candidate('run-1'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await backends.usage('slow')).toEqual(untouched);
  });

  it.each([
    ['has waited before', 100],
    ['has no time left', 0],
  ])('decides sooner for a caller that %s, and what it says is true', async (_, leftMs) => {
    const tenant = `waited_${leftMs}`;
    await backends.onboard(tenant);
    const rest = { withdrawalMs: 20_000, answeringMs: 1_000 };
    const asked = newAdmit(rest)(tenant, candidate('run-1'), 21_000 + leftMs);
    const detail = expect.stringMatching(/in time\. Nothing was started\.$/);
    await expect(asked).rejects.toMatchObject({ code: 'unavailable', detail });
    expect(await backends.usage(tenant)).toEqual(untouched);
  });
});
