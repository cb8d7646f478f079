import { clientOf } from 'local-bigquery/testing';
import type { JobRequest, QueryWork } from '../../../../../shared/google/bigquery/jobs/job-request';
import { createRunJob } from '../../../../../shared/google/bigquery/jobs/run-job';
import { createAppendRows } from '../../../../../shared/google/bigquery/tables/append-rows';
import { startProxy } from '../../../../functions/support/proxy';
import { startTenantDataset, type TenantDataset } from '../../../pipelines/support/tenant-dataset';

describe('BigQuery jobs through Google’s client', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  const request = (jobId: string, sql: string, work: Partial<QueryWork> = {}): JobRequest => ({
    jobId,
    datasetId: tenant.datasetId,
    timeoutMs: 30_000,
    labels: { tenant: 'Tenant_1', pipeline: 'a/b/c' },
    reads: 'anything',
    work: { kind: 'query', sql, parameters: [], ...work },
  });
  const into = (table: string, write_disposition: 'WRITE_TRUNCATE' | 'WRITE_APPEND' | 'WRITE_EMPTY') => ({
    destination: { table, write_disposition },
  });

  it('reads rows, with typed parameters and nulls', async () => {
    const sql = 'SELECT @big AS big, @none IS NULL AS none, ARRAY_LENGTH(@list) AS length';
    const parameters = [
      { name: 'big', parameterType: { type: 'INT64' }, parameterValue: { value: '9223372036854775807' } },
      { name: 'none', parameterType: { type: 'DATE' }, parameterValue: {} },
      {
        name: 'list',
        parameterType: { type: 'ARRAY', arrayType: { type: 'STRING' } },
        parameterValue: { arrayValues: [{ value: 'a' }, { value: "b'" }] },
      },
    ];
    expect(await tenant.tools.runJob(request('rows', sql, { parameters, wantsRows: true }))).toMatchObject({
      status: 'completed',
      attached: false,
      rows: [{ big: '9223372036854775807', none: 'true', length: '2' }],
    });
  });

  it('attaches to a job that exists: appended rows are there once, and counted by both', async () => {
    const job = request('append', 'SELECT 1 AS id UNION ALL SELECT 2', into('appended', 'WRITE_APPEND'));
    const first = await tenant.tools.runJob(job);
    expect(first).toMatchObject({ status: 'completed', attached: false, statistics: { rowsWritten: 2 } });
    const second = await tenant.tools.runJob(job);
    expect(second).toEqual({ ...first, attached: true });
    expect(await tenant.query('SELECT COUNT(*) AS rows_there FROM appended')).toEqual([{ rows_there: 2 }]);
  });

  it('counts the rows that a query appends, not those that are there', async () => {
    for (const id of ['more1', 'more2', 'more3']) {
      const job = request(id, 'SELECT 1 AS id UNION ALL SELECT 2', into('more', 'WRITE_APPEND'));
      const appended = { status: 'completed', statistics: { rowsWritten: 2 } };
      expect(await tenant.tools.runJob(job)).toMatchObject(appended);
      expect(await tenant.tools.runJob(job)).toMatchObject({ ...appended, attached: true });
    }
    expect(await tenant.query('SELECT COUNT(*) AS rows_there FROM more')).toEqual([{ rows_there: 6 }]);
  });

  it('attaches when two workers start the same job at once', async () => {
    const job = request('race', 'SELECT 1 AS id', into('raced', 'WRITE_APPEND'));
    const outcomes = await Promise.all([1, 2, 3].map(() => tenant.tools.runJob(job)));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['completed', 'completed', 'completed']);
    expect(await tenant.query('SELECT COUNT(*) AS rows_there FROM raced')).toEqual([{ rows_there: 1 }]);
  });

  it('says why a job failed, and says the same when it attaches', async () => {
    const job = request('bad', 'SELECT nope FROM tenants');
    const failure = {
      status: 'failed',
      failure: {
        kind: 'permanent',
        code: 'invalid_query',
        message: expect.stringContaining('Unrecognized name: nope'),
      },
    };
    expect(await tenant.tools.runJob(job)).toMatchObject(failure);
    expect(await tenant.tools.runJob(job)).toMatchObject({ ...failure, attached: true });
  });

  it('reports a missing table in BigQuery’s words, without the project', async () => {
    expect(await tenant.tools.runJob(request('missing', 'SELECT * FROM nowhere'))).toMatchObject({
      status: 'failed',
      failure: {
        code: 'not_found',
        message: expect.stringContaining('Not found: Table tenant_1.nowhere'),
      },
    });
  });

  it('finds a dataset that was made anew elsewhere, once a job has failed where it was', async () => {
    const job = (jobId: string): JobRequest => ({ ...request(jobId, 'SELECT 1 AS one'), datasetId: 'moved' });
    await tenant.bigquery.createDataset('moved', { location: 'EU' });
    expect(await tenant.tools.runJob(job('before_move'))).toMatchObject({ status: 'completed' });
    await tenant.bigquery.dataset('moved').delete();
    await tenant.bigquery.createDataset('moved', { location: 'asia-east1' });
    const failed = { status: 'failed', failure: { code: 'not_found' } };
    expect(await tenant.tools.runJob(job('moved_away'))).toMatchObject(failed);
    expect(await tenant.tools.runJob(job('after_move'))).toMatchObject({ status: 'completed' });
  });

  it('fails for good if a destination must be empty and is not', async () => {
    await tenant.tools.runJob(request('full', 'SELECT 1 AS id', into('full', 'WRITE_TRUNCATE')));
    expect(
      await tenant.tools.runJob(request('full2', 'SELECT 1 AS id', into('full', 'WRITE_EMPTY'))),
    ).toMatchObject({
      status: 'failed',
      failure: { kind: 'duplicate', message: expect.stringContaining('Already Exists') },
    });
  });

  it('labels the job', async () => {
    await tenant.tools.runJob(request('labelled', 'SELECT 1'));
    const [metadata]: readonly unknown[] = await tenant.bigquery
      .job('labelled', { location: 'EU' })
      .getMetadata();
    expect(metadata).toMatchObject({ configuration: { labels: { tenant: 'tenant_1', pipeline: 'a-b-c' } } });
  });

  it('starts nothing if it may only attach', async () => {
    const attachOnly = { ...request('only', 'SELECT 1'), attachOnly: true };
    expect(await tenant.tools.runJob(attachOnly)).toMatchObject({
      status: 'unknown',
      mayHaveStarted: false,
      failure: { kind: 'not_found' },
    });
    await tenant.tools.runJob(request('only', 'SELECT 1'));
    expect(await tenant.tools.runJob(attachOnly)).toMatchObject({ status: 'completed', attached: true });
  });

  it('says whether there may be a job where nothing is known of its end', async () => {
    const proxy = await startProxy(tenant.url);
    const runJob = createRunJob(clientOf(proxy.url));
    const denied = { status: 403, body: { error: { code: 403, errors: [{ reason: 'accessDenied' }] } } };
    const outcome = { status: 'unknown', failure: { code: 'access_denied' } };
    const work = into('seen', 'WRITE_TRUNCATE');
    proxy.treat(({ startsJob }) => (startsJob === undefined ? 'pass' : denied));
    expect(await runJob(request('refused', 'SELECT 1 AS id', work))).toMatchObject({
      ...outcome,
      mayHaveStarted: false,
    });
    // Started, or found to be there, and then nobody may look at it.
    proxy.treat(({ path }) => (/\/(jobs|queries)\/unseen/.test(path) ? denied : 'pass'));
    for (let time = 1; time <= 2; time++) {
      expect(await runJob(request('unseen', 'SELECT 1 AS id', work))).toMatchObject({
        ...outcome,
        mayHaveStarted: true,
      });
    }
    await proxy.close();
  });

  it('uses the location that it is given, without looking it up', async () => {
    const proxy = await startProxy(tenant.url);
    const located = { ...request('located', 'SELECT 1'), location: 'EU' };
    const runJob = createRunJob(clientOf(proxy.url));
    expect(await runJob(located)).toMatchObject({ status: 'completed', attached: false });
    expect(await runJob(located)).toMatchObject({ status: 'completed', attached: true });
    await proxy.close();
    expect(proxy.calls.filter(({ path }) => path.includes('/datasets/'))).toEqual([]);
    expect(await tenant.tools.runJob({ ...located, jobId: 'elsewhere', location: 'US' })).toMatchObject({
      status: 'failed',
      failure: { kind: 'not_found' },
    });
  });

  describe('that take long', () => {
    // About a second of work: far longer than the tests below wait for it.
    const slow =
      'SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000)) AS b';

    it('are cancelled at their timeout', async () => {
      const job = { ...request('late', slow), timeoutMs: 50 };
      expect(await tenant.tools.runJob(job)).toMatchObject({
        status: 'failed',
        failure: { code: 'timed_out' },
      });
      expect(await tenant.tools.runJob({ ...job, timeoutMs: 30_000 })).toMatchObject({
        status: 'failed',
        attached: true,
        failure: { kind: 'permanent', code: 'timed_out' },
      });
    });

    it('are cancelled when their run is over, with another failure than for their timeout', async () => {
      const over = new AbortController();
      const job = { ...request('over', slow, into('never', 'WRITE_TRUNCATE')), cancelWhen: over.signal };
      const waiting = tenant.tools.runJob(job);
      setTimeout(() => over.abort(), 50);
      const stopped = { status: 'failed', failure: { kind: 'permanent', code: 'stopped' } };
      expect(await waiting).toMatchObject({ ...stopped, attached: false });
      expect(await tenant.tools.runJob(request('over', slow))).toMatchObject({ ...stopped, attached: true });
      await expect(tenant.query('SELECT * FROM never')).rejects.toThrow('Not found: Table');
    });

    it('have only their remaining time when they are attached to', async () => {
      const stop = new AbortController();
      const waiting = tenant.tools.runJob(request('aged', slow), stop.signal);
      setTimeout(() => stop.abort(new Error('the delivery ends')), 100);
      await expect(waiting).rejects.toThrow('the delivery ends');
      const ages: number[] = [];
      const remainingMs = (ageMs: number) => {
        ages.push(ageMs);
        return 0;
      };
      expect(await tenant.tools.runJob({ ...request('aged', slow), remainingMs })).toMatchObject({
        status: 'failed',
        failure: { code: 'timed_out' },
      });
      expect(ages).toEqual([expect.any(Number)]);
      expect(ages[0]).toBeGreaterThanOrEqual(100);
    });

    it('go on when nobody waits for them any more, and the next caller finds them', async () => {
      const stop = new AbortController();
      const sooner = slow.replaceAll('1000', '500');
      const job = { ...request('left', sooner, { wantsRows: true }), timeoutMs: 60_000 };
      const waiting = tenant.tools.runJob(job, stop.signal);
      setTimeout(() => stop.abort(new Error('the delivery ends')), 50);
      await expect(waiting).rejects.toThrow('the delivery ends');
      expect(await tenant.tools.runJob(job)).toMatchObject({
        status: 'completed',
        attached: true,
        rows: [{ n: '250000' }],
      });
    });
  });

  it('stops waiting when its signal says so, with the reason', async () => {
    const stopped = AbortSignal.abort(new Error('the delivery ends'));
    await expect(tenant.tools.runJob(request('stopped', 'SELECT 1'), stopped)).rejects.toThrow(
      'the delivery ends',
    );
  });
});

describe('appending rows', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  const row = (insertId: string, json: Record<string, string>) => ({ insertId, json });
  const key = { key_id: 'k', tenant_id: 't', key_hash: 'h', created_at: '2026-11-01T12:00:00.123Z' };

  it('keeps rows with the same insertId once', async () => {
    await tenant.tools.appendRows(tenant.datasetId, 'api_keys', [
      row('1', key),
      row('2', { ...key, key_id: 'l' }),
    ]);
    await tenant.tools.appendRows(tenant.datasetId, 'api_keys', [row('1', key)]);
    const found = await tenant.query(
      'SELECT key_id, CAST(created_at AS STRING) AS made_at FROM api_keys ORDER BY key_id',
    );
    expect(found).toEqual([
      { key_id: 'k', made_at: '2026-11-01 12:00:00.123+00' },
      { key_id: 'l', made_at: '2026-11-01 12:00:00.123+00' },
    ]);
  });

  it('throws what is wrong with a row, and appends no rows', async () => {
    const rows = [row('3', key), row('4', { ...key, nope: 'x' })];
    await expect(tenant.tools.appendRows(tenant.datasetId, 'api_keys', rows)).rejects.toThrow(
      /Table api_keys refused rows: .*nope/,
    );
    expect(await tenant.query("SELECT key_id FROM api_keys WHERE key_id = 'x'")).toEqual([]);
  });

  it('waits for a table that was just made', async () => {
    const append = createAppendRows(tenant.bigquery, [20, 20, 50, 100, 200, 400, 800, 1600]);
    const appended = append(tenant.datasetId, 'late', [row('1', { id: 'a' })]);
    await tenant.bigquery
      .dataset(tenant.datasetId)
      .createTable('late', { schema: { fields: [{ name: 'id', type: 'STRING' }] } });
    await appended;
    expect(await tenant.query('SELECT id FROM late')).toEqual([{ id: 'a' }]);
  });

  it('in the end throws that there is no such table', async () => {
    const append = createAppendRows(tenant.bigquery, [1]);
    await expect(append(tenant.datasetId, 'never', [row('1', { id: 'a' })])).rejects.toThrow(
      /Not found: Table/,
    );
  });
});
