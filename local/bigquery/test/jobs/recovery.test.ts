import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalBigQuery, newFolder, startLocalBigQuery } from '../support/local-bigquery';

/** What a crash leaves is made by cutting off what had been written last. */
const folder = newFolder();
const jobFolder = join(folder, 'data', 'jobs');
const logOf = (table: string) => join(folder, 'data', 'datasets', 'ds', `${table}.ndjson`);
let local: LocalBigQuery;

beforeEach(async () => {
  local = await startLocalBigQuery({ folder });
  if (!(await local.client.dataset('ds').exists())[0]) await local.client.createDataset('ds');
});
afterEach(() => local.stop());
afterAll(() => rmSync(folder, { recursive: true }));

/** Stops the server, forgets the last line of the job log (that a job is done) and starts again. */
async function restartWithoutOutcome(alsoWhileDown: () => void = () => undefined): Promise<void> {
  await local.stop();
  const file = join(jobFolder, readdirSync(jobFolder).sort().at(-1) ?? '');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.at(-1)).toContain('"outcome"');
  writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n{"torn`);
  alsoWhileDown();
  local = await startLocalBigQuery({ folder });
}

function dropLastCommit(table: string): void {
  const lines = readFileSync(logOf(table), 'utf8').trimEnd().split('\n');
  let end = lines.length - 1;
  while (end > 0 && !lines[end - 1]?.startsWith('{')) end--;
  writeFileSync(logOf(table), `${lines.slice(0, end).join('\n')}\n`);
}

async function count(table: string): Promise<number> {
  return (await local.client.dataset('ds').table(table).getRows())[0].length;
}

it('definitions outlast a restart', async () => {
  await local.client.query('CREATE FUNCTION ds.twice(x INT64) AS (x * 2)');
  await local.client.query(
    'CREATE TABLE ds.ranges AS SELECT RANGE(DATE "2024-09-01", NULL) AS r, ds.twice(4) AS n',
  );
  await local.client.query('CREATE MATERIALIZED VIEW ds.many AS SELECT COUNT(*) AS n FROM ds.ranges');
  await local.client.query('ALTER TABLE ds.ranges ADD PRIMARY KEY (n) NOT ENFORCED');
  await local.stop();
  local = await startLocalBigQuery({ folder });
  const query =
    'SELECT ds.twice(n) AS n, CAST(RANGE_START(r) AS STRING) AS r, (SELECT n FROM ds.many) AS m FROM ds.ranges';
  expect((await local.client.query(query))[0]).toEqual([{ n: 16, r: '2024-09-01', m: 1 }]);
  const [tables] = await local.client.dataset('ds').getTables();
  expect(tables.map(({ id, metadata }) => [id, metadata.type])).toEqual([
    ['many', 'MATERIALIZED_VIEW'],
    ['ranges', 'TABLE'],
  ]);
  const [metadata] = await local.client.dataset('ds').table('ranges').getMetadata();
  expect(metadata.tableConstraints).toEqual({ primaryKey: { columns: ['n'] } });
});

describe('a job that was under way when the process died', () => {
  it('has succeeded if its effect is there, and is not run again', async () => {
    await local.client.query('CREATE TABLE ds.inserted (n INT64)');
    const query = { query: 'INSERT ds.inserted (n) VALUES (1), (2)', jobId: 'insert-job' };
    const [job] = await local.client.createQueryJob(query);
    await job.getQueryResults();
    await restartWithoutOutcome();
    const [metadata] = await local.client.job('insert-job').getMetadata();
    expect(metadata.status).toEqual({ state: 'DONE' });
    expect(metadata.statistics.query).toMatchObject({ numDmlAffectedRows: '2' });
    await expect(local.client.createQueryJob(query)).rejects.toMatchObject({ code: 409 });
    expect(await count('inserted')).toBe(2);
  });

  it('has failed if its effect is not there', async () => {
    await local.client.query('CREATE TABLE ds.lost (n INT64)');
    const query = { query: 'INSERT ds.lost (n) VALUES (1)', jobId: 'lost-job' };
    const [job] = await local.client.createQueryJob(query);
    await job.getQueryResults();
    await restartWithoutOutcome(() => dropLastCommit('lost'));
    const [metadata] = await local.client.job('lost-job').getMetadata();
    expect(metadata.status).toMatchObject({
      state: 'DONE',
      errorResult: { reason: 'backendError', message: expect.stringContaining('Job was interrupted') },
    });
    await expect(local.client.createQueryJob(query)).rejects.toMatchObject({ code: 409 });
    expect(await count('lost')).toBe(0);
  });

  it('of several statements has failed, as nothing shows whether it came to its end', async () => {
    await local.client.query('CREATE TABLE ds.scripted (n INT64)');
    const query = 'INSERT ds.scripted (n) VALUES (1); INSERT ds.scripted (n) VALUES (2);';
    const [job] = await local.client.createQueryJob({ query, jobId: 'script-job' });
    await job.getQueryResults();
    await restartWithoutOutcome();
    const [metadata] = await local.client.job('script-job').getMetadata();
    expect(metadata.status.errorResult).toMatchObject({ reason: 'backendError' });
  });

  it('with a destination table, or loading files, has succeeded if the table has its rows', async () => {
    local.putFile('bucket', 'rows.csv', '1\n2\n3\n');
    const load = {
      sourceUris: ['gs://bucket/rows.csv'],
      destinationTable: { projectId: 'local', datasetId: 'ds', tableId: 'loaded' },
      schema: { fields: [{ name: 'n', type: 'INTEGER' }] },
    };
    const [loading] = await local.client.createJob({ jobId: 'load-job', configuration: { load } });
    while ((await loading.getMetadata())[0].status.state !== 'DONE');
    await restartWithoutOutcome();
    const [metadata] = await local.client.job('load-job').getMetadata();
    expect(metadata).toMatchObject({ status: { state: 'DONE' }, statistics: { load: { outputRows: '3' } } });
    expect(metadata.status).not.toHaveProperty('errorResult');

    const destination = local.client.dataset('ds').table('target');
    const [job] = await local.client.createQueryJob({
      query: 'SELECT 5 AS n',
      destination,
      jobId: 'target-job',
    });
    await job.getQueryResults();
    await restartWithoutOutcome();
    const [rows] = await local.client.job('target-job').getQueryResults();
    expect(rows).toEqual([{ n: 5 }]);
  });
});

describe('a job that was done', () => {
  it('is known after a restart, with its rows and its failure', async () => {
    const [done] = await local.client.createQueryJob({ query: "SELECT 1 AS n, 'a' AS s", jobId: 'done-job' });
    await done.getQueryResults();
    const [failed] = await local.client.createQueryJob({ query: 'SELECT nope', jobId: 'failed-job' });
    await expect(failed.getQueryResults()).rejects.toMatchObject({ code: 400 });
    const [before] = await done.getMetadata();
    await local.stop();
    local = await startLocalBigQuery({ folder });
    const [after] = await local.client.job('done-job').getMetadata();
    expect(after).toEqual(before);
    expect((await local.client.job('done-job').getQueryResults())[0]).toEqual([{ n: 1, s: 'a' }]);
    await expect(local.client.job('failed-job').getQueryResults()).rejects.toMatchObject({
      code: 400,
      message: 'Unrecognized name: nope at [1:8]',
    });
    await expect(local.client.createQueryJob({ query: 'SELECT 1', jobId: 'done-job' })).rejects.toMatchObject(
      {
        code: 409,
      },
    );
  });
});

it('a job that was deleted is not found any more, after a restart neither', async () => {
  const [job] = await local.client.createQueryJob('SELECT 1 AS one');
  await job.getQueryResults();
  await job.delete();
  expect((await job.exists())[0]).toBe(false);
  await local.stop();
  local = await startLocalBigQuery({ folder });
  expect((await local.client.job(job.id ?? '').exists())[0]).toBe(false);
});
