import { rmSync } from 'node:fs';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, schemasWith, startBackends } from '../support/backends';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';

const chain = 'test/example/chain';
const chainDefinition = `
description: For tests.
timeout_seconds: 60
sources: [gs://bucket/]
parameters:
  least: { type: INT64, description: The least number., default: 2 }
  uri: { type: STRING, description: The file., default: gs://bucket/numbers.csv }
steps:
  - id: load
    type: load
    source_uri_parameter: uri
    format: CSV
    csv: { skip_leading_rows: 1 }
    schema: [{ name: n, type: INT64 }]
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: large
    type: query
    needs: [load]
    sql: SELECT n FROM numbers WHERE n >= @least
    destination: { table: large_numbers, write_disposition: MERGE, merge_keys: [n] }
  - id: check
    type: quality
    needs: [large]
    table: large_numbers
    checks: [{ name: some_rows, type: row_count, min: 1 }]
  - id: own
    type: query
    sql: SELECT company_name FROM tenants
  - id: dear
    type: query
    sql: SELECT company_name, run_id FROM tenants CROSS JOIN step_logs
    maximum_bytes_billed: 10485760
  - id: out
    type: export
    needs: [large]
    table: large_numbers
    format: CSV
    destination_uri: gs://bucket/{tenant_id}/out.csv
  - id: tell
    type: notify
    needs: [out]
    topic: nobody-allows-this
`;
const watermarked = 'test/example/watermarked';
const watermarkedDefinition = `
description: For tests.
timeout_seconds: 60
watermark: { type: INT64, initial: 5, sql: SELECT MAX(pipeline_runs_count) FROM tenants }
steps:
  - id: newer
    type: query
    sql: SELECT tenant_id FROM tenants WHERE pipeline_runs_count > @watermark
`;
const foreign = 'test/example/foreign';
const foreignDefinition = `
description: For tests.
timeout_seconds: 60
sources: [neighbour]
steps:
  - { id: spy, type: query, sql: SELECT tenant_id FROM neighbour.tenants }
`;

const latest = 'test/example/latest';
const latestDefinition = `
description: For tests.
timeout_seconds: 60
at_limit: cancel_oldest
steps:
  - { id: one, type: query, sql: SELECT 1 AS n }
`;

describe('POST …/run/…?dry_run=true', () => {
  let backends: Backends;
  let schemas: string;
  let run: Instance;
  let apiKey: string;
  const published: unknown[] = [];
  beforeAll(async () => {
    backends = await startBackends();
    schemas = schemasWith({
      [chain]: chainDefinition,
      [watermarked]: watermarkedDefinition,
      [foreign]: foreignDefinition,
      [latest]: latestDefinition,
    });
    apiKey = await backends.onboard('planned');
    const publishRun = async (message: unknown) => void published.push(message);
    run = await startRunInstance({ bigqueryUrl: backends.bigquery.url, schemas, publishRun });
  });
  afterAll(async () => {
    await run?.close();
    await backends?.close();
    rmSync(schemas, { recursive: true });
  });

  const tryRun = (tenant: string, key: string, pipeline: string, body = {}, search = '?dry_run=true') =>
    call(run.url, 'POST', `/api/v1/pipelines/run/${tenant}/${pipeline}${search}`, {
      headers: withKey(key),
      body,
    });
  const stepsOf = ({ body: { steps } }: Awaited<ReturnType<typeof tryRun>>) =>
    Array.isArray(steps) ? new Map(steps.map((step) => [step.step_id, step])) : new Map();
  /** Everything that a start would move. */
  const world = async (tenant: string) => {
    const [jobs] = await backends.client.getJobs();
    const [tables] = await backends.client.dataset(tenant).getTables();
    return {
      published: published.length,
      row: await query(backends.client, tenant, 'SELECT TO_JSON_STRING(t) AS row FROM tenants AS t'),
      ledger: await backends.ledger(tenant),
      steps: await query(backends.client, tenant, 'SELECT * FROM step_logs'),
      tables: tables.map(({ id }) => id).sort(),
      jobs: jobs.filter(({ metadata }) => metadata.configuration.labels?.run !== undefined).length,
      queries: jobs.filter(({ metadata }) => metadata.configuration.query?.query.includes('company_name,'))
        .length,
      written: jobs
        .map(({ metadata }) => metadata.statistics.query?.statementType)
        .filter((type) => type !== 'SELECT').length,
    };
  };

  it('says what each step would read and cost, and changes nothing', async () => {
    backends.putFile('bucket/numbers.csv', 'n\n1\n2\n3\n');
    const before = await world('planned');
    const answer = await tryRun('planned', apiKey, chain);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      dry_run: true,
      parameters: { least: 2, uri: 'gs://bucket/numbers.csv' },
      admission: { status: 'ADMITTED', refusal: null },
      would_fail: true,
      is_complete: false,
      bigquery_price_per_tib: 6.25,
      currency: 'USD',
    });
    const steps = stepsOf(answer);
    expect([...steps.keys()]).toEqual(['load', 'large', 'check', 'own', 'dear', 'out', 'tell']);
    expect(steps.get('load')).toMatchObject({
      status: 'NOT_BILLED',
      bytes_billed: 0,
      files: [{ uri: 'gs://bucket/numbers.csv', files: 1, bytes: 8 }],
    });
    expect(steps.get('large')).toMatchObject({
      status: 'NOT_KNOWN',
      bytes_billed: null,
      reads_tables_of: ['load'],
      error_code: 'not_yet_known',
      error_message: "Not known before step 'load' has run: table numbers is not there yet.",
    });
    expect(steps.get('check')).toMatchObject({ status: 'NOT_KNOWN', reads_tables_of: ['large'] });
    expect(steps.get('own')).toMatchObject({
      status: 'ESTIMATED',
      bytes_billed: 10_485_760,
      estimated_bigquery_cost: 0.00006,
      accuracy: 'PRECISE',
    });
    expect(steps.get('dear')).toMatchObject({
      status: 'WOULD_FAIL',
      error_code: 'bytes_limit_exceeded',
      bytes_billed: 20_971_520,
      maximum_bytes_billed: 10_485_760,
    });
    expect(steps.get('out')).toMatchObject({ status: 'NOT_BILLED', reads_tables_of: ['large'] });
    expect(steps.get('tell')).toMatchObject({ status: 'WOULD_FAIL', error_code: 'access_denied' });
    expect(await world('planned')).toEqual(before);
  });

  it('estimates by the tables that an earlier run has left, also a merge into one of them', async () => {
    await query(backends.client, 'planned', 'CREATE TABLE numbers AS SELECT 1 AS n');
    const fresh = stepsOf(await tryRun('planned', apiKey, chain)).get('large');
    expect(fresh).toMatchObject({ status: 'ESTIMATED', bytes_billed: 10_485_760 });
    await query(backends.client, 'planned', 'CREATE TABLE large_numbers AS SELECT 1 AS n');
    const before = await world('planned');
    expect(stepsOf(await tryRun('planned', apiKey, chain)).get('large')).toMatchObject({
      status: 'ESTIMATED',
      bytes_billed: 20_971_520,
      warnings: ["Estimated by table numbers as it is now: step 'load' writes to it before."],
    });
    expect(await world('planned')).toEqual(before);
    await query(backends.client, 'planned', 'DROP TABLE numbers');
    await query(backends.client, 'planned', "CREATE TABLE numbers AS SELECT 'x' AS other");
    expect(stepsOf(await tryRun('planned', apiKey, chain)).get('large')).toMatchObject({
      status: 'NOT_KNOWN',
      error_message: expect.stringMatching(/^Not known before step 'load' has run\. .*n/),
    });
  });

  it('tells of files that are missing, lie elsewhere, or have other columns', async () => {
    backends.putFile('bucket/other.csv', 'm\n1\n');
    for (const [uri, error_code] of [
      ['gs://bucket/none.csv', 'not_found'],
      ['gs://elsewhere/numbers.csv', 'access_denied'],
      ['gs://bucket/other.csv', 'invalid_data'],
    ]) {
      const load = stepsOf(await tryRun('planned', apiKey, chain, { uri })).get('load');
      expect(load).toMatchObject({ status: 'WOULD_FAIL', error_code });
    }
  });

  it('reads from where the last run came to, and tells what reading and recording that costs', async () => {
    expect((await tryRun('planned', apiKey, watermarked)).body).toMatchObject({
      watermark: '5',
      is_complete: true,
      would_fail: false,
      steps: [
        { step_id: 'watermark-read', status: 'ESTIMATED' },
        { step_id: 'newer', status: 'ESTIMATED', bytes_billed: 10_485_760 },
        { step_id: 'watermark-record', status: 'ESTIMATED' },
      ],
    });
    const told = await tryRun('planned', apiKey, watermarked, {}, '?dry_run=true&watermark=3');
    expect(told.body.watermark).toBe('3');
    expect([...stepsOf(told).keys()]).toEqual(['newer']);
  });

  it('reads no other tenant’s data, whatever is configured', async () => {
    await backends.onboard('neighbour');
    expect(stepsOf(await tryRun('planned', apiKey, foreign)).get('spy')).toMatchObject({
      status: 'WOULD_FAIL',
      error_code: 'access_denied',
      bytes_processed: null,
    });
  });

  it('tells what admission would refuse, with the numbers of the refusal', async () => {
    const full = await backends.onboard('full', { max_pipelines_per_month: 0, max_concurrent_pipelines: 1 });
    const answer = await tryRun('full', full, chain);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('RateLimit')).toMatch(/^"monthly";r=0/);
    const monthly = { code: 'monthly_quota_exceeded', status: 429, used: 0, quota: 0 };
    expect(answer.body.admission).toMatchObject({ cancels: null, status: 'REFUSED', refusal: monthly });
    const busy = await backends.onboard('busy', { max_concurrent_pipelines: 1 });
    await backends.hold('busy', ['run-1'], { pipeline: latest });
    const concurrent = { code: 'concurrent_limit_reached', status: 429, running: 1, quota: 1 };
    expect((await tryRun('busy', busy, chain)).body.admission).toMatchObject({ refusal: concurrent });
    expect((await tryRun('busy', busy, latest)).body.admission).toEqual({
      status: 'ADMITTED',
      refusal: null,
      cancels: 'run-1',
    });
    await query(backends.client, 'busy', 'UPDATE tenants SET is_active = FALSE WHERE TRUE');
    const inactive = { code: 'tenant_inactive', status: 403 };
    expect((await tryRun('busy', busy, chain)).body.admission).toMatchObject({ refusal: inactive });
  });

  it('agrees with the run itself: what it estimates is what is billed', async () => {
    const estimated = await tryRun('planned', apiKey, watermarked);
    const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url, schemas });
    await backends.hold('planned', ['run-1'], { pipeline: watermarked });
    expect((await push(worker, 'planned', 'run-1', watermarked)).status).toBe(204);
    await worker.close();
    const steps = await query(backends.client, 'planned', 'SELECT step_id, bytes_billed FROM step_logs');
    expect(new Map(steps.map(({ step_id, bytes_billed }) => [step_id, bytes_billed]))).toEqual(
      new Map([...stepsOf(estimated)].map(([id, { bytes_billed }]) => [id, bytes_billed])),
    );
  });

  it.each([
    ['another value than true and false', '?dry_run=yes', {}, 'dry_run'],
    ['a name that is not known', '?dryrun=true', {}, 'dryrun'],
    ['a wrong parameter', '?dry_run=true', { least: 'two' }, 'least'],
  ])('is refused with %s, and nothing is started', async (_what, search, body, named) => {
    const answer = await tryRun('planned', apiKey, chain, body, search);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.detail).toContain(named);
    expect(published).toEqual([]);
  });
});
