import { rmSync } from 'node:fs';
import { type AppendedRow, createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, schemasWith, startBackends } from '../support/backends';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';
import { expectResults, makingPipeline } from './results-suite';

const pipeline = 'test/example/shown';
const definition = `
description: For tests.
timeout_seconds: 60
parameters:
  day: { type: DATE, description: A day., default: '2026-01-31' }
steps:
  - id: make
    type: query
    sql: SELECT n FROM UNNEST([1, 2, 3, NULL]) AS n
    destination: { table: made, write_disposition: WRITE_TRUNCATE }
  - id: check
    type: quality
    needs: [make]
    table: made
    checks:
      - { name: some_rows, type: row_count, min: 1 }
      - { name: no_nulls, type: not_null, columns: [n], severity: SEVERITY }
  - id: last
    type: query
    needs: [check]
    sql: SELECT COUNT(*) AS n FROM made
`;

describe('GET /api/v1/pipelines/runs/{run_id}', () => {
  let backends: Backends;
  let schemas: string;
  let failing: string;
  let made: string;
  const instances: Instance[] = [];
  beforeAll(async () => {
    backends = await startBackends();
    schemas = schemasWith({ [pipeline]: definition.replace('SEVERITY', 'warn') });
    made = schemasWith(makingPipeline);
    failing = schemasWith({ [pipeline]: definition.replace('SEVERITY', 'error') });
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await backends?.close();
    for (const directory of [schemas, failing, made]) rmSync(directory, { recursive: true });
  });

  const start = async (directory: string) => {
    const options = { bigqueryUrl: backends.bigquery.url, schemas: directory };
    const run = await startRunInstance(options);
    const worker = await startWorkerInstance(options);
    instances.push(run, worker);
    return { run, worker };
  };
  const show = (run: Instance, apiKey: string, runId: string) =>
    call(run.url, 'GET', `/api/v1/pipelines/runs/${runId}`, { headers: withKey(apiKey) });

  it('shows a finished run with its steps, numbers and check results', async () => {
    const { run, worker } = await start(schemas);
    const apiKey = await backends.onboard('finished');
    const parameters = '{"day":"2026-02-28"}';
    await backends.hold('finished', ['run-1'], { pipeline, parameters });
    await push(worker, 'finished', 'run-1', pipeline);
    const { status, body } = await show(run, apiKey, 'run-1');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      run_id: 'run-1',
      tenant_id: 'finished',
      status: 'COMPLETED',
      parameters: { day: '2026-02-28' },
      steps: [
        {
          step_id: 'make',
          type: 'query',
          status: 'COMPLETED',
          attempts: 1,
          started_at: expect.stringMatching(/Z$/),
          ended_at: expect.stringMatching(/Z$/),
          duration_ms: expect.any(Number),
          rows_written: 4,
          bytes_processed: expect.any(Number),
          bytes_billed: expect.any(Number),
          error_code: null,
          error_message: null,
        },
        { step_id: 'check', type: 'quality', status: 'COMPLETED' },
        { step_id: 'last', status: 'COMPLETED' },
      ],
      checks: [
        {
          step_id: 'check',
          check_name: 'no_nulls',
          type: 'not_null',
          severity: 'warn',
          passed: false,
          failing_rows: 1,
          message: expect.stringContaining('no_nulls'),
        },
        { step_id: 'check', check_name: 'some_rows', passed: true },
      ],
    });
    expect(body).not.toHaveProperty('onboarding_id');
    expect(body).not.toHaveProperty('request_hash');
  });

  it('shows the steps of a failed run that began, and what went wrong', async () => {
    const { run, worker } = await start(failing);
    const apiKey = await backends.onboard('failed');
    await backends.hold('failed', ['run-1'], { pipeline });
    await push(worker, 'failed', 'run-1', pipeline);
    const { body } = await show(run, apiKey, 'run-1');
    expect(body).toMatchObject({ status: 'FAILED', failed_step: 'check', error_code: 'check_failed' });
    expect(body.steps).toMatchObject([
      { step_id: 'make', status: 'COMPLETED' },
      {
        step_id: 'check',
        status: 'FAILED',
        error_code: 'check_failed',
        error_message: expect.stringContaining('no_nulls'),
      },
    ]);
  });

  it('does a failed run again: a new run that is counted, from its start or with what is done left out', async () => {
    const { run, worker } = await start(schemas);
    const broken = await start(failing);
    const apiKey = await backends.onboard('again');
    const parameters = '{"day":"2026-02-28"}';
    await backends.hold('again', ['run-1', 'run-2'], { pipeline, parameters });
    const rerun = (runId: string, body?: unknown, headers: Record<string, string> = {}) =>
      call(run.url, 'POST', `/api/v1/pipelines/runs/${runId}/rerun`, {
        headers: { ...withKey(apiKey), ...headers },
        body,
      });
    expect(await rerun('run-1')).toMatchObject({ status: 409, body: { code: 'run_not_over' } });
    expect(await rerun('run-3')).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
    await push(broken.worker, 'again', 'run-1', pipeline);

    const rest = { from: 'failed_step' };
    const asked = await rerun('run-1', rest, { 'Idempotency-Key': 'once' });
    const second = String(asked.body.run_id);
    expect(asked).toMatchObject({
      status: 202,
      body: { tenant_id: 'again', pipeline, status: 'ADMITTED', rerun_of: 'run-1' },
    });
    expect(asked.headers.get('Location')).toBe(`/api/v1/pipelines/runs/${second}`);
    await push(worker, 'again', second, pipeline);
    const shown = (await show(run, apiKey, second)).body;
    expect(shown).toMatchObject({
      status: 'COMPLETED',
      trigger: 'rerun',
      rerun_of: 'run-1',
      reruns: [],
      parameters: { day: '2026-02-28' },
      rows_written: 4,
      steps: [
        { step_id: 'make', status: 'COMPLETED', attempts: 0, bytes_billed: 0, reused_from: 'run-1' },
        { step_id: 'check', attempts: 1, reused_from: null },
        { step_id: 'last', attempts: 1 },
      ],
    });
    // A repeat finds its own run, whatever has become of it; another request under its key is refused.
    expect((await rerun('run-1', rest, { 'Idempotency-Key': 'once' })).body.run_id).toBe(second);
    expect(await rerun('run-1', { from: 'start' }, { 'Idempotency-Key': 'once' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await rerun(second, rest)).toMatchObject({ status: 409, body: { code: 'run_not_failed' } });

    const whole = String((await rerun('run-1')).body.run_id);
    expect((await show(run, apiKey, 'run-1')).body).toMatchObject({
      rerun_of: null,
      reruns: [second, whole],
    });
    await push(broken.worker, 'again', whole, pipeline);
    expect((await show(run, apiKey, whole)).body).toMatchObject({
      status: 'FAILED',
      steps: [{ step_id: 'make', attempts: 1 }, { step_id: 'check' }],
    });
    // That one has written the table anew; a repeat of what was asked for before is not refused for that.
    expect(await rerun('run-1', rest)).toMatchObject({
      status: 409,
      body: {
        code: 'steps_changed',
        changed: ["the table 'made' of step 'make' was written to since then"],
      },
    });
    expect((await rerun('run-1', rest, { 'Idempotency-Key': 'once' })).body.run_id).toBe(second);
    const [counted] = await query(
      backends.client,
      'again',
      'SELECT pipeline_runs_count AS runs FROM tenants',
    );
    expect(counted).toEqual({ runs: 4 });
    expect(await rerun('run-1', { from: 'start', watermark: 1 })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('this pipeline has no watermark') },
    });
  });

  const attempt = (run_id: string, step_id: string, number: number, change: AppendedRow['json']) => ({
    insertId: `${run_id}-${step_id}-${number}-${Math.random()}`,
    json: {
      run_id,
      tenant_id: 'in_flight',
      pipeline,
      step_id,
      step_type: 'query',
      attempt: number,
      status: 'COMPLETED',
      started_at: `2026-11-01T00:00:0${number}Z`,
      ended_at: `2026-11-01T00:00:1${number}Z`,
      rows_written: 10,
      recorded_at: '2026-11-01T00:00:30Z',
      ...change,
    },
  });

  it('shows what a run in flight did and will do; an attempt recorded twice counts once', async () => {
    const { run } = await start(schemas);
    const apiKey = await backends.onboard('in_flight');
    await backends.hold('in_flight', ['run-1', 'run-2'], { pipeline });
    const failed = { status: 'FAILED', error_code: 'unavailable', error_message: 'Not now' };
    await createAppendRows(backends.client)('in_flight', 'step_logs', [
      attempt('run-1', 'make', 2, {
        bad_records: 2,
        file_format: 'FOCUS 1.2',
        warnings: ['2 rows were left out', 'the first'],
      }),
      attempt('run-1', 'make', 1, { ...failed, warnings: ['of an attempt that failed'] }),
      attempt('run-1', 'make', 1, { ...failed, recorded_at: '2026-11-01T00:00:31Z' }),
      attempt('run-1', 'check', 1, failed),
      attempt('run-1', 'of_an_older_definition', 1, {}),
      attempt('run-2', 'make', 1, {}),
    ]);
    const { body } = await show(run, apiKey, 'run-1');
    expect(body).toMatchObject({
      status: 'ADMITTED',
      ended_at: null,
      lease_expires_at: expect.stringMatching(/Z$/),
      checks: [],
      warnings: ["Step 'make': 2 rows were left out", "Step 'make': the first"],
    });
    expect(body.steps).toMatchObject([
      {
        ...{ step_id: 'make', status: 'COMPLETED', attempts: 2, duration_ms: 11_000, rows_written: 20 },
        ...{ bad_records: 2, file_format: 'FOCUS 1.2', warnings: ['2 rows were left out', 'the first'] },
      },
      { step_id: 'check', status: 'PENDING', attempts: 1, error_code: 'unavailable' },
      { step_id: 'last', status: 'PENDING', attempts: 0, started_at: null, rows_written: null, warnings: [] },
      { step_id: 'of_an_older_definition', status: 'COMPLETED' },
    ]);
  });

  expectResults(
    () => backends,
    () => start(made),
  );
});
