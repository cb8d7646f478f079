import { randomUUID } from 'node:crypto';
import { clientOf } from 'local-bigquery/testing';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createReadQuotaCounters } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { type Admit, type AdmitSettings, createAdmit } from '../../../shared/runs/admit';
import type { Candidate } from '../../../shared/runs/rules/admission-rules';
import { type Clock, systemClock } from '../../../shared/support/clock';
import { type Backends, patience, startBackends } from '../../functions/support/backends';
import { type BigQueryProxy, startProxy, type Treatment } from '../../functions/support/proxy';
import { collectingLog } from '../../functions/support/serve';
import { createJumpingClock, hours } from '../../support/jumping-clock';
import { query } from '../../support/local-cloud';
import { candidate, outcome, runIds, untouched } from './candidates';

describe('Admission', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());
  beforeEach(async () => {
    proxy = await startProxy(backends.bigquery.url);
  });
  afterEach(() => proxy.close());

  /** The admission of one instance, through the proxy. */
  const newAdmit = (settings?: Partial<AdmitSettings>, clock: Clock = systemClock): Admit => {
    const client = clientOf(proxy.url);
    const deps = {
      runStatement: createRunStatement(client),
      readQuotaCounters: createReadQuotaCounters(client),
      publishRun: async () => undefined,
      newId: randomUUID,
      clock,
      log: collectingLog().log,
    };
    return createAdmit(deps, { ...patience.admission, ...settings });
  };
  const admitAll = async (admit: Admit, tenantId: string, candidates: readonly Candidate[]) =>
    (await Promise.all(candidates.map((one) => admit(tenantId, one)))).map(outcome);
  /** Treats the first calls of admission like this, and lets everything else pass. */
  const treatFirst = (count: number, treatment: Treatment) => {
    let left = count;
    proxy.treat(({ statement }) => (statement?.startsWith('admit') && left-- > 0 ? treatment : 'pass'));
  };

  it('sends one request to BigQuery for a single run', async () => {
    await backends.onboard('alone');
    const { verdict, quotas } = await newAdmit()('alone', candidate('run-1'));
    expect(verdict).toEqual({ kind: 'admitted' });
    expect(quotas).toMatchObject({ used_this_month: 1, running: 1 });
    // The other two are free, and say what is left for the answer's headers.
    expect(proxy.calls.filter(({ method }) => method === 'POST')).toMatchObject([
      { statement: 'admit-runs' },
    ]);
    expect(await backends.usage('alone')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
  });

  it('sends two for 100 runs at once: one for the first, one for all that came meanwhile', async () => {
    await backends.onboard('burst');
    const outcomes = await admitAll(
      newAdmit(),
      'burst',
      runIds(100).map((id) => candidate(id)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['admitted']));
    expect(proxy.calls.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(await backends.usage('burst')).toEqual({
      ever: 100,
      month: 100,
      running: 100,
      slots: runIds(100),
    });
  });

  it('counts into the month that has begun, by a clock that is set back over its border', async () => {
    await backends.onboard('border', { max_pipelines_per_month: 3 });
    const clock = createJumpingClock('2999-01-01T00:01:00Z');
    const admit = newAdmit({}, clock);
    expect(outcome(await admit('border', candidate('run-1')))).toBe('admitted');
    clock.jump(hours(-2));
    for (const id of ['run-2', 'run-3'])
      expect(outcome(await admit('border', candidate(id)))).toBe('admitted');
    const { verdict, quotas } = await admit('border', candidate('run-4'));
    expect(verdict).toMatchObject({
      error: { code: 'monthly_quota_exceeded', members: { used: 3, resets_at: '2999-02-01T00:00:00.000Z' } },
    });
    expect(quotas).toMatchObject({ used_this_month: 3, quota_reset_date: '2999-01-01' });
    const admitted = `SELECT FORMAT_TIMESTAMP('%F %T', slot.admitted_at) AS admitted FROM tenants, UNNEST(active_runs) AS slot`;
    expect(await query(backends.client, 'border', admitted)).toEqual([
      { admitted: '2999-01-01 00:01:00' },
      { admitted: '2999-01-01 00:00:00' },
      { admitted: '2999-01-01 00:00:00' },
    ]);
  });

  it('admits the runs that came first', async () => {
    await backends.onboard('in_order', { max_concurrent_pipelines: 4 });
    const outcomes = await admitAll(
      newAdmit(),
      'in_order',
      runIds(6).map((id) => candidate(id)),
    );
    const refused = 'concurrent_limit_reached';
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'admitted', refused, refused]);
  });

  it('admits the runs that came first, even if one of them is repeated behind the others', async () => {
    await backends.onboard('repeats', { max_pipelines_per_month: 2 });
    const keyed = candidate('keyed', { request_hash: 'hash' });
    const outcomes = await admitAll(newAdmit(), 'repeats', [
      candidate('first'),
      keyed,
      candidate('other'),
      keyed,
    ]);
    expect(outcomes).toEqual(['admitted', 'admitted', 'monthly_quota_exceeded', 'admitted']);
    expect(await backends.usage('repeats')).toMatchObject({ ever: 2, slots: ['first', 'keyed'] });
  });

  it('keeps tenants apart', async () => {
    await backends.onboard('full', { max_pipelines_per_month: 0 });
    await backends.onboard('roomy');
    const admit = newAdmit();
    const asked = [
      admit('full', candidate('run-1')),
      admit('roomy', candidate('run-1')),
      admit('nobody', candidate('run-1')),
    ];
    const outcomes = (await Promise.all(asked)).map(outcome);
    expect(outcomes).toEqual(['monthly_quota_exceeded', 'admitted', 'tenant_not_found']);
  });

  const bigqueryError = (status: number, reason: string, message: string): Treatment => ({
    status,
    body: { error: { code: status, message, errors: [{ reason, message }] } },
  });
  const table = 'table local:acme.tenants';
  it.each<[string, Treatment]>([
    [
      'a conflict',
      bigqueryError(400, 'invalidQuery', `Could not serialize access to ${table} due to concurrent update`),
    ],
    [
      'a full queue',
      bigqueryError(
        400,
        'resourcesExceeded',
        `Resources exceeded during query execution: Too many DML statements outstanding against ${table}, limit is 20.`,
      ),
    ],
    [
      'a rate limit',
      bigqueryError(403, 'rateLimitExceeded', 'Exceeded rate limits: too many table dml update operations'),
    ],
    ['an error of the service', bigqueryError(503, 'backendError', 'Retrying may solve the problem.')],
    ['a broken connection', 'break'],
  ])('tries again after %s, and counts the run once', async (what, treatment) => {
    const tenantId = `after_${what.replaceAll(' ', '_')}`;
    await backends.onboard(tenantId);
    treatFirst(2, treatment);
    expect(outcome(await newAdmit()(tenantId, candidate('run-1')))).toBe('admitted');
    expect(proxy.countOf('admit-runs')).toBe(3);
    expect(await backends.usage(tenantId)).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
  });

  it.each<[string, Treatment]>([
    ['that access is denied', bigqueryError(403, 'accessDenied', 'Access Denied')],
    ['that the query is wrong', bigqueryError(400, 'invalidQuery', 'Unrecognized name: active_runs')],
    ['that a quota is used up', bigqueryError(403, 'quotaExceeded', 'Your project exceeded quota')],
  ])('does not try again when BigQuery says %s', async (_what, treatment) => {
    await backends.onboard('refused').catch(() => undefined);
    treatFirst(1, treatment);
    await expect(newAdmit()('refused', candidate('run-1'))).rejects.toThrow();
    expect(proxy.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await backends.usage('refused')).toEqual(untouched);
  });

  const unknownJob = { projectId: 'local', jobId: 'unknown', location: 'US' };
  it.each([
    ['without_job', { jobComplete: true }],
    ['of_unknown_job', { jobComplete: true, jobReference: unknownJob }],
    ['not_complete', { jobComplete: false, jobReference: unknownJob }],
  ])(
    'an answer without a result does not decide on a run: the tenant is there, and the run admitted once (%s)',
    async (tenant, body) => {
      await backends.onboard(tenant);
      treatFirst(2, { status: 200, body });
      expect(outcome(await newAdmit()(tenant, candidate('run-1')))).toBe('admitted');
      expect(await backends.usage(tenant)).toMatchObject({ ever: 1, slots: ['run-1'] });
      expect(proxy.calls.filter(({ statement }) => statement?.startsWith('admit')).length).toBeGreaterThan(2);
    },
  );
});
