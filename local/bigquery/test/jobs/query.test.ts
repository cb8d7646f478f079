import { z } from 'zod';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
  await local.client.createDataset('europe', { location: 'EU' });
  await local.client.dataset('ds').createTable('numbers', { schema: 'n:INTEGER' });
  await local.client.dataset('europe').createTable('numbers', { schema: 'n:INTEGER' });
});
afterAll(() => local.stop());

async function post(body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${local.url}/projects/local/queries`, {
    method: 'POST',
    body: JSON.stringify({ useLegacySql: false, ...body }),
  });
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

describe('jobs.query', () => {
  it('the same texts mean the tables of the dataset that each names, though they are analysed once', async () => {
    const datasets = ['one', 'other', 'third'];
    const run = (datasetId: string, query: string) => post({ query, defaultDataset: { datasetId } });
    for (const [index, datasetId] of datasets.entries()) {
      await local.client.createDataset(datasetId);
      await local.client.dataset(datasetId).createTable('t', { schema: 'n:INTEGER, name:STRING' });
      await run(datasetId, `INSERT INTO t (n, name) VALUES (${index}, '${datasetId}')`);
    }
    for (const times of [1, 2, 3]) {
      for (const [index, datasetId] of datasets.entries()) {
        const n = String(index + times * 10);
        await run(datasetId, 'UPDATE t SET n = n + 10 WHERE n IN (SELECT n FROM t WHERE n >= 0)');
        expect(
          await run(datasetId, 'SELECT n, name FROM t JOIN (SELECT MAX(n) AS n FROM t) USING (n)'),
        ).toMatchObject({
          rows: [{ f: [{ v: n }, { v: datasetId }] }],
        });
      }
    }
    const dryRun = { query: 'SELECT n, name FROM t', dryRun: true };
    for (const datasetId of datasets) {
      const [job] = await local.client.createQueryJob({ ...dryRun, defaultDataset: { datasetId } });
      expect(job.metadata.statistics.query.referencedTables).toEqual([
        { projectId: 'local', datasetId, tableId: 't' },
      ]);
    }
  });

  it('answers rows of every shape in REST’s form', async () => {
    const query =
      "SELECT 1 AS i, [1, 2] AS many, STRUCT('a' AS x, [STRUCT(TRUE AS y)] AS deep) AS r, TIMESTAMP '2024-09-02' AS ts, CAST(NULL AS STRING) AS nothing";
    expect(await post({ query })).toMatchObject({
      kind: 'bigquery#queryResponse',
      jobComplete: true,
      cacheHit: false,
      totalRows: '1',
      jobReference: { projectId: 'local', location: 'US', jobId: expect.any(String) },
      schema: {
        fields: [
          { name: 'i', type: 'INTEGER', mode: 'NULLABLE' },
          { name: 'many', type: 'INTEGER', mode: 'REPEATED' },
          { name: 'r', type: 'RECORD' },
          { name: 'ts', type: 'TIMESTAMP' },
          { name: 'nothing', type: 'STRING' },
        ],
      },
      rows: [
        {
          f: [
            { v: '1' },
            { v: [{ v: '1' }, { v: '2' }] },
            { v: { f: [{ v: 'a' }, { v: [{ v: { f: [{ v: 'true' }] } }] }] } },
            { v: '1.7252352E9' },
            { v: null },
          ],
        },
      ],
    });
  });

  it('pages through a result', async () => {
    const sql = 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n';
    const first = await post({ query: sql, maxResults: 10 });
    expect(first).toMatchObject({ totalRows: '25', pageToken: expect.any(String) });
    expect(first.rows).toHaveLength(10);
    const [job] = await local.client.createQueryJob(sql);
    const [rows] = await job.getQueryResults({ maxResults: 10, startIndex: '20' });
    expect(rows.map(({ n }) => n)).toEqual([21, 22, 23, 24, 25]);
    const [page, next] = await job.getQueryResults({ maxResults: 10, autoPaginate: false });
    expect(page).toHaveLength(10);
    const [rest] = await job.getQueryResults({ ...next, maxResults: 100 });
    expect(rest.map(({ n }) => n)).toEqual([...Array(15).keys()].map((index) => index + 11));
  });

  it('counts the rows that DML changed', async () => {
    expect(await post({ query: 'INSERT ds.numbers (n) VALUES (1), (2), (3)' })).toMatchObject({
      jobComplete: true,
      numDmlAffectedRows: '3',
      dmlStats: { insertedRowCount: '3', updatedRowCount: '0', deletedRowCount: '0' },
    });
    expect(await post({ query: 'UPDATE ds.numbers SET n = n + 10 WHERE n > 1' })).toMatchObject({
      numDmlAffectedRows: '2',
    });
    const [rows] = await local.client.query('SELECT n FROM ds.numbers ORDER BY n');
    expect(rows).toEqual([{ n: 1 }, { n: 12 }, { n: 13 }]);
  });

  it('uses the default dataset and parameters', async () => {
    const [rows] = await local.client.query({
      query:
        'SELECT COUNT(*) AS found, @word AS word, ARRAY_LENGTH(@list) AS length FROM numbers WHERE n IN UNNEST(@list)',
      params: { word: 'a', list: [1, 12] },
      defaultDataset: { datasetId: 'ds' },
    });
    expect(rows).toEqual([{ found: 2, word: 'a', length: 2 }]);
  });

  it('runs a repeated request once', async () => {
    const body = { query: 'INSERT ds.numbers (n) VALUES (100)', requestId: 'the-same' };
    const [first, second] = await Promise.all([post(body), post(body)]);
    const third = await post(body);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    const [rows] = await local.client.query('SELECT COUNT(*) AS found FROM ds.numbers WHERE n = 100');
    expect(rows).toEqual([{ found: 1 }]);
  });

  it('type-checks in a dry run and changes nothing', async () => {
    expect(await post({ query: 'SELECT n FROM ds.numbers', dryRun: true })).toMatchObject({
      jobComplete: true,
      totalBytesProcessed: expect.stringMatching(/^[1-9]/),
      schema: { fields: [{ name: 'n', type: 'INTEGER' }] },
    });
    await post({ query: 'DELETE FROM ds.numbers WHERE TRUE', dryRun: true });
    const [job] = await local.client.createQueryJob({
      query: 'DELETE FROM ds.numbers WHERE TRUE',
      dryRun: true,
    });
    expect(job.metadata).toMatchObject({
      status: { state: 'DONE' },
      statistics: { query: { statementType: 'DELETE', totalBytesProcessedAccuracy: 'PRECISE' } },
    });
    expect((await local.client.query('SELECT n FROM ds.numbers'))[0].length).toBeGreaterThan(0);
    await expect(local.client.createQueryJob({ query: 'SELECT nope', dryRun: true })).rejects.toMatchObject({
      code: 400,
    });
  });

  it('refuses what would cost more than allowed, before anything happens', async () => {
    const body = { query: 'UPDATE ds.numbers SET n = 0 WHERE n > 0', maximumBytesBilled: '1' };
    expect(await post(body)).toMatchObject({
      error: {
        code: 400,
        message: 'Query exceeded limit for bytes billed: 1. 10485760 or higher required.',
        errors: [{ reason: 'bytesBilledLimitExceeded' }],
      },
    });
    expect(await post({ ...body, query: 'SELECT n FROM ds.numbers' })).toMatchObject({
      error: { code: 400 },
    });
    expect(await post({ query: 'SELECT n FROM ds.numbers', maximumBytesBilled: '10485760' })).toMatchObject({
      jobComplete: true,
    });
    expect((await local.client.query('SELECT n FROM ds.numbers WHERE n = 0'))[0]).toEqual([]);
  });

  it('charges a script for each of its statements', async () => {
    const query = 'SELECT n FROM ds.numbers';
    expect(await post({ query })).toMatchObject({ totalBytesBilled: '10485760' });
    expect(await post({ query: `${query}; ${query}` })).toMatchObject({ totalBytesBilled: '20971520' });
  });

  it.each([
    ['SELECT nope FROM ds.numbers', 400, 'invalidQuery', 'Unrecognized name: nope at [1:8]'],
    [
      'SELECT * FROM ds.absent',
      404,
      'notFound',
      'Not found: Table local:ds.absent was not found in location US',
    ],
  ])('says what is wrong with %p', async (query, code, reason, message) => {
    await expect(local.client.query(query)).rejects.toMatchObject({ code, message, errors: [{ reason }] });
  });

  it.each([
    ['legacy SQL', { useLegacySql: true }, 400],
    ['sessions', { createSession: true }, 501],
  ])('does not do %s', async (_, option, code) => {
    expect(await post({ query: 'SELECT 1', ...option })).toMatchObject({ error: { code } });
  });

  it('runs where its dataset is, and is found only there', async () => {
    const [job] = await local.client.createQueryJob('SELECT n FROM europe.numbers');
    expect(job.metadata.jobReference.location).toBe('EU');
    await expect(
      local.client.job(job.id ?? '', { location: 'asia-east1' }).getMetadata(),
    ).rejects.toMatchObject({
      code: 404,
      message: `Not found: Job local:asia-east1.${job.id}`,
    });
    const query = { query: 'SELECT n FROM numbers', defaultDataset: { datasetId: 'europe' }, location: 'US' };
    await expect(local.client.query(query)).rejects.toMatchObject({
      code: 404,
      message: 'Not found: Dataset local:europe was not found in location US',
    });
  });
});
