import type { Query } from '@google-cloud/bigquery';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const table = (name: string) => local.client.dataset('ds').table(name);

/** Runs a query into a table and waits; rejects if the job failed. */
async function into(name: string, query: string, options: Partial<Query> = {}) {
  const [job] = await local.client.createQueryJob({ query, destination: table(name), ...options });
  const [rows] = await job.getQueryResults();
  return { job, rows };
}

async function valuesOf(name: string): Promise<unknown[]> {
  const [rows] = await table(name).getRows();
  return rows.map((row) => Object.values(row));
}

describe('a query job', () => {
  it('writes its rows to a table, with partitioning and clustering', async () => {
    const { job, rows } = await into('made', "SELECT DATE '2024-09-01' AS day, 1 AS n", {
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['n'] },
      labels: { run: 'a' },
    });
    expect(rows).toHaveLength(1);
    const [metadata] = await table('made').getMetadata();
    expect(metadata).toMatchObject({
      numRows: '1',
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['n'] },
    });
    expect((await job.getMetadata())[0]).toMatchObject({
      configuration: {
        jobType: 'QUERY',
        labels: { run: 'a' },
        query: { destinationTable: { projectId: 'local', datasetId: 'ds', tableId: 'made' } },
      },
      statistics: { query: { statementType: 'SELECT' } },
    });
  });

  it('by default writes only where there are no rows yet', async () => {
    await table('guarded').create({ schema: 'n:INTEGER' });
    await into('guarded', 'SELECT 1 AS n');
    await expect(into('guarded', 'SELECT 2 AS n')).rejects.toMatchObject({
      code: 409,
      message: 'Already Exists: Table local:ds.guarded',
    });
    expect(await valuesOf('guarded')).toEqual([[1]]);
  });

  it('appends by name, and only what fits', async () => {
    await into('appended', "SELECT 1 AS n, 'a' AS s");
    const append = { writeDisposition: 'WRITE_APPEND' };
    await into('appended', "SELECT 'b' AS s, 2 AS n", append);
    await into('appended', 'SELECT 3 AS N', append);
    await expect(into('appended', "SELECT 'x' AS n", append)).rejects.toMatchObject({
      code: 400,
      message:
        'Provided Schema does not match Table local:ds.appended. Field n has changed type from INTEGER to STRING',
    });
    await expect(into('appended', 'SELECT 1 AS other', append)).rejects.toMatchObject({ code: 400 });
    expect(await valuesOf('appended')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, null],
    ]);
  });

  it('truncates: rows and schema are new, and doing it again changes nothing', async () => {
    await into('truncated', 'SELECT 1 AS n');
    const truncate = { writeDisposition: 'WRITE_TRUNCATE' };
    await into('truncated', "SELECT 'x' AS s", truncate);
    await into('truncated', "SELECT 'x' AS s", truncate);
    expect(await valuesOf('truncated')).toEqual([['x']]);
  });

  it('makes no table where it may not', async () => {
    await expect(into('never', 'SELECT 1 AS n', { createDisposition: 'CREATE_NEVER' })).rejects.toMatchObject(
      {
        code: 404,
        message: 'Not found: Table local:ds.never',
      },
    );
    const destination = local.client.dataset('absent').table('t');
    const [job] = await local.client.createQueryJob({ query: 'SELECT 1 AS n', destination });
    await expect(job.getQueryResults()).rejects.toMatchObject({
      code: 404,
      message: 'Not found: Dataset local:absent',
    });
  });

  it('refuses DML with a destination before it does anything', async () => {
    await into('source', 'SELECT 1 AS n');
    await expect(into('target', 'DELETE FROM ds.source WHERE TRUE')).rejects.toMatchObject({ code: 400 });
    expect(await valuesOf('source')).toEqual([[1]]);
  });

  it('has its times in order though the clock jumps back meanwhile', async () => {
    const real = Date.now.bind(Date);
    let behindMs = 0;
    // Two hours further back at each look.
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
      behindMs += 7_200_000;
      return real() - behindMs;
    });
    const { job } = await into('jumped', 'SELECT 1 AS n').finally(() => clock.mockRestore());
    const { statistics } = (await job.getMetadata())[0];
    const [created, started, ended] = ['creationTime', 'startTime', 'endTime'].map((name) =>
      Number(statistics[name]),
    );
    expect(created).toBeLessThanOrEqual(Number(started));
    expect(started).toBeLessThanOrEqual(Number(ended));
    expect(Number(ended) - Number(created)).toBeLessThan(3_600_000);
  });

  it('with an id of the caller’s is done once', async () => {
    await table('once').create({ schema: 'n:INTEGER' });
    const query = { query: 'INSERT ds.once (n) VALUES (1)', jobId: 'insert-once' };
    const outcomes = await Promise.allSettled(
      [...Array(5).keys()].map(() => local.client.createQueryJob(query)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(local.client.createQueryJob(query)).rejects.toMatchObject({
      code: 409,
      message: 'Already Exists: Job local:US.insert-once',
      errors: [{ reason: 'duplicate' }],
    });
    const job = local.client.job('insert-once', { location: 'US' });
    await job.getQueryResults();
    expect((await job.getMetadata())[0]).toMatchObject({
      kind: 'bigquery#job',
      id: 'local:US.insert-once',
      jobReference: { projectId: 'local', jobId: 'insert-once', location: 'US' },
      status: { state: 'DONE' },
      statistics: {
        creationTime: expect.stringMatching(/^\d{13}$/),
        startTime: expect.stringMatching(/^\d{13}$/),
        endTime: expect.stringMatching(/^\d{13}$/),
        query: { statementType: 'INSERT', numDmlAffectedRows: '1', dmlStats: { insertedRowCount: '1' } },
      },
      user_email: expect.any(String),
    });
    expect(await valuesOf('once')).toEqual([[1]]);
  });

  it('that fails says so in its status, and keeps its id', async () => {
    const query = { query: 'SELECT nope', jobId: 'failed-job' };
    const [job] = await local.client.createQueryJob(query);
    await expect(job.getQueryResults()).rejects.toMatchObject({
      code: 400,
      errors: [{ reason: 'invalidQuery' }],
    });
    const [metadata] = await job.getMetadata();
    const fault = { reason: 'invalidQuery', location: 'query', message: 'Unrecognized name: nope at [1:8]' };
    expect(metadata.status).toEqual({ state: 'DONE', errorResult: fault, errors: [fault] });
    await expect(local.client.createQueryJob(query)).rejects.toMatchObject({ code: 409 });
  });

  it('of several statements reports itself as a script', async () => {
    const query =
      'CREATE TABLE ds.scripted (n INT64); INSERT ds.scripted (n) VALUES (1), (2); SELECT SUM(n) AS total FROM ds.scripted;';
    const [job] = await local.client.createQueryJob(query);
    expect((await job.getQueryResults())[0]).toEqual([{ total: 3 }]);
    expect((await job.getMetadata())[0].statistics).toMatchObject({
      numChildJobs: '3',
      query: { statementType: 'SCRIPT' },
    });
  });

  it.each([['bad id!'], ['a'.repeat(1025)]])('is refused with the id %p', async (jobId) => {
    await expect(local.client.createQueryJob({ query: 'SELECT 1', jobId })).rejects.toMatchObject({
      code: 400,
    });
  });

  it('that is cancelled while it works changes nothing', async () => {
    const { promise: released, resolve: release } = promised();
    const held = await startLocalBigQuery({ limits: { loadMs: 3_600_000, pause: () => released } });
    await held.client.createDataset('ds');
    held.putFile('bucket', 'rows.csv', '1,a\n');
    const load = {
      sourceUris: ['gs://bucket/rows.csv'],
      destinationTable: { projectId: 'local', datasetId: 'ds', tableId: 'cancelled' },
      schema: {
        fields: [
          { name: 'n', type: 'INTEGER' },
          { name: 's', type: 'STRING' },
        ],
      },
    };
    const [job] = await held.client.createJob({ configuration: { load } });
    const [answer] = await job.cancel();
    expect(answer).toMatchObject({ job: { status: { state: 'RUNNING' } } });
    release();
    let [metadata] = await job.getMetadata();
    while (metadata.status.state !== 'DONE') [metadata] = await job.getMetadata();
    expect(metadata.status.errorResult).toEqual({
      reason: 'stopped',
      message: 'Job execution was cancelled: User requested cancellation',
    });
    expect(await held.client.dataset('ds').table('cancelled').exists()).toEqual([false]);
    await held.stop();
  });

  it('can be cancelled when it is done, and is listed', async () => {
    const [job] = await local.client.createQueryJob({ query: 'SELECT 1', jobId: 'cancelled-late' });
    await job.getQueryResults();
    const [answer] = await job.cancel();
    expect(answer).toMatchObject({ kind: 'bigquery#jobCancelResponse', job: { status: { state: 'DONE' } } });
    const [jobs] = await local.client.getJobs({ maxResults: 3, autoPaginate: false });
    expect(jobs[0]?.id).toBe('cancelled-late');
    const listed = `SELECT job_type, statement_type, state, query, error_result FROM \`region-us\`.INFORMATION_SCHEMA.JOBS WHERE job_id = 'cancelled-late'`;
    expect((await local.client.query(listed))[0]).toEqual([
      { job_type: 'QUERY', statement_type: 'SELECT', state: 'DONE', query: 'SELECT 1', error_result: null },
    ]);
  });
});

/** A promise, and what resolves it. */
function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
