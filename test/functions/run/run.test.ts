import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import {
  call,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../../support/local-cloud';
import { startedByKey } from '../../support/started-by';

describe('The run function, with a worker', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.close());

  const start = (tenantId: string, apiKey: string, pipeline = 'gcp/example/dryrun', body?: unknown) =>
    call(cloud.url, 'POST', `/api/v1/pipelines/run/${tenantId}/${pipeline}`, {
      headers: withKey(apiKey),
      body,
    });
  const usage = async (tenantId: string) => {
    const counters = 'pipeline_runs_count, pipeline_runs_this_month, current_running_pipelines';
    const [row] = await query(cloud.bigquery, tenantId, `SELECT ${counters} FROM tenants`);
    return Object.values(row ?? {});
  };
  const ledger = (tenantId: string) =>
    query(cloud.bigquery, tenantId, 'SELECT * FROM pipeline_runs ORDER BY admitted_at');
  /** Runs that hold a slot and whose message has not come: after admission and before the worker. */
  const holdSlots = (tenantId: string, runIds: readonly string[], leaseSeconds = 3600) =>
    createRunStatement(cloud.bigquery)(tenantId, admitRuns, {
      tenant_id: tenantId,
      now: new Date(),
      unlimited: 1_000_000,
      statement_id: 'statement-of-the-test',
      most_waiting: 1_000_000,
      candidates: runIds.map((run_id) => ({
        run_id,
        pipeline: 'gcp/example/dryrun',
        parameters: '{}',
        trigger: 'api',
        request_hash: '',
        ...startedByKey,
        key_id: 'key-of-the-test',
        lease_seconds: leaseSeconds,
      })),
    });

  it('answers 202 with the URL of the run, which then ends COMPLETED', async () => {
    const apiKey = await onboard(cloud.url, 'acme');
    const { status, headers, body } = await start('acme', apiKey);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      run_id: expect.stringMatching(/^[\w-]{8,}$/),
      tenant_id: 'acme',
      pipeline: 'gcp/example/dryrun',
      status: 'ADMITTED',
    });
    expect(headers.get('location')).toBe(`/api/v1/pipelines/runs/${body.run_id}`);
    const run = await endOfRun(cloud.url, apiKey, body.run_id);
    expect(run).toMatchObject({
      run_id: body.run_id,
      tenant_id: 'acme',
      pipeline: 'gcp/example/dryrun',
      status: 'COMPLETED',
      trigger: 'api',
      parameters: {},
      error_code: null,
      error_message: null,
      admitted_at: expect.stringMatching(/Z$/),
      started_at: expect.stringMatching(/Z$/),
      ended_at: expect.stringMatching(/Z$/),
    });
    const [key] = await query(cloud.bigquery, 'acme', 'SELECT key_id FROM api_keys');
    const startedBy = {
      actor_kind: 'key',
      actor: key?.key_id,
      address: expect.stringMatching(/[.:]/),
      request_id: headers.get('x-request-id'),
    };
    expect(run).toMatchObject({ started_by: { ...startedBy, name: 'onboarding' } });
    await whenQuiet(cloud.bigquery, 'acme');
    expect(await usage('acme')).toEqual([1, 1, 0]);
    expect(await ledger('acme')).toMatchObject([
      { run_id: body.run_id, tenant_id: 'acme', status: 'COMPLETED', ...startedBy },
    ]);
    const steps = 'SELECT step_id, status FROM step_logs';
    expect(await query(cloud.bigquery, 'acme', steps)).toEqual([
      { step_id: 'read_metadata', status: 'COMPLETED' },
    ]);
  });

  it('shows a run in flight to its tenant only', async () => {
    const apiKey = await onboard(cloud.url, 'in_flight');
    await holdSlots('in_flight', ['waiting-1']);
    const path = '/api/v1/pipelines/runs/waiting-1';
    const shown = await call(cloud.url, 'GET', path, { headers: withKey(apiKey) });
    expect(shown).toMatchObject({
      status: 200,
      body: { run_id: 'waiting-1', status: 'ADMITTED', ended_at: null },
    });
    const otherKey = await onboard(cloud.url, 'curious');
    const hidden = await call(cloud.url, 'GET', path, { headers: withKey(otherKey) });
    expect(hidden).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
  });

  it('lists the pipelines with their parameters', async () => {
    const apiKey = await onboard(cloud.url, 'catalogue');
    const { status, body } = await call(cloud.url, 'GET', '/api/v1/pipelines', { headers: withKey(apiKey) });
    expect(status).toBe(200);
    expect(body.pipelines).toContainEqual(
      expect.objectContaining({
        pipeline: 'focus/billing/daily_costs',
        description: expect.stringContaining('FOCUS'),
        parameters: { source_uri: expect.objectContaining({ type: 'STRING', required: true }) },
      }),
    );
  });

  it('names each wrong parameter, and admits nothing', async () => {
    const apiKey = await onboard(cloud.url, 'parameters');
    const refused = await start('parameters', apiKey, 'focus/billing/daily_costs', {
      source: 1,
      source_uri: 2,
    });
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_request',
        errors: [
          { field: 'source', message: expect.stringContaining("Unknown parameter 'source'") },
          { field: 'source_uri', message: expect.stringContaining("'source_uri'") },
        ],
      },
    });
    const unknown = await start('parameters', apiKey, 'focus/billing/nothing', {});
    expect(unknown).toMatchObject({
      status: 404,
      body: { code: 'pipeline_not_found', detail: expect.stringContaining('focus/billing/nothing') },
    });
    expect(await usage('parameters')).toEqual([0, 0, 0]);
  });

  it('refuses past the monthly quota with its message and numbers: 429', async () => {
    const apiKey = await onboard(cloud.url, 'monthly', { max_pipelines_per_month: 2 });
    for (let run = 0; run < 2; run++) {
      expect((await start('monthly', apiKey)).status).toBe(202);
      await whenQuiet(cloud.bigquery, 'monthly');
    }
    const refused = await start('monthly', apiKey);
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'monthly_quota_exceeded',
        detail: 'Monthly pipeline quota exceeded. Used 2/2. Upgrade subscription or wait for monthly reset.',
        used: 2,
        quota: 2,
      },
    });
    const now = new Date();
    const secondsLeft = (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) - now.getTime()) / 1000;
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(Math.abs(retryAfter - secondsLeft)).toBeLessThan(60);
    expect(await usage('monthly')).toEqual([2, 2, 0]);
  });

  it('refuses once BigQuery has billed the byte budget, from the settling of the run that did it: 429', async () => {
    const apiKey = await onboard(cloud.url, 'bytes', { max_bytes_billed_per_month: 1 });
    const first = await start('bytes', apiKey);
    expect(first.status).toBe(202);
    expect(first.headers.get('ratelimit')).toContain('"bytes";r=1;');
    await whenQuiet(cloud.bigquery, 'bytes');
    // A query is billed as 10 MiB at least.
    const refused = await start('bytes', apiKey);
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'byte_quota_exceeded', used: 10_485_760, quota: 1 },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await usage('bytes')).toEqual([1, 1, 0]);
    const path = '/api/v1/tenants/bytes/quotas';
    await call(cloud.url, 'PATCH', path, { body: { max_bytes_billed_per_month: null } });
    expect((await start('bytes', apiKey)).status).toBe(202);
  });

  it('refuses past the concurrent quota with its message, until a slot is free: 429', async () => {
    const apiKey = await onboard(cloud.url, 'concurrent', { max_concurrent_pipelines: 3 });
    await holdSlots('concurrent', ['held-1', 'held-2', 'held-3']);
    const refused = await start('concurrent', apiKey);
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'concurrent_limit_reached',
        detail:
          'Concurrent pipeline limit reached. 3/3 pipelines running. Wait for current pipelines to complete or upgrade subscription.',
      },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await usage('concurrent')).toEqual([3, 3, 3]);
    await wakeWorker('concurrent', 'held-2');
    expect((await start('concurrent', apiKey)).status).toBe(202);
  });

  it('does not let an expired lease stand in the way', async () => {
    const apiKey = await onboard(cloud.url, 'expired', { max_concurrent_pipelines: 1 });
    await holdSlots('expired', ['lost-1'], -1);
    const { status, body } = await start('expired', apiKey);
    expect(status).toBe(202);
    expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ status: 'COMPLETED' });
    // The lost run is still there: it never vanishes.
    const { body: lost } = await call(cloud.url, 'GET', '/api/v1/pipelines/runs/lost-1', {
      headers: withKey(apiKey),
    });
    expect(lost.status).toBe('ADMITTED');
  });

  it('counts from 0 in a new month', async () => {
    const apiKey = await onboard(cloud.url, 'new_month', { max_pipelines_per_month: 1 });
    const lastMonth = `UPDATE tenants SET quota_reset_date = DATE_SUB(CURRENT_DATE(), INTERVAL 40 DAY),
      pipeline_runs_this_month = 1, pipeline_runs_count = 1 WHERE TRUE`;
    await query(cloud.bigquery, 'new_month', lastMonth);
    expect((await start('new_month', apiKey)).status).toBe(202);
    expect((await start('new_month', apiKey)).body).toMatchObject({
      code: 'monthly_quota_exceeded',
      used: 1,
    });
    expect((await usage('new_month')).slice(0, 2)).toEqual([2, 1]);
  });

  it('admits of many simultaneous requests exactly as many as the month has left', async () => {
    const apiKey = await onboard(cloud.url, 'burst', {
      max_pipelines_per_month: 7,
      max_concurrent_pipelines: null,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => start('burst', apiKey)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(7).fill(202), ...Array(13).fill(429)]);
    await whenQuiet(cloud.bigquery, 'burst');
    expect(await usage('burst')).toEqual([7, 7, 0]);
    const admitted = answers.flatMap(({ status, body }) => (status === 202 ? [body.run_id] : []));
    expect((await ledger('burst')).map(({ run_id }) => run_id).sort()).toEqual(admitted.sort());
  });

  it('takes SQL and paths in a parameter as text: the run fails, and nothing else happens', async () => {
    const apiKey = await onboard(cloud.url, 'injected');
    const sources = [
      "gs://billing/x'; DROP TABLE tenants; --",
      'gs://billing/../../../../../../../../etc/passwd',
      'gs://../bigquery/x',
      'gs://billing/%2e%2e/%2e%2e/x',
    ];
    for (const source_uri of sources) {
      const { status, body } = await start('injected', apiKey, 'focus/billing/daily_costs', { source_uri });
      expect({ source_uri, status }).toEqual({ source_uri, status: 202 });
      expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({
        status: 'FAILED',
        failed_step: 'load_costs',
        error_message: expect.stringMatching(/.{10}/),
        parameters: { source_uri },
      });
    }
    await whenQuiet(cloud.bigquery, 'injected');
    expect(await usage('injected')).toEqual([4, 4, 0]);
  });

  it('believes a caller that says it is the scheduler, and applies the same quota', async () => {
    const apiKey = await onboard(cloud.url, 'scheduled', { max_pipelines_per_month: 1 });
    const path = '/api/v1/pipelines/run/scheduled/gcp/example/dryrun';
    const headers = { ...withKey(apiKey), 'X-CloudScheduler': 'true' };
    const { status, body } = await call(cloud.url, 'POST', path, { headers });
    expect(status).toBe(202);
    expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ trigger: 'scheduler' });
    expect((await call(cloud.url, 'POST', path, { headers })).status).toBe(429);
  });

  async function wakeWorker(tenant_id: string, run_id: string): Promise<void> {
    const message = { tenant_id, run_id, pipeline: 'gcp/example/dryrun' };
    const data = Buffer.from(JSON.stringify(message)).toString('base64');
    const worker = `http://127.0.0.1:${cloud.functions.worker.port}`;
    const body = { message: { data, messageId: '1' }, subscription: 'projects/local/subscriptions/s' };
    expect((await call(worker, 'POST', '/', { body })).status).toBe(204);
  }
});
