import { createRunJob } from '../../../../../shared/google/bigquery/jobs/run-job';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import type { PipelineOutcome, RunToExecute } from '../../../../../shared/pipelines/execution';
import { runOfYaml } from '../../../pipelines/support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../../pipelines/support/tenant-dataset';

describe('merging a query into a table by key', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  /** A run of one step that merges the query's rows into the table. */
  const runOf = (table: string, sql: string, more = 'merge_keys: [id]', step = ''): RunToExecute =>
    runOfYaml(
      `run${++runs}`,
      `steps:
  - id: merge
    type: query
    sql: |
${sql.replace(/^/gm, '      ')}
    destination: { table: ${table}, write_disposition: MERGE, ${more} }
    ${step}`,
    );
  const expectSame = async (run: RunToExecute, first: PipelineOutcome) => {
    const { status, rowsWritten, bytesBilled, steps } = first;
    const again = await executePipeline(run, tenant.tools);
    expect(again).toMatchObject({ status, rowsWritten, bytesBilled, steps });
  };
  const merge = (...parameters: Parameters<typeof runOf>) =>
    executePipeline(runOf(...parameters), tenant.tools);
  const rowsOf = (table: string) => tenant.query(`SELECT * FROM ${table} ORDER BY 1`);
  const jobsOf = async (runId: string) =>
    (await tenant.bigquery.getJobs())[0]
      .map(({ id }) => id)
      .filter((id) => id?.startsWith(`tp_${runId}_`))
      .sort();

  it('makes the table, then updates the rows whose keys exist and adds the others', async () => {
    const first = await merge('people', "SELECT 1 AS id, 'a' AS name, 10 AS age UNION ALL SELECT 2, 'b', 20");
    expect(first).toMatchObject({ status: 'COMPLETED', rowsWritten: 2 });
    const second = await merge(
      'people',
      "SELECT 2 AS id, 'B' AS name, 21 AS age UNION ALL SELECT 3, 'c', NULL",
    );
    expect(second).toMatchObject({ status: 'COMPLETED', rowsWritten: 2 });
    expect(await rowsOf('people')).toEqual([
      { id: 1, name: 'a', age: 10 },
      { id: 2, name: 'B', age: 21 },
      { id: 3, name: 'c', age: null },
    ]);
  });

  it('does the same in any number of executions as in one, by one job', async () => {
    await merge('once', 'SELECT 1 AS id, 0 AS n');
    const sql =
      'SELECT id, n FROM (SELECT 1 AS id, 5 AS n UNION ALL SELECT 2, (SELECT MAX(n) + 1 FROM once))';
    const run = runOf('once', sql);
    const first = await executePipeline(run, tenant.tools);
    expect(first).toMatchObject({ status: 'COMPLETED', rowsWritten: 2 });
    await expectSame(run, first);
    expect(await jobsOf(run.runId)).toEqual([`tp_${run.runId}_merge_1`]);
    expect(await rowsOf('once')).toEqual([
      { id: 1, n: 5 },
      { id: 2, n: 1 },
    ]);
  });

  it('counts the rows even if a later execution finds the table that the first one made', async () => {
    const run = runOf('made', 'SELECT id FROM UNNEST([1, 2, 3]) AS id');
    const first = await executePipeline(run, tenant.tools);
    expect(first).toMatchObject({ status: 'COMPLETED', rowsWritten: 3 });
    await expectSame(run, first);
  });

  it('makes the table partitioned and clustered as the definition says', async () => {
    const more = 'merge_keys: [day, id], time_partitioning: { type: MONTH, field: day }, clustering: [id]';
    const sql = "SELECT DATE '2026-01-31' AS day, 'x' AS id, 1 AS n";
    expect(await merge('laid_out', sql, more)).toMatchObject({ status: 'COMPLETED' });
    expect(await merge('laid_out', sql.replace('1 AS n', '2 AS n'), more)).toMatchObject({ rowsWritten: 1 });
    const [metadata] = await tenant.bigquery.dataset(tenant.datasetId).table('laid_out').getMetadata();
    expect(metadata).toMatchObject({
      numRows: '1',
      timePartitioning: { type: 'MONTH', field: 'day' },
      clustering: { fields: ['id'] },
    });
  });

  it('takes a query of any form: WITH, comments at its end, names in need of quotes', async () => {
    const sql = 'WITH t AS (SELECT 1 AS `order`, 2 AS `group`)\nSELECT * FROM t -- the end';
    expect(await merge('forms', sql, 'merge_keys: [order]')).toMatchObject({ status: 'COMPLETED' });
    expect(await merge('forms', sql, 'merge_keys: [ORDER]')).toMatchObject({ status: 'COMPLETED' });
    expect(await rowsOf('forms')).toEqual([{ order: 1, group: 2 }]);
  });

  it('only adds rows if all columns are the key', async () => {
    for (const list of ['1, 2', '2, 3']) {
      const sql = `SELECT id FROM UNNEST([${list}]) AS id`;
      expect(await merge('keys_only', sql)).toMatchObject({ status: 'COMPLETED' });
    }
    expect(await rowsOf('keys_only')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('adds columns that the table lacks, and leaves alone those that the query lacks', async () => {
    await merge('grown', "SELECT 1 AS id, 'kept' AS old UNION ALL SELECT 2, 'kept'");
    const run = runOf(
      'grown',
      "SELECT 2 AS id, [STRUCT(1 AS x, NUMERIC '1.5' AS y)] AS list, 2.5 AS ratio UNION ALL SELECT 3, [], NULL",
    );
    const outcome = await executePipeline(run, tenant.tools);
    expect(outcome).toMatchObject({ status: 'COMPLETED', rowsWritten: 2 });
    await expectSame(run, outcome);
    const sql = 'SELECT id, old, list[SAFE_OFFSET(0)].x AS x, ratio FROM grown ORDER BY id';
    expect(await tenant.query(sql)).toEqual([
      { id: 1, old: 'kept', x: null, ratio: null },
      { id: 2, old: 'kept', x: 1, ratio: 2.5 },
      { id: 3, old: null, x: null, ratio: null },
    ]);
  });

  it('does not add its columns again if the table has changed since', async () => {
    await merge('changed', 'SELECT 1 AS id');
    const run = runOf('changed', 'SELECT 1 AS id, 2 AS more');
    await executePipeline(run, tenant.tools);
    await tenant.query('CREATE OR REPLACE TABLE changed AS SELECT 7 AS id');
    expect(await executePipeline(run, tenant.tools)).toMatchObject({ status: 'COMPLETED' });
    expect(await rowsOf('changed')).toEqual([{ id: 7 }]);
  });

  it('counts what is done even if it can no longer be prepared', async () => {
    await tenant.query('CREATE TABLE staging AS SELECT 1 AS id');
    const run = runOf('from_staging', 'SELECT id FROM staging');
    const first = await executePipeline(run, tenant.tools);
    await tenant.query('DROP TABLE staging');
    await expectSame(run, first);
    // A process that has not judged the text before.
    const { status, rowsWritten, steps } = first;
    const runJob = createRunJob(tenant.bigquery);
    const again = await executePipeline(run, { ...tenant.tools, runJob });
    expect(again).toMatchObject({ status, rowsWritten, steps });
  });

  it('lets two runs make the table at once: one tries again, and both are in it', async () => {
    const runOfId = (id: number) =>
      runOf('raced', `SELECT ${id} AS id FROM UNNEST(GENERATE_ARRAY(1, 2000)) LIMIT 1`);
    const outcomes = await Promise.all([1, 2, 3].map((id) => executePipeline(runOfId(id), tenant.tools)));
    expect(outcomes.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
    expect(await rowsOf('raced')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  describe('fails, and writes nothing', () => {
    beforeAll(async () => {
      await merge('kept', "SELECT 1 AS id, 'old' AS name");
    });
    afterEach(async () => {
      expect(await rowsOf('kept')).toEqual([{ id: 1, name: 'old' }]);
    });

    const cases: readonly (readonly [string, string, string, string])[] = [
      [
        'for a key twice, though it is new',
        "SELECT 1 AS id, 'new' AS name UNION ALL SELECT 5, 'x' UNION ALL SELECT 5, 'y'",
        'id',
        'Merge into kept: expected each key (id) once among the rows of the query, given {"id":5} 2 times.',
      ],
      [
        'for a key twice that is there',
        "SELECT 1 AS id, 'x' AS name UNION ALL SELECT 1, 'y'",
        'id',
        'Merge into kept: expected each key (id) once among the rows of the query, given {"id":1} 2 times.',
      ],
      [
        'for a key with NULL',
        "SELECT 1 AS id, 'new' AS name UNION ALL SELECT NULL, 'x'",
        'id, name',
        'Merge into kept: expected a value in each of id, name, given a row with NULL.',
      ],
      [
        'for a key that the query lacks',
        "SELECT 1 AS id, 'new' AS name",
        'nope',
        "Merge into kept: expected the key 'nope' among the columns of the query, given id, name.",
      ],
      [
        'for a key that the table lacks',
        "SELECT 1 AS id, 'new' AS name, 3 AS other",
        'other',
        "Merge into kept: expected the key 'other' among the columns of the table, given id, name.",
      ],
      [
        'for a key of a type without equality',
        "SELECT 1.5 AS id, 'new' AS name",
        'id',
        "Merge into kept: the key 'id' is of type FLOAT64, expected one of STRING,",
      ],
      [
        'for a column of another type',
        'SELECT 1 AS id, TRUE AS name',
        'id',
        'Value of type BOOL cannot be assigned to name, which has type STRING',
      ],
      [
        'for wrong SQL, naming its place in the definition',
        'SELECT 1 AS id,\n  nope AS name',
        'id',
        'nope at [2:3]',
      ],
    ];
    it.each(cases)('%s', async (_, sql, keys, message) => {
      const outcome = await merge('kept', sql, `merge_keys: [${keys}]`);
      expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'merge', errorCode: 'invalid_query' });
      expect(outcome.errorMessage).toContain(message);
    });

    it('and makes no table', async () => {
      const outcome = await merge('never', 'SELECT 1 AS id UNION ALL SELECT 1');
      expect(outcome.errorMessage).toContain('given {"id":1} 2 times');
      await expect(rowsOf('never')).rejects.toThrow('Not found: Table');
    });

    it('past its byte limit', async () => {
      const sql = "SELECT s.id, 'new' AS name FROM kept AS s CROSS JOIN pipeline_runs";
      const outcome = await merge('kept', sql, 'merge_keys: [id]', 'maximum_bytes_billed: 10485760');
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'bytes_limit_exceeded' });
    });
  });
});

describe('merges of several runs into one table, under BigQuery’s limits', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset({
      limits: { queryMs: 20, dmlMs: 60, ddlMs: 1, streamingMs: 1, loadMs: 1 },
    });
  });
  afterAll(() => tenant?.close());

  it('take turns, and leave each key once, with the rows of one run', async () => {
    const runOf = (number: number) =>
      runOfYaml(
        `at_once${number}`,
        `
steps:
  - id: merge
    type: query
    sql: SELECT id, ${number} AS run FROM UNNEST(GENERATE_ARRAY(1, 20)) AS id
    destination: { table: shared, write_disposition: MERGE, merge_keys: [id] }
    retry: { max_attempts: 10, initial_backoff_seconds: 0.2, max_backoff_seconds: 1 }
`,
      );
    const tools = { ...tenant.tools, random: Math.random };
    await executePipeline(runOf(0), tools);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => executePipeline(runOf(index + 1), tools)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'COMPLETED'));
    const found = await tenant.query(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids, COUNT(DISTINCT run) AS runs FROM shared',
    );
    expect(found).toEqual([{ n: 20, ids: 20, runs: 1 }]);
  });
});
