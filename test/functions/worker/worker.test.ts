import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { executionIdOf, toJobId } from '../../../shared/pipelines/job-ids';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { call, onboard, query, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { rawRequest } from '../../support/raw-request';
import { startedByKey } from '../../support/started-by';
import { beginRun } from '../reconcile/lapsed-suite';
import { lifeOf } from '../support/backends';
import { malformedBodies, wrongBodies } from '../support/endpoints';
import { expectProblem } from '../support/refusals';

const pipeline = 'gcp/example/dryrun';

describe('The worker, by the pushes of a subscription', () => {
  let cloud: TestCloud;
  let written: string[];
  beforeAll(async () => {
    cloud = await startTestCloud({ LOG_SEVERITY: 'INFO' });
  });
  afterAll(() => cloud?.close());
  beforeEach(() => {
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const port = () => cloud.functions.worker.port;
  const envelope = (message: Record<string, unknown>) => ({
    message: { messageId: '17', message_id: '17', publishTime: '2026-11-23T00:00:00Z', ...message },
    subscription: 'projects/local/subscriptions/pipeline-runs-worker',
    deliveryAttempt: 1,
  });
  const push = (body: unknown) => call(`http://127.0.0.1:${port()}`, 'POST', '/', { body });
  const pushText = (text: string, deliveryAttempt = 1) =>
    push({ ...envelope({ data: Buffer.from(text).toString('base64') }), deliveryAttempt });
  const pushRun = (tenant_id: string, run_id: string, deliveryAttempt = 1) =>
    pushText(JSON.stringify({ tenant_id, run_id, pipeline }), deliveryAttempt);

  /** An admitted run whose message the test sends itself. */
  const admit = (tenant_id: string, run_id: string, change: Record<string, unknown> = {}) =>
    createRunStatement(cloud.bigquery)(tenant_id, admitRuns, {
      tenant_id,
      now: new Date(),
      unlimited: 1_000_000,
      statement_id: 'statement-of-the-test',
      most_waiting: 1_000_000,
      candidates: [
        {
          run_id,
          pipeline,
          parameters: '{}',
          trigger: 'api',
          request_hash: '',
          ...startedByKey,
          key_id: 'key-of-the-test',
          lease_seconds: 3600,
          ...change,
        },
      ],
    });
  const ledger = (tenantId: string) =>
    query(cloud.bigquery, tenantId, 'SELECT run_id, status, error_code, error_message FROM pipeline_runs');
  const slots = async (tenantId: string) =>
    query(cloud.bigquery, tenantId, 'SELECT run_id FROM tenants, UNNEST(active_runs)');
  const logged = () => written.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

  it('executes a run once, however often its message comes', async () => {
    await onboard(cloud.url, 'repeated');
    await admit('repeated', 'run-1');
    expect((await pushRun('repeated', 'run-1')).status).toBe(204);
    expect(await ledger('repeated')).toMatchObject([{ run_id: 'run-1', status: 'COMPLETED' }]);
    expect(await slots('repeated')).toEqual([]);
    for (let repeat = 0; repeat < 3; repeat++) expect((await pushRun('repeated', 'run-1')).status).toBe(204);
    expect(await ledger('repeated')).toHaveLength(1);
    const steps = await query(cloud.bigquery, 'repeated', 'SELECT * FROM step_logs');
    expect(steps).toHaveLength(1);
    const counts = 'SELECT pipeline_runs_count AS n, current_running_pipelines AS m FROM tenants';
    expect(await query(cloud.bigquery, 'repeated', counts)).toEqual([{ n: 1, m: 0 }]);
  });

  it('executes a run once in effect if messages come at the same time', async () => {
    await onboard(cloud.url, 'together');
    await admit('together', 'run-1');
    const answers = await Promise.all(Array.from({ length: 5 }, () => pushRun('together', 'run-1')));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    const distinct = 'SELECT DISTINCT run_id, status FROM pipeline_runs';
    expect(await query(cloud.bigquery, 'together', distinct)).toEqual([
      { run_id: 'run-1', status: 'COMPLETED' },
    ]);
    expect(await slots('together')).toEqual([]);
    const [jobs] = await cloud.bigquery.getJobs();
    expect(
      jobs.filter(({ id }) => id?.includes('run-1') && id.includes('read_metadata')).length,
    ).toBeGreaterThan(0);
  });

  it('does nothing for a run that an earlier version recorded before it freed the slot', async () => {
    await onboard(cloud.url, 'finished');
    await admit('finished', 'run-1');
    await cloud.bigquery.dataset('finished').table('pipeline_runs').insert({
      run_id: 'run-1',
      tenant_id: 'finished',
      pipeline,
      status: 'FAILED',
      admitted_at: new Date().toISOString(),
      ended_at: new Date().toISOString(),
      recorded_at: new Date().toISOString(),
    });
    expect((await pushRun('finished', 'run-1')).status).toBe(204);
    expect(await ledger('finished')).toMatchObject([{ run_id: 'run-1', status: 'FAILED' }]);
    // Reconcile frees it, with the outcome that is recorded.
    expect(await slots('finished')).toEqual([{ run_id: 'run-1' }]);
    expect(await query(cloud.bigquery, 'finished', 'SELECT * FROM step_logs')).toEqual([]);
  });

  it('acknowledges and logs a message for a run that is not in flight', async () => {
    await onboard(cloud.url, 'unknown_run');
    expect((await pushRun('unknown_run', 'never-admitted')).status).toBe(204);
    expect(logged()).toContainEqual(
      expect.objectContaining({
        severity: 'WARNING',
        'logging.googleapis.com/labels': { tenant: 'unknown_run', run: 'never-admitted', pipeline },
      }),
    );
    expect(await ledger('unknown_run')).toEqual([]);
  });

  it('acknowledges a message for a tenant that was deleted or never existed', async () => {
    await onboard(cloud.url, 'deleted');
    await admit('deleted', 'run-1');
    await cloud.bigquery.dataset('deleted').delete({ force: true });
    expect((await pushRun('deleted', 'run-1')).status).toBe(204);
    expect((await pushRun('never_was', 'run-1')).status).toBe(204);
    expect(logged().filter(({ severity }) => severity === 'WARNING')).toHaveLength(2);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['no run', '{"tenant_id":"acme","pipeline":"a/b/c"}'],
    ['SQL for a tenant', '{"tenant_id":"x; DROP TABLE y","run_id":"1","pipeline":"a/b/c"}'],
    ['a number for a run', '{"tenant_id":"acme","run_id":1,"pipeline":"a/b/c"}'],
    [
      'a run id that is too long',
      JSON.stringify({ tenant_id: 'acme', run_id: 'x'.repeat(129), pipeline: 'a/b/c' }),
    ],
  ])('acknowledges data that names no run, and logs an error: %s', async (_what, text) => {
    expect((await pushText(text)).status).toBe(204);
    expect(logged()).toContainEqual(expect.objectContaining({ severity: 'ERROR', message_id: '17' }));
  });

  it('acknowledges and logs a message without data', async () => {
    expect((await push(envelope({ attributes: { a: 'b' } }))).status).toBe(204);
    expect(logged()).toContainEqual(expect.objectContaining({ severity: 'ERROR', attributes: { a: 'b' } }));
  });

  it.each([
    ['an empty object', {}],
    ['no message', { subscription: 's' }],
    ['no subscription', { message: { data: '', messageId: '1' } }],
    ['data that is not base64', envelope({ data: '***' })],
    ['data as an object', envelope({ data: {} })],
    ['attributes that are not texts', envelope({ attributes: { a: 1 } })],
  ])('refuses what is not a push: %s', async (_what, body) => {
    const path = '/';
    const answer = await rawRequest(port(), { method: 'POST', path, body: JSON.stringify(body) });
    expectProblem(answer, path, { status: 400, code: 'invalid_request' });
  });

  it('refuses bodies that are not JSON or too large, other methods and other paths', async () => {
    const post = (body: string | Buffer, isChunked = false) =>
      rawRequest(port(), { method: 'POST', path: '/', body, isChunked });
    for (const [, body] of malformedBodies) expectProblem(await post(body), '/', { status: 400 });
    for (const body of wrongBodies) expectProblem(await post(body), '/', { status: 400 });
    const large = Buffer.alloc(1_000_001, ' ');
    for (const isChunked of [true, false]) expectProblem(await post(large, isChunked), '/', { status: 413 });
    const got = await rawRequest(port(), { method: 'GET', path: '/' });
    expectProblem(got, '/', { status: 405 });
    expect(got.headers.allow).toBe('POST, OPTIONS');
    expectProblem(await rawRequest(port(), { method: 'POST', path: '/x' }), '/x', { status: 404 });
  });

  it('ends a run whose pipeline is gone as FAILED, and leaves one whose lease is over, or nearly so, to reconcile', async () => {
    await onboard(cloud.url, 'lost');
    await admit('lost', 'late', { lease_seconds: -1 });
    await admit('lost', 'too-late', { lease_seconds: 50 });
    await admit('lost', 'gone', { pipeline: 'gcp/example/removed' });
    await admit('lost', 'changed', { pipeline: 'focus/billing/daily_costs', parameters: '{"source_uri":1}' });
    for (const runId of ['late', 'too-late', 'gone', 'changed'])
      expect((await pushRun('lost', runId)).status).toBe(204);
    const rows = await ledger('lost');
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ run_id: 'gone', status: 'FAILED', error_code: 'pipeline_not_found' }),
        expect.objectContaining({ run_id: 'changed', status: 'FAILED', error_code: 'invalid_parameters' }),
      ]),
    );
    expect(await slots('lost')).toEqual([{ run_id: 'late' }, { run_id: 'too-late' }]);
    expect(await query(cloud.bigquery, 'lost', 'SELECT step_id FROM step_logs')).toEqual([]);
  });

  it('begins nothing with minutes of its lease left, however often its message came, and goes on with what has begun', async () => {
    await onboard(cloud.url, 'minutes');
    const costs = { pipeline: 'focus/billing/daily_costs', parameters: '{"source_uri":1}' };
    const runIds = ['never-began', 'has-job', 'has-record'];
    for (const runId of runIds) await admit('minutes', runId, { ...costs, lease_seconds: 300 });
    await beginRun({ client: cloud.bigquery }, 'minutes', 'has-record');
    const onboardingId = await lifeOf(cloud.bigquery, 'minutes');
    const jobId = toJobId(executionIdOf({ runId: 'has-job', onboardingId }), 'load_costs', 1);
    await cloud.bigquery.createQueryJob({ query: 'SELECT 1', jobId });
    for (const attempt of [1, 2])
      for (const runId of runIds) expect((await pushRun('minutes', runId, attempt)).status).toBe(204);
    expect(await slots('minutes')).toEqual([{ run_id: 'never-began' }]);
    expect((await ledger('minutes')).map(({ run_id, error_code }) => [run_id, error_code]).sort()).toEqual([
      ['has-job', 'invalid_parameters'],
      ['has-record', 'invalid_parameters'],
    ]);
  });

  it('executes a run that was admitted with a parameter that its pipeline no longer has', async () => {
    await onboard(cloud.url, 'deployed_meanwhile');
    await admit('deployed_meanwhile', 'run-1', { parameters: '{"removed":1}' });
    expect((await pushRun('deployed_meanwhile', 'run-1')).status).toBe(204);
    expect(await ledger('deployed_meanwhile')).toMatchObject([{ run_id: 'run-1', status: 'COMPLETED' }]);
  });
});
