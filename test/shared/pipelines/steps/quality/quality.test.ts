import { pipelineSchema, type QualityStep } from '../../../../../shared/definitions/schemas/pipeline-schema';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

type WrittenCheck = Readonly<Record<string, unknown>>;

describe('quality checks', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
    await tenant.query(`
      CREATE TABLE costs AS
      SELECT 'a' AS service, 1 AS amount, DATE '2020-01-01' AS day, CURRENT_TIMESTAMP() AS seen_at
      UNION ALL SELECT 'a', -2, DATE '2020-01-02', NULL
      UNION ALL SELECT 'b', NULL, NULL, NULL
      UNION ALL SELECT NULL, -4, DATE '2020-01-01', NULL
      UNION ALL SELECT NULL, -4, DATE '2020-01-01', NULL`);
    await tenant.query(
      'CREATE TABLE nothing AS SELECT 1 AS id, CURRENT_DATE() AS day FROM UNNEST([]) AS none',
    );
  });
  afterAll(() => tenant?.close());

  /** Runs checks as the one step of a pipeline; resolves to its outcome and to the rows of dq_results. */
  async function runChecks(checks: readonly WrittenCheck[], table = 'costs') {
    runs += 1;
    const step = { id: 'quality', type: 'quality', table, checks };
    const { steps, ...rest } = pipelineSchema.parse({ description: 'A test', steps: [step] });
    const isQuality = (one: (typeof steps)[number]): one is QualityStep => one.type === 'quality';
    const outcome = await executePipeline(
      {
        runId: `run${runs}`,
        tenantId: 'tenant_1',
        datasetId: tenant.datasetId,
        definition: { ...rest, path: 'a/b/c', steps: steps.filter(isQuality) },
        parameters: {},
        leaseExpiresAt: new Date(Date.now() + 3_600_000),
      },
      tenant.tools,
    );
    const results = await tenant.query(
      `SELECT check_name, passed, failing_rows, observed, expected, severity, message FROM dq_results
       WHERE run_id = 'run${runs}' ORDER BY check_name`,
    );
    return { outcome, results };
  }

  const cases: readonly (readonly [string, WrittenCheck, boolean, number | null])[] = [
    ['not_null that holds', { type: 'not_null', columns: ['seen_at'] }, false, 4],
    ['not_null over several columns', { type: 'not_null', columns: ['service', 'amount'] }, false, 3],
    ['unique that holds', { type: 'unique', columns: ['service', 'amount', 'day', 'seen_at'] }, false, 2],
    ['unique on one column', { type: 'unique', columns: ['service'] }, false, 4],
    [
      'accepted_values that holds',
      { type: 'accepted_values', column: 'service', values: ['a', 'b'] },
      true,
      0,
    ],
    ['accepted_values', { type: 'accepted_values', column: 'service', values: ["b'; --"] }, false, 3],
    [
      'accepted_values of numbers',
      { type: 'accepted_values', column: 'amount', values: ['1', '-2'] },
      false,
      2,
    ],
    ['row_count within', { type: 'row_count', min: 5, max: 5 }, true, null],
    ['row_count too small', { type: 'row_count', min: 6 }, false, null],
    ['row_count too big', { type: 'row_count', max: 4 }, false, null],
    ['freshness that holds', { type: 'freshness', column: 'seen_at', max_age_hours: 1 }, true, null],
    ['freshness of a date', { type: 'freshness', column: 'day', max_age_hours: 48 }, false, null],
    ['sql that holds', { type: 'sql', sql: 'SELECT * FROM costs WHERE amount > 100 -- none' }, true, 0],
    [
      'sql',
      { type: 'sql', sql: 'WITH low AS (SELECT * FROM costs WHERE amount < 0) SELECT * FROM low' },
      false,
      3,
    ],
  ];

  it('measures them all with one job, and fails the run by those of severity error', async () => {
    const checks = cases.map(([, check], index) => ({
      name: `c${String(index).padStart(2, '0')}`,
      ...check,
    }));
    const { outcome, results } = await runChecks(checks);
    expect(results).toEqual(
      cases.map(([, , passed, failing_rows], index) =>
        expect.objectContaining({ check_name: checks[index]?.name, passed, failing_rows }),
      ),
    );
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'check_failed', failedStep: 'quality' });
    expect(outcome.steps).toMatchObject([{ attempts: 1 }]);
    expect(await tenant.query(`SELECT job_id FROM step_logs WHERE run_id = 'run${runs}'`)).toHaveLength(1);
  });

  it('names check, step, table and rows in the message', async () => {
    const check = { name: 'no_negative', type: 'sql', sql: 'SELECT * FROM costs WHERE amount < 0' };
    const { outcome } = await runChecks([check]);
    expect(outcome.errorMessage).toBe(
      "Check 'no_negative' of step 'quality' failed: 3 rows found in table costs, expected no rows.",
    );
  });

  it('records a failed check of severity warn, and goes on', async () => {
    const { outcome, results } = await runChecks([
      { name: 'w', type: 'row_count', min: 9, severity: 'warn' },
    ]);
    expect(outcome).toMatchObject({ status: 'COMPLETED' });
    expect(results).toMatchObject([{ check_name: 'w', passed: false, severity: 'warn', observed: '5 rows' }]);
  });

  it('finds nothing fresh and nothing wrong with the rows of an empty table', async () => {
    const { results } = await runChecks(
      [
        { name: 'a', type: 'freshness', column: 'day', max_age_hours: 48 },
        { name: 'b', type: 'not_null', columns: ['id'] },
        { name: 'c', type: 'unique', columns: ['id'] },
      ],
      'nothing',
    );
    expect(results).toMatchObject([
      { passed: false, observed: 'no value' },
      { passed: true },
      { passed: true },
    ]);
  });

  it('records checks that cannot be computed, and says where in the check’s own text the fault is', async () => {
    const { outcome, results } = await runChecks([
      { name: 'fine', type: 'row_count', min: 1 },
      { name: 'broken', type: 'sql', sql: 'SELECT *\nFROM costs\nWHERE nope' },
    ]);
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_query',
      errorMessage:
        "The checks of step 'quality' could not be computed: Unrecognized name: nope at [3:7] of check 'broken'",
    });
    expect(results).toMatchObject([
      { check_name: 'broken', passed: null },
      { check_name: 'fine', passed: null },
    ]);
  });

  it('names a table that is missing', async () => {
    const { outcome } = await runChecks([{ name: 'a', type: 'row_count', min: 1 }], 'nowhere');
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'not_found' });
    expect(outcome.errorMessage).toContain('nowhere');
    expect(outcome.errorMessage).not.toMatch(/\[\d+:\d+\]/);
  });
});
