import { gunzipSync } from 'node:zlib';
import { clientOf } from 'local-bigquery/testing';
import type { JobRequest } from '../../../../../shared/google/bigquery/jobs/job-request';
import { createRunJob, type RunJob } from '../../../../../shared/google/bigquery/jobs/run-job';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { type ExecutionTools, TransientFailure } from '../../../../../shared/pipelines/execution';
import { startProxy } from '../../../../functions/support/proxy';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

const step = (fields: string): string => `
parameters:
  day: { type: DATE, description: A day, default: "2026-01-31" }
steps:
  - id: out
    type: export
    retry: { max_attempts: 2, initial_backoff_seconds: 0 }
${fields.replace(/^(?=.)/gm, '    ')}`;

const wholeTable = step(`table: costs
destination_uri: gs://exports/{tenant_id}/{day}/costs.csv
format: CSV`);

const ofQuery = step(`sql: SELECT name, cost FROM costs WHERE day <= @day ORDER BY cost
destination_uri: gs://exports/{tenant_id}/{run_id}.ndjson.gz
format: NEWLINE_DELIMITED_JSON
compression: GZIP`);

describe('an export step', () => {
  let tenant: TenantDataset;
  const started: JobRequest[] = [];
  const toolsWith = (runJob: RunJob): ExecutionTools => ({ ...tenant.tools, runJob });
  /** Notes which jobs were started anew. */
  const noting: RunJob = async (request, signal) => {
    const outcome = await tenant.tools.runJob(request, signal);
    if (outcome.status !== 'unknown' && !outcome.attached) started.push(request);
    return outcome;
  };
  const startedIds = () => started.map(({ jobId }) => jobId);

  beforeAll(async () => {
    tenant = await startTenantDataset();
    await tenant.query(`CREATE TABLE costs AS
      SELECT 'a' AS name, 2 AS cost, DATE '2026-01-30' AS day
      UNION ALL SELECT 'b, c', 1, DATE '2026-01-31'
      UNION ALL SELECT 'later', 9, DATE '2026-02-01'`);
  });
  afterAll(() => tenant?.close());
  beforeEach(() => {
    started.length = 0;
  });

  it('writes a table, and writes it again for another run', async () => {
    for (const runId of ['run1', 'run2']) {
      expect(await executePipeline(runOfYaml(runId, wholeTable), toolsWith(noting))).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 3,
        bytesBilled: 0,
        steps: [{ type: 'export', attempts: 1 }],
      });
    }
    expect(String(tenant.readFile('exports/tenant_1/2026-01-31/costs.csv'))).toBe(
      'name,cost,day\na,2,2026-01-30\n"b, c",1,2026-01-31\nlater,9,2026-02-01\n',
    );
    expect(startedIds()).toEqual(['tp_run1_out_1', 'tp_run2_out_1']);
    expect(started[0]?.labels).toMatchObject({ tenant: 'tenant_1', run: 'run1', step: 'out' });
    expect(
      await tenant.query(
        "SELECT step_type, job_id, rows_written, bytes_processed > 0 AS read FROM step_logs WHERE run_id = 'run1'",
      ),
    ).toEqual([{ step_type: 'export', job_id: 'tp_run1_out_1', rows_written: 3, read: true }]);
  });

  it('writes what a query yields, with its parameters, and runs nothing twice', async () => {
    const run = runOfYaml('run3', ofQuery);
    for (const _ of [1, 2]) {
      expect(await executePipeline(run, toolsWith(noting))).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
        bytesBilled: 10 * 1024 * 1024,
      });
    }
    expect(String(gunzipSync(tenant.readFile('exports/tenant_1/run3.ndjson.gz')))).toBe(
      '{"name":"b, c","cost":"1"}\n{"name":"a","cost":"2"}\n',
    );
    expect(startedIds()).toEqual(['tp_run3_out_1', 'tp_run3_out_1_extract']);
  });

  it('runs its query again if the result is gone by the time of the extract', async () => {
    const forgetful: RunJob = async (request, signal) => {
      const outcome = await noting(request, signal);
      const isFirst = request.jobId === 'tp_run4_out_1';
      if (!isFirst || outcome.status !== 'completed' || !outcome.resultTable) return outcome;
      return { ...outcome, resultTable: { ...outcome.resultTable, tableId: 'anonforgotten' } };
    };
    expect(await executePipeline(runOfYaml('run4', ofQuery), toolsWith(forgetful))).toMatchObject({
      status: 'COMPLETED',
      steps: [{ attempts: 2 }],
    });
    expect(startedIds()).toEqual([
      'tp_run4_out_1',
      'tp_run4_out_1_extract',
      'tp_run4_out_2',
      'tp_run4_out_2_extract',
    ]);
  });

  it('runs its query again if the result is gone when another delivery needs it', async () => {
    const run = runOfYaml('run8', ofQuery);
    const stop = new AbortController();
    const stopping: RunJob = async (request, signal) => {
      const outcome = await noting(request, signal);
      stop.abort(new Error('the delivery ends'));
      return outcome;
    };
    await expect(executePipeline(run, toolsWith(stopping), stop.signal)).rejects.toThrow('the delivery ends');
    const proxy = await startProxy(tenant.url);
    const message = 'Not found: Table local:_0123.anon4567';
    const error = { code: 404, message, errors: [{ reason: 'notFound', message }] };
    proxy.treat(({ path }) =>
      path.includes('/queries/tp_run8_out_1') ? { status: 404, body: { error } } : 'pass',
    );
    expect(await executePipeline(run, toolsWith(createRunJob(clientOf(proxy.url))))).toMatchObject({
      status: 'COMPLETED',
      rowsWritten: 2,
      steps: [{ attempts: 2 }],
    });
    await proxy.close();
  });

  it('attaches to both jobs when it was stopped between them', async () => {
    const stop = new AbortController();
    const stopping: RunJob = async (request, signal) => {
      const outcome = await noting(request, signal);
      stop.abort(new Error('the delivery ends'));
      return outcome;
    };
    const run = runOfYaml('run5', ofQuery);
    await expect(executePipeline(run, toolsWith(stopping), stop.signal)).rejects.toThrow('the delivery ends');
    expect(startedIds()).toEqual(['tp_run5_out_1']);
    expect(await executePipeline(run, toolsWith(noting))).toMatchObject({ status: 'COMPLETED' });
    expect(startedIds()).toEqual(['tp_run5_out_1', 'tp_run5_out_1_extract']);
  });

  it.each([
    [
      'a missing table',
      wholeTable.replace('table: costs', 'table: nope'),
      'not_found',
      'Not found: Table tenant_1.nope',
    ],
    [
      'a query of a missing table whose name begins as those of results do',
      ofQuery.replace('FROM costs', 'FROM _costs'),
      'not_found',
      'tenant_1._costs',
    ],
    [
      'a query that is wrong',
      ofQuery.replace('name, cost', 'nope'),
      'invalid_query',
      'Unrecognized name: nope',
    ],
    [
      'a query that is too large',
      `${ofQuery}\n    maximum_bytes_billed: 10485760`.replace(
        'FROM costs',
        'FROM costs AS a JOIN (SELECT run_id FROM step_logs) ON TRUE',
      ),
      'bytes_limit_exceeded',
      'Query exceeded limit for bytes billed',
    ],
  ])('fails for %s, naming the step', async (what, yaml, errorCode, message) => {
    const run = runOfYaml(`run_${what.replaceAll(' ', '_')}`, yaml);
    const outcome = await executePipeline(run, toolsWith(noting));
    expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'out', errorCode });
    expect(outcome.errorMessage).toContain("Step 'out' failed: ");
    expect(outcome.errorMessage).toContain(message);
  });

  it('fails before any job for a date that is not given', async () => {
    const run = runOfYaml('run6', wholeTable, { day: null });
    expect(await executePipeline(run, toolsWith(noting))).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_destination',
      errorMessage:
        "Step 'out' cannot write to gs://exports/{tenant_id}/{day}/costs.csv: expected a value of letters, digits, _ and - for {day}, given null.",
    });
    expect(started).toEqual([]);
  });

  it('names the query’s job where the extract was refused before its start', async () => {
    const refused = { kind: 'permanent', code: 'access_denied', reason: 'x', message: 'No.' } as const;
    const refusing: RunJob = async (request, signal) =>
      request.work.kind === 'extract'
        ? { status: 'unknown', mayHaveStarted: false, failure: refused }
        : noting(request, signal);
    await executePipeline(runOfYaml('refused', ofQuery), toolsWith(refusing));
    expect(await tenant.query("SELECT status, job_id FROM step_logs WHERE run_id = 'refused'")).toEqual([
      { status: 'FAILED', job_id: 'tp_refused_out_1' },
    ]);
  });

  it('is delivered again if BigQuery is away', async () => {
    const away: RunJob = async () => ({
      status: 'unknown',
      mayHaveStarted: true,
      failure: { kind: 'transient', code: 'unavailable', reason: 'x', message: 'Away.' },
    });
    await expect(executePipeline(runOfYaml('run7', ofQuery), toolsWith(away))).rejects.toThrow(
      TransientFailure,
    );
  });
});
