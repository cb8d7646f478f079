import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery({ memoryOnly: true, infersNoLocation: true });
  for (const [datasetId, location] of [['america'], ['europe', 'EU']] as const) {
    await local.client.createDataset(datasetId, { location });
    await local.client.dataset(datasetId).createTable('t', { schema: 'n:INTEGER' });
  }
  local.putFile('files', 'one.csv', '1\n');
});
afterAll(() => local.stop());

const notFound = {
  code: 404,
  message: 'Not found: Dataset local:europe was not found in location US',
};

describe('Where no location is inferred', () => {
  it.each([
    ['a query', { query: 'SELECT n FROM europe.t' }],
    ['one with a default dataset', { query: 'SELECT n FROM t', defaultDataset: { datasetId: 'europe' } }],
    ['DML', { query: 'INSERT europe.t (n) VALUES (1)' }],
    ['a script', { query: 'UPDATE europe.t SET n = 1 WHERE TRUE; SELECT n FROM europe.t' }],
    ['a dry run', { query: 'SELECT n FROM europe.t', dryRun: true }],
  ])('%s elsewhere than in US is found only by its location', async (_, query) => {
    await expect(local.client.query(query)).rejects.toMatchObject(notFound);
    await expect(local.client.query({ ...query, location: 'EU' })).resolves.toBeDefined();
  });

  it('a job elsewhere is there, and answered as one that has failed', async () => {
    const query = { query: 'SELECT n FROM europe.t', jobId: 'chosen' };
    const failed = { state: 'DONE', errorResult: { reason: 'notFound', message: notFound.message } };
    await expect(local.client.createQueryJob(query)).rejects.toMatchObject({
      message: notFound.message,
      response: { jobReference: { location: 'US' }, status: failed },
    });
    const [{ status }] = await local.client.job('chosen', { location: 'US' }).getMetadata();
    expect(status).toMatchObject(failed);
    await expect(local.client.query({ ...query, location: 'EU' })).resolves.toBeDefined();
  });

  it('loads, extracts and copies elsewhere are refused', async () => {
    const metadata = { sourceFormat: 'CSV', schema: { fields: [{ name: 'n', type: 'INTEGER' }] } };
    const load = (location?: string) =>
      local.client.createJob({
        configuration: {
          load: {
            ...metadata,
            sourceUris: ['gs://files/one.csv'],
            destinationTable: { projectId: 'local', datasetId: 'europe', tableId: 't' },
          },
        },
        ...(location && { location }),
      });
    await expect(load()).rejects.toMatchObject(notFound);
    const [job] = await load('EU');
    await expect(job.promise()).resolves.toBeDefined();
    const extract = (location?: string) =>
      local.client.createJob({
        configuration: {
          extract: {
            sourceTable: { projectId: 'local', datasetId: 'europe', tableId: 't' },
            destinationUri: 'gs://files/out.csv',
          },
        },
        ...(location && { location }),
      });
    await expect(extract()).rejects.toMatchObject(notFound);
    await expect(extract('EU')).resolves.toBeDefined();
    const t = local.client.dataset('europe').table('t');
    await expect(t.createCopyJob(t)).rejects.toMatchObject(notFound);
  });

  it('what is in US, and what is nowhere, needs none', async () => {
    const [rows] = await local.client.query('SELECT COUNT(*) AS found FROM america.t');
    expect(rows).toEqual([{ found: 0 }]);
    expect((await local.client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }]);
  });
});
