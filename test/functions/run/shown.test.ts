import { rmSync } from 'node:fs';
import { type AppendedRow, createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, schemasWith, startBackends } from '../support/backends';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';

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

const makes = 'test/example/makes';
const makesDefinition = `
description: For tests.
timeout_seconds: 60
parameters:
  day: { type: DATE, description: A day., default: '2026-01-31' }
steps:
  - id: numbers
    type: query
    sql: SELECT n FROM UNNEST([1, 2, 3]) AS n
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: rows
    type: query
    needs: [numbers]
    sql: >
      SELECT n AS id, IF(n = 2, NULL, '=1+1') AS text, NUMERIC '0.1' AS price, [STRUCT(n AS m)] AS items, @day AS day
      FROM numbers ORDER BY n
    destination:
      table: rows_of_days
      write_disposition: WRITE_TRUNCATE
      time_partitioning: { type: DAY, field: day }
      partition: day
  - id: out
    type: export
    needs: [rows]
    sql: SELECT id FROM rows_of_days ORDER BY id
    format: CSV
    destination_uri: gs://bucket/{tenant_id}/{run_id}.csv
  - id: never
    type: query
    needs: [out]
    sql: SELECT ERROR('no') AS n
    destination: { table: never, write_disposition: WRITE_TRUNCATE }
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
    made = schemasWith({ [makes]: makesDefinition });
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

  describe('its results', () => {
    let run: Instance;
    let worker: Instance;
    let apiKey: string;
    beforeAll(async () => {
      ({ run, worker } = await start(made));
      apiKey = await backends.onboard('makes');
      await execute('run-1', {});
    });
    const execute = async (runId: string, parameters: object) => {
      await backends.hold('makes', [runId], { pipeline: makes, parameters: JSON.stringify(parameters) });
      expect((await push(worker, 'makes', runId, makes)).status).toBe(204);
    };
    const results = (path = '', headers = {}, runId = 'run-1') =>
      call(run.url, 'GET', `/api/v1/pipelines/runs/${runId}/results${path}`, {
        headers: { ...withKey(apiKey), ...headers },
      });

    it('are the tables and files that its steps have made', async () => {
      const { status, body } = await results();
      expect(status).toBe(200);
      const unchanged = { exists: true, changed_since: false };
      expect(body).toMatchObject({ run_id: 'run-1', status: 'FAILED', unknown_steps: [] });
      expect(body.results).toMatchObject([
        { n: 1, kind: 'table', name: 'numbers', is_final: false, rows_written: 3, rows: 3, ...unchanged },
        { n: 2, kind: 'table', name: 'rows_of_days', partition: '20260131', is_final: true, ...unchanged },
        { n: 3, kind: 'files', name: 'gs://bucket/makes/run-1.csv', format: 'CSV', files: 1, ...unchanged },
      ]);
    });

    it('can be read row by row, page by page, with every value exact', async () => {
      const first = await results('/2?limit=2');
      expect(first.status).toBe(200);
      expect(first.body).toMatchObject({
        total_rows: 3,
        columns: [
          { name: 'id', type: 'INTEGER' },
          { name: 'text' },
          { name: 'price', type: 'NUMERIC' },
          { name: 'items', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'm', type: 'INTEGER' }] },
          { name: 'day', type: 'DATE' },
        ],
        rows: [
          { id: '1', text: '=1+1', price: '0.1', items: [{ m: '1' }], day: '2026-01-31' },
          { id: '2', text: null, price: '0.1', items: [{ m: '2' }], day: '2026-01-31' },
        ],
        files: null,
      });
      expect(first.headers.get('Link')).toContain('rel="next"');
      const last = await results(`/2?limit=2&cursor=${first.body.next_cursor}`);
      expect(last.body).toMatchObject({ rows: [{ id: '3' }], next_cursor: null });
    });

    it('can be read as CSV', async () => {
      const response = await fetch(`${run.url}/api/v1/pipelines/runs/run-1/results/2?limit=2`, {
        headers: { ...withKey(apiKey), Accept: 'text/csv' },
      });
      expect(response.headers.get('content-type')).toContain('text/csv');
      expect(response.headers.get('Link')).toContain('rel="next"');
      expect(await response.text()).toBe(
        'id,text,price,items,day\r\n' +
          '1,\'=1+1,0.1,"[{""m"":""1""}]",2026-01-31\r\n2,,0.1,"[{""m"":""2""}]",2026-01-31\r\n',
      );
    });

    it('that are files have a URL to get them by', async () => {
      const { body } = await results('/3');
      expect(body).toMatchObject({ kind: 'files', rows: null, next_cursor: null });
      const [file] = Array.isArray(body.files) ? body.files : [];
      expect(file).toMatchObject({ uri: 'gs://bucket/makes/run-1.csv', bytes: 9, expires_at: null });
      expect(await (await fetch(file.url)).text()).toBe('id\n1\n2\n3\n');
    });

    it('tell where a later run has written to them, and are of their own partition still', async () => {
      const first = await results('/2?limit=1');
      await execute('run-2', { day: '2026-02-01' });
      const { body } = await results();
      expect(body.results).toMatchObject([
        { n: 1, changed_since: true },
        { n: 2, changed_since: true },
        { n: 3, changed_since: false },
      ]);
      expect((await results('/2')).body).toMatchObject({ total_rows: 3, changed_since: true });
      expect((await results('/2', {}, 'run-2')).body).toMatchObject({
        changed_since: false,
        rows: [{ day: '2026-02-01' }, { day: '2026-02-01' }, { day: '2026-02-01' }],
      });
      const next = await results(`/2?limit=1&cursor=${first.body.next_cursor}`);
      expect(next).toMatchObject({ status: 409, body: { code: 'result_changed' } });
    });

    it('that are gone, or never were, are not found', async () => {
      await backends.client.dataset('makes').table('numbers').delete();
      expect((await results()).body.results).toMatchObject([
        { n: 1, exists: false, changed_since: null },
        {},
        {},
      ]);
      for (const n of [1, 4, 99])
        expect(await results(`/${n}`)).toMatchObject({ status: 404, body: { code: 'result_not_found' } });
      expect((await results('/0')).status).toBe(400);
    });

    it('are for the tenant’s own keys, and for those that are for the pipeline', async () => {
      const other = await backends.onboard('other');
      expect(await results('', withKey(other))).toMatchObject({
        status: 404,
        body: { code: 'run_not_found' },
      });
      await query(
        backends.client,
        'makes',
        "UPDATE api_keys SET pipelines = ['gcp/example/dryrun'] WHERE TRUE",
      );
      const fresh = await start(made);
      const narrow = await call(fresh.run.url, 'GET', '/api/v1/pipelines/runs/run-1/results/2', {
        headers: withKey(apiKey),
      });
      expect(narrow).toMatchObject({ status: 403, body: { code: 'pipeline_not_allowed' } });
    });
  });
});
