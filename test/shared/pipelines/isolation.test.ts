import { clientOf } from 'local-bigquery/testing';
import type { Step } from '../../../shared/definitions/schemas/pipeline-schema';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../../shared/pipelines/execution';
import { startProxy } from '../../functions/support/proxy';
import { runOfYaml } from './support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from './support/tenant-dataset';

/** What of this no definition may contain is put into one that was read: the worker asks again. */
describe('what a run can read', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
    const { bigquery } = tenant;
    await bigquery.createDataset('tenant_2', {
      location: 'EU',
      labels: { 'managed-by': 'tenant-pipelines' },
    });
    await bigquery.createDataset('rates', { location: 'EU' });
    for (const dataset of ['tenant_1', 'tenant_2', 'rates']) {
      await tenant.query(`CREATE TABLE ${dataset}.secrets AS SELECT '${dataset}' AS owner`);
    }
    tenant.putFile('tenant_1/own.csv', 'own\n');
    tenant.putFile('tenant_2/secret.csv', 'secret\n');
  });
  afterAll(() => tenant?.close());

  const execute = (yaml: string, parameters = {}, tools: Partial<ExecutionTools> = {}) => {
    runs += 1;
    const run = runOfYaml(`run${runs}`, yaml, parameters);
    return executePipeline(run, { ...tenant.tools, ...tools });
  };
  /** Executes a definition that was read with SELECT 1, as if it had this text. */
  const executeText = (sql: string, yaml: (sql: string) => string = query) => {
    runs += 1;
    const run = runOfYaml(`run${runs}`, yaml('SELECT 1 AS x'));
    const steps = run.definition.steps.map((step): Step => {
      if (step.type === 'query') return { ...step, sql };
      if (step.type !== 'quality') return step;
      return { ...step, checks: step.checks.map((each) => (each.type === 'sql' ? { ...each, sql } : each)) };
    });
    return executePipeline({ ...run, definition: { ...run.definition, steps } }, tenant.tools);
  };
  const query = (sql: string, sources = '[]') => `
sources: ${sources}
steps:
  - id: steal
    type: query
    sql: ${JSON.stringify(sql)}
    destination: { table: stolen, write_disposition: WRITE_TRUNCATE }
`;
  const nothingStolen = async () =>
    expect(await tenant.bigquery.dataset('tenant_1').table('stolen').exists()).toEqual([false]);

  const reads = (path: string, sources = 'none') =>
    `It reads ${path}; expected the tenant's own tables or the definition's sources (${sources}).`;
  const isTenants = 'It reads tenant_2, which is the dataset of a tenant.';
  const attempts: readonly (readonly [string, string, string])[] = [
    ['another tenant’s table', 'SELECT * FROM tenant_2.secrets', reads('tenant_2.secrets')],
    ['one named in quotes', 'SELECT * FROM `local.tenant_2.secrets`', reads('tenant_2.secrets')],
    [
      'one in a subquery that is never evaluated',
      'SELECT IF(FALSE, (SELECT MAX(owner) FROM tenant_2.secrets), "x") AS x',
      reads('tenant_2.secrets'),
    ],
    [
      'one behind a WITH that nobody uses',
      'WITH s AS (SELECT * FROM tenant_2.secrets) SELECT 1 AS x',
      reads('tenant_2.secrets'),
    ],
    [
      'one beside its own',
      'SELECT * FROM secrets UNION ALL SELECT * FROM tenant_2.secrets',
      reads('tenant_2.secrets'),
    ],
    [
      'tables by a pattern',
      'SELECT * FROM `api_*`',
      'It uses api_*, a wildcard table; expected plain tables',
    ],
    [
      'its own metadata',
      'SELECT * FROM tenant_1.INFORMATION_SCHEMA.TABLES',
      'It uses tenant_1.INFORMATION_SCHEMA.TABLES, a view of metadata; expected plain tables',
    ],
    ['a dataset that is no source', 'SELECT * FROM rates.secrets', reads('rates.secrets')],
    ['two statements', 'SELECT 1 AS x; SELECT 2 AS x', 'It is of type SCRIPT; expected one SELECT'],
    ['a script', 'BEGIN SELECT 1 AS x; END', 'It begins with BEGIN; expected one SELECT'],
    [
      'DML',
      'UPDATE tenants SET pipeline_runs_count = 0 WHERE TRUE',
      'It begins with UPDATE; expected one SELECT',
    ],
    [
      'DML elsewhere',
      "INSERT INTO tenant_2.secrets VALUES ('x')",
      'It begins with INSERT; expected one SELECT',
    ],
    ['DDL', 'DROP TABLE secrets', 'It begins with DROP; expected one SELECT'],
    ['a new table', 'CREATE TABLE rates.x AS SELECT 1 AS x', 'It begins with CREATE; expected one'],
  ];
  it.each(attempts)('does not reach %s', async (_, sql, message) => {
    expect(await executeText(sql)).toMatchObject({
      status: 'FAILED',
      errorCode: expect.stringMatching(/^(access_denied|invalid_query)$/),
      errorMessage: expect.stringContaining(`Step 'steal' failed: ${message}`),
    });
    await nothingStolen();
    expect(await tenant.query('SELECT * FROM tenant_2.secrets')).toEqual([{ owner: 'tenant_2' }]);
  });

  it.each([
    "EXECUTE IMMEDIATE 'SELECT 1'",
    'CALL rates.p()',
    "EXPORT DATA OPTIONS (uri = 'gs://x/*') AS SELECT 1",
  ])('does not run %s', async (sql) => {
    expect(await executeText(sql)).toMatchObject({ status: 'FAILED', errorCode: 'invalid_query' });
    await nothingStolen();
  });

  it('does not accept a tenant’s dataset as a source, whatever definition and deployment say', async () => {
    const yaml = query('SELECT * FROM tenant_2.secrets', '[tenant_2]');
    expect(await execute(yaml, {}, { allowedSources: ['tenant_2', 'local.*'] })).toMatchObject({
      status: 'FAILED',
      errorCode: 'access_denied',
      errorMessage: `Step 'steal' failed: ${isTenants}`,
    });
    await nothingStolen();
  });

  it('reads the sources that definition and deployment agree on', async () => {
    const yaml = query('SELECT r.owner FROM rates.secrets AS r CROSS JOIN secrets AS own', '[rates]');
    const denied = await execute(yaml, {}, { allowedSources: undefined });
    expect(denied.errorMessage).toBe(
      "Step 'steal' failed: It reads rates.secrets; this deployment does not allow that (ALLOWED_SOURCES).",
    );
    expect(await execute(yaml, {}, { allowedSources: ['rates'] })).toMatchObject({ status: 'COMPLETED' });
    expect(await tenant.query('SELECT * FROM stolen')).toEqual([{ owner: 'rates' }]);
    await tenant.query('DROP TABLE stolen');
  });

  it('judges a text for each tenant: one’s own table is another’s secret', async () => {
    const yaml = query('SELECT owner FROM tenant_2.secrets');
    const run = runOfYaml('other', yaml);
    const other = await executePipeline(
      { ...run, tenantId: 'tenant_2', datasetId: 'tenant_2' },
      tenant.tools,
    );
    expect(other).toMatchObject({ status: 'COMPLETED' });
    expect(await execute(yaml)).toMatchObject({ status: 'FAILED', errorCode: 'access_denied' });
    await nothingStolen();
  });

  it('does not let a definition read what only another one may', async () => {
    const sql = 'SELECT owner AS x FROM rates.secrets';
    const destination = '    destination: { table: stolen, write_disposition: WRITE_TRUNCATE }\n';
    const reading = (sources: string) => query(sql, sources).replace(destination, '');
    expect(await execute(reading('[rates]'))).toMatchObject({ status: 'COMPLETED' });
    expect(await execute(reading('[]'))).toMatchObject({ status: 'FAILED', errorCode: 'access_denied' });
  });

  it('asks BigQuery once per process about an allowed text, and each time about a refused one', async () => {
    const proxy = await startProxy(tenant.url);
    const runJob = createRunJob(clientOf(proxy.url));
    const jobsAsked = async (yaml: string) => {
      const before = proxy.calls.length;
      await execute(yaml, {}, { runJob });
      return proxy.calls
        .slice(before)
        .filter(({ method, path }) => method === 'POST' && path.includes('/jobs')).length;
    };
    const mine = query('SELECT 1 AS once').replace('table: stolen', 'table: mine');
    const theirs = query('SELECT 2 AS x FROM tenant_2.secrets');
    const asked = [
      await jobsAsked(mine),
      await jobsAsked(mine),
      await jobsAsked(theirs),
      await jobsAsked(theirs),
    ];
    await proxy.close();
    // First the dry run and the job, then the job alone; for the refused text a dry run each time, and no
    // job.
    expect(asked).toEqual([2, 1, 1, 1]);
  });

  const check = (sql: string) => `
steps:
  - id: look
    type: quality
    table: secrets
    checks:
      - { name: peek, type: sql, sql: ${JSON.stringify(sql)} }
`;
  it.each(['SELECT * FROM tenant_2.secrets', 'SELECT 1)), b AS ((SELECT 1 FROM tenant_2.secrets'])(
    'does not reach another tenant by a check: %s',
    async (sql) => {
      expect(await executeText(sql, check)).toMatchObject({
        status: 'FAILED',
        errorMessage: expect.stringMatching(/^The checks of step 'look' could not be computed: /),
        steps: [{ rowsWritten: 0, bytesProcessed: 0 }],
      });
    },
  );

  const load = (sources: string, source: string) => `
sources: ${sources}
parameters:
  uri: { type: STRING, default: gs://billing/tenant_1/own.csv, description: A file. }
steps:
  - id: load
    type: load
    format: CSV
    ${source}
    schema: [{ name: text, type: STRING }]
    destination: { table: loaded, write_disposition: WRITE_TRUNCATE }
`;
  const byParameter = 'source_uri_parameter: uri';
  const below = '["gs://billing/{tenant_id}/"]';
  it.each([
    'gs://billing/tenant_2/secret.csv',
    'gs://billing/tenant_1/../tenant_2/secret.csv',
    'gs://billing/*',
    'gs://billing/tenant_*/secret.csv',
    'gs://other/tenant_1/x.csv',
  ])('does not load %s from a parameter', async (uri) => {
    expect(await execute(load(below, byParameter), { uri })).toMatchObject({
      status: 'FAILED',
      errorCode: 'access_denied',
      errorMessage: expect.stringMatching(/^Step 'load' failed: .*(expected one below|expected a URI)/),
    });
    expect(await tenant.bigquery.dataset('tenant_1').table('loaded').exists()).toEqual([false]);
  });

  it('loads no file of another tenant from a place open to all, unless its definition names the place', async () => {
    const uri = 'gs://billing/tenant_2/secret.csv';
    const shared = { allowedSources: ['gs://billing/'] };
    expect(await execute(load('["gs://*"]', byParameter), { uri }, shared)).toMatchObject({
      status: 'FAILED',
      errorCode: 'access_denied',
      errorMessage: expect.stringContaining("expected a file of the tenant's own"),
    });
    expect(await tenant.bigquery.dataset('tenant_1').table('loaded').exists()).toEqual([false]);
    const own = { allowedSources: ['gs://billing/{tenant_id}/'] };
    expect(await execute(load('["gs://*"]', byParameter), {}, own)).toMatchObject({ status: 'COMPLETED' });
    const named = await execute(load('["gs://billing/"]', byParameter), { uri }, shared);
    expect(named).toMatchObject({ status: 'COMPLETED' });
  });

  it('loads what lies below its sources, for each tenant its own', async () => {
    const yaml = load(below, byParameter);
    expect(await execute(yaml)).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    const fixed = load(below, "source_uris: ['gs://billing/{tenant_id}/*']");
    expect(await execute(fixed)).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    expect(await tenant.query('SELECT text FROM loaded')).toEqual([{ text: 'own' }]);
    const denied = await execute(yaml, {}, { allowedSources: ['gs://exports/'] });
    expect(denied.errorMessage).toContain('ALLOWED_SOURCES');
  });
});
