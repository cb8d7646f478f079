// In short: ./run-job.test.ts
import { clientOf } from 'local-bigquery/testing';
import type { JobRequest } from '../../../../../shared/google/bigquery/jobs/job-request';
import { createRunJob } from '../../../../../shared/google/bigquery/jobs/run-job';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { TransientFailure } from '../../../../../shared/pipelines/execution';
import { type BigQueryProxy, startProxy } from '../../../../functions/support/proxy';
import { runOfYaml } from '../../../pipelines/support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../../pipelines/support/tenant-dataset';

/** Cancels are lost on their way to BigQuery, like those of a job that is too near its end to be stopped. */
describe('a job that is cancelled', () => {
  let tenant: TenantDataset;
  let proxy: BigQueryProxy;
  beforeAll(async () => {
    tenant = await startTenantDataset({
      limits: { loadMs: 1_600, queryMs: 1, dmlMs: 1, ddlMs: 1, streamingMs: 1 },
    });
    tenant.putFile('numbers.csv', '1\n2\n');
    proxy = await startProxy(tenant.url);
  });
  beforeEach(() => proxy.treat(({ path }) => (isCancel(path) ? { status: 200, body: {} } : 'pass')));
  afterAll(async () => {
    await proxy?.close();
    await tenant?.close();
  });

  const isCancel = (path: string) => /\/cancel(\?|$)/.test(path);
  const cancels = () => proxy.calls.filter(({ path }) => isCancel(path)).length;
  const runJobWithin = (longestStopMs: number) => createRunJob(clientOf(proxy.url), longestStopMs);
  const tools = (longestStopMs: number) => ({ ...tenant.tools, runJob: runJobWithin(longestStopMs) });
  const patient = 30_000;
  const impatient = 1;

  const load = (jobId: string, more: Partial<JobRequest> = {}): JobRequest => ({
    jobId,
    datasetId: tenant.datasetId,
    timeoutMs: 50,
    labels: {},
    reads: 'anything',
    work: {
      kind: 'load',
      urisFrom: 'definition',
      sourceUris: ['gs://billing/numbers.csv'],
      step: { format: 'CSV', schema: [{ name: 'n', type: 'INT64' }] },
      destination: { table: jobId, write_disposition: 'WRITE_APPEND' },
    },
    ...more,
  });
  const runOf = (runId: string, maxAttempts: number) =>
    runOfYaml(
      runId,
      `
sources: [gs://billing/]
steps:
  - id: load
    type: load
    source_uris: [gs://billing/numbers.csv]
    format: CSV
    schema: [{ name: n, type: INT64 }]
    destination: { table: ${runId}, write_disposition: WRITE_APPEND }
    timeout_seconds: 1
    retry: { max_attempts: ${maxAttempts}, initial_backoff_seconds: 0, retry_on: [timed_out] }
`,
    );

  it('and completes all the same has completed', async () => {
    expect(await runJobWithin(patient)(load('late'))).toMatchObject({
      status: 'completed',
      attached: false,
      statistics: { rowsWritten: 2 },
    });
    expect(await tenant.query('SELECT n FROM late ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('and goes on is not known to be over: its id is used again', async () => {
    const running = await runJobWithin(impatient)(load('slow'));
    expect(running).toMatchObject({ status: 'unknown', failure: { kind: 'transient', code: 'unavailable' } });
    expect(await runJobWithin(patient)(load('slow'))).toMatchObject({ status: 'completed', attached: true });
  });

  it('is not known to be over if its state cannot be read', async () => {
    let isAway = false;
    proxy.treat(({ path }) => {
      isAway ||= isCancel(path);
      return isAway ? { status: 503, body: {} } : 'pass';
    });
    expect(await runJobWithin(patient)(load('away'))).toMatchObject({
      status: 'unknown',
      failure: { kind: 'transient', code: 'unavailable' },
    });
  });

  it('is waited for no longer than the delivery lasts', async () => {
    const stop = new AbortController();
    proxy.treat(({ path }) => {
      if (isCancel(path)) stop.abort(new Error('the delivery ends'));
      return isCancel(path) ? 'hang' : 'pass';
    });
    await expect(runJobWithin(patient)(load('left'), stop.signal)).rejects.toThrow('the delivery ends');
  });

  it('counts as stopped if its run is over, whether or not it has ended, unless it has completed', async () => {
    for (const [longestStopMs, status] of [
      [impatient, 'failed'],
      [patient, 'completed'],
    ] as const) {
      const cancelWhen = AbortSignal.timeout(50);
      const request = load(`over_${status}`, { timeoutMs: 60_000, cancelWhen });
      const outcome = await runJobWithin(longestStopMs)(request);
      expect(outcome.status).toBe(status);
      if (outcome.status === 'failed') expect(outcome.failure.code).toBe('stopped');
    }
  });

  it('leaves its rows once, although its step is retried after its time', async () => {
    const before = cancels();
    const run = runOf('once', 2);
    expect(await executePipeline(run, tools(patient))).toMatchObject({
      status: 'COMPLETED',
      rowsWritten: 2,
      steps: [{ attempts: 1 }],
    });
    expect(cancels()).toBe(before + 1);
    expect(await tenant.query('SELECT n FROM once ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('is left to a later delivery if it does not end, and that finds its rows', async () => {
    const run = runOf('later', 1);
    await expect(executePipeline(run, tools(impatient))).rejects.toThrow(TransientFailure);
    expect(await executePipeline(run, tools(patient))).toMatchObject({
      status: 'COMPLETED',
      steps: [{ attempts: 1 }],
    });
    expect(await tenant.query('SELECT n FROM later ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('that does stop has timed out, and its step is retried under the next id', async () => {
    proxy.treat(() => 'pass');
    const outcome = await executePipeline(runOf('stops', 2), tools(patient));
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'timed_out',
      errorMessage: "Step 'load' failed: Not finished within 1 seconds: cancelled.",
      steps: [{ attempts: 2 }],
    });
    await expect(tenant.query('SELECT n FROM stops')).rejects.toThrow('Not found: Table');
  });
});
