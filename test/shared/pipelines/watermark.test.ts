import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { PipelineOutcome, RunToExecute } from '../../../shared/pipelines/execution';
import { ledgerRow, recordedOutcome } from '../../../shared/runs/rules/ledger-row';
import { startedByKey } from '../../support/started-by';
import { runOfYaml } from './support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from './support/tenant-dataset';

describe('a pipeline’s watermark', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeEach(async () => {
    tenant = await startTenantDataset();
    await tenant.query(`
      CREATE TABLE events AS
      SELECT 1 AS id, TIMESTAMP '2026-03-01 10:00:00.000001' AS moment
      UNION ALL SELECT 2, '2026-03-01 11:00:00.000002'`);
  });
  afterEach(() => tenant?.close());

  const definition = `
watermark:
  type: TIMESTAMP
  initial: '1970-01-01T00:00:00Z'
  sql: SELECT MAX(moment) FROM events
steps:
  - id: copy
    type: query
    sql: SELECT *, FORMAT_TIMESTAMP('%FT%H:%M:%E6S', @watermark) AS seen FROM events WHERE moment > @watermark
    destination: { table: copies, write_disposition: WRITE_APPEND }
`;
  const runOf = (yaml = definition): RunToExecute => runOfYaml(`run${++runs}`, yaml);
  const execute = (run: RunToExecute) => executePipeline(run, tenant.tools);
  /** Appends the ledger row of a run, as the worker does. */
  const record = async (run: RunToExecute, outcome: Partial<PipelineOutcome>, recordedAt = new Date()) => {
    const slot = {
      run_id: run.runId,
      pipeline: run.definition.path,
      parameters: '{}',
      trigger: 'api',
      request_hash: null,
      ...startedByKey,
      admitted_at: recordedAt,
      lease_expires_at: run.leaseExpiresAt,
    };
    const whole = {
      status: 'COMPLETED',
      rowsWritten: 0,
      bytesProcessed: 0,
      bytesBilled: 0,
      ...outcome,
    } as const;
    const times = { startedAt: undefined, endedAt: recordedAt, recordedAt };
    await tenant.tools.appendRows(tenant.datasetId, 'pipeline_runs', [
      ledgerRow('tenant_1', run.runId, recordedOutcome(slot, whole, times)),
    ]);
  };
  const complete = async (run = runOf()) => {
    const outcome = await execute(run);
    await record(run, outcome);
    return outcome;
  };
  const copies = () => tenant.query('SELECT id, seen FROM copies ORDER BY id, seen');
  const add = (id: number, moment: string) =>
    tenant.query(`INSERT INTO events (id, moment) VALUES (${id}, TIMESTAMP '${moment}')`);

  it('brings each row once, from the initial value on', async () => {
    expect(await complete()).toMatchObject({
      status: 'COMPLETED',
      watermark: '2026-03-01T11:00:00.000002Z',
      rowsWritten: 2,
      steps: [{ stepId: 'watermark-read' }, { stepId: 'copy' }, { stepId: 'watermark-record' }],
    });
    await add(3, '2026-03-02 00:00:00');
    expect(await complete()).toMatchObject({ watermark: '2026-03-02T00:00:00.000000Z' });
    await complete();
    expect(await copies()).toEqual([
      { id: 1, seen: '1970-01-01T00:00:00.000000' },
      { id: 2, seen: '1970-01-01T00:00:00.000000' },
      { id: 3, seen: '2026-03-01T11:00:00.000002' },
    ]);
  });

  it('is the same for all executions of a run, whatever other runs record meanwhile', async () => {
    await complete();
    await add(3, '2026-03-02 00:00:00');
    // Its delivery ends once the watermark is read, before the first step.
    const run = runOf();
    const stop = new AbortController();
    const tools = {
      ...tenant.tools,
      runJob: async (...[request, signal]: Parameters<typeof tenant.tools.runJob>) => {
        if (request.jobId.includes('_copy_')) stop.abort(new Error('the delivery ends'));
        return await tenant.tools.runJob(request, signal);
      },
    };
    await expect(executePipeline(run, tools, stop.signal)).rejects.toThrow('the delivery ends');
    const other = runOf();
    await record(other, { watermark: '2026-03-05T00:00:00.000000Z' });
    const outcome = await execute(run);
    expect(outcome).toMatchObject({ status: 'COMPLETED', watermark: '2026-03-02T00:00:00.000000Z' });
    expect((await copies()).at(-1)).toEqual({ id: 3, seen: '2026-03-01T11:00:00.000002' });
    // And so is what it records, once its query has run.
    await add(4, '2026-03-09 00:00:00');
    expect(await execute(run)).toMatchObject({ watermark: outcome.watermark, steps: outcome.steps });
  });

  it('is taken from completed runs of this pipeline only, the one recorded last', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 2, 10, 0, 0, second));
    const mark = (day: number) => `2026-02-0${day}T00:00:00.000000Z`;
    await record(runOf(), { watermark: mark(3) }, at(1));
    await record(runOf(), { watermark: mark(1) }, at(2));
    await record(runOf(), {}, at(3));
    await record(runOf(), { status: 'FAILED', watermark: mark(4) }, at(4));
    const other = runOf();
    await record(
      { ...other, definition: { ...other.definition, path: 'a/b/d' } },
      { watermark: mark(5) },
      at(5),
    );
    // A run's outcome is the row that was recorded first.
    const twice = runOf();
    await record(twice, { status: 'FAILED' }, at(6));
    await tenant.query(`
      INSERT INTO pipeline_runs (run_id, tenant_id, pipeline, status, admitted_at, ended_at, recorded_at, watermark)
      VALUES ('${twice.runId}', 'tenant_1', 'a/b/c', 'COMPLETED', '2026-03-10', '2026-03-10', '2026-03-10 00:00:07', '${mark(6)}')`);
    await execute(runOf());
    expect((await copies())[0]).toEqual({ id: 1, seen: '2026-02-01T00:00:00.000000' });
  });

  it('stays if the query gives NULL or the run fails', async () => {
    await complete();
    const empty = runOf(definition.replace('MAX(moment) FROM events', 'MAX(moment) FROM events WHERE FALSE'));
    const outcome = await complete(empty);
    expect(outcome).toMatchObject({ status: 'COMPLETED' });
    expect(outcome.watermark).toBeUndefined();
    const failing = runOf(definition.replace('SELECT *,', 'SELECT nope,'));
    const failed = await complete(failing);
    expect(failed).toMatchObject({ status: 'FAILED', failedStep: 'copy' });
    expect(failed.watermark).toBeUndefined();
    expect(failed.steps.map(({ stepId }) => stepId)).toEqual(['watermark-read', 'copy']);
    await add(3, '2026-03-02 00:00:00');
    await complete();
    expect((await copies()).at(-1)).toEqual({ id: 3, seen: '2026-03-01T11:00:00.000002' });
  });

  it('begins anew if its type has changed', async () => {
    await complete();
    const numbered = `
watermark: { type: INT64, initial: -5, sql: SELECT MAX(id) FROM events }
steps:
  - id: copy
    type: query
    sql: SELECT id, @watermark AS seen FROM events WHERE id > @watermark
    destination: { table: numbered, write_disposition: WRITE_APPEND }
`;
    expect(await complete(runOf(numbered))).toMatchObject({ status: 'COMPLETED', watermark: '2' });
    await add(3, '2026-03-02 00:00:00');
    await complete(runOf(numbered));
    expect(await tenant.query('SELECT id, seen FROM numbered ORDER BY id')).toEqual([
      { id: 1, seen: -5 },
      { id: 2, seen: -5 },
      { id: 3, seen: 2 },
    ]);
  });

  it.each([
    ['DATE', "'2026-01-01'", "SELECT DATE '2026-03-04'", '2026-03-04'],
    ['INT64', '0', 'SELECT 9223372036854775807', '9223372036854775807'],
    ['STRING', "''", "SELECT 'it''s' -- so", "it's"],
    ['TIMESTAMP', "'2026-01-01T00:00:00Z'", "SELECT DATE '2026-03-04'", '2026-03-04T00:00:00.000000Z'],
  ])('is exact: %s', async (type, initial, sql, expected) => {
    const yaml = `
watermark: { type: ${type}, initial: ${initial}, sql: ${JSON.stringify(sql.replace("''", "\\'"))} }
steps:
  - id: look
    type: query
    sql: SELECT @watermark AS value
    destination: { table: seen, write_disposition: WRITE_TRUNCATE }
`;
    expect(await complete(runOf(yaml))).toMatchObject({ status: 'COMPLETED', watermark: expected });
    await complete(runOf(yaml));
    const [row] = await tenant.query('SELECT CAST(value AS STRING) AS text FROM seen');
    expect(row).toEqual({ text: type === 'TIMESTAMP' ? '2026-03-04 00:00:00+00' : expected });
  });

  it.each([
    ['a query that is wrong', 'SELECT nope FROM events', 'Unrecognized name: nope'],
    ['a value of another type', 'SELECT TRUE', 'Invalid cast from BOOL to TIMESTAMP'],
    ['several values', 'SELECT moment FROM events', 'ore than one element'],
    ['several columns', 'SELECT 1, 2', 'Scalar subquery cannot have more than one column'],
  ])('fails the run for %s', async (_, sql, message) => {
    const outcome = await execute(runOf(definition.replace('SELECT MAX(moment) FROM events', sql)));
    expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'watermark-record' });
    expect(outcome.errorMessage).toContain(message);
    expect(outcome.watermark).toBeUndefined();
  });

  it('reads what its pipeline may read, and nothing of another tenant', async () => {
    await tenant.bigquery.createDataset('tenant_2', { location: 'EU' });
    await tenant.query("CREATE TABLE tenant_2.plans AS SELECT TIMESTAMP '2026-03-01' AS moment");
    const outcome = await execute(runOf(definition.replace('FROM events', 'FROM tenant_2.plans')));
    expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'watermark-record' });
    expect(outcome.errorCode).toBe('access_denied');
  });

  it('costs nothing if a pipeline has none', async () => {
    const plain = runOf('\nsteps:\n  - { id: one, type: query, sql: SELECT 1 }\n');
    expect(await execute(plain)).toMatchObject({ steps: [{ stepId: 'one' }] });
    const [jobs] = await tenant.bigquery.getJobs();
    expect(jobs.filter(({ id }) => id?.includes(plain.runId))).toHaveLength(1);
  });
});
