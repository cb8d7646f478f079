import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
  await local.client.query('CREATE TABLE ds.source (id INT64 NOT NULL, name STRING) CLUSTER BY id');
  await local.client.query("INSERT ds.source (id, name) VALUES (1, 'a'), (2, 'b')");
});
afterAll(() => local.stop());

const table = (name: string) => local.client.dataset('ds').table(name);
const ids = async (name: string): Promise<unknown[]> =>
  (await local.client.query(`SELECT id FROM ds.${name} ORDER BY id`))[0].map(({ id }) => id);

describe('Copy jobs', () => {
  it('make a table with schema, options and rows of another', async () => {
    const [job] = await table('source').copy(table('made'));
    expect(job).toMatchObject({ configuration: { jobType: 'COPY' }, status: { state: 'DONE' } });
    const [metadata] = await table('made').getMetadata();
    expect(metadata).toMatchObject({
      clustering: { fields: ['id'] },
      schema: { fields: [{ name: 'id', mode: 'REQUIRED' }, { name: 'name' }] },
    });
    expect(await ids('made')).toEqual([1, 2]);
  });

  it('fill an existing table as they are told to', async () => {
    await local.client.query('CREATE TABLE ds.there (id INT64 NOT NULL, name STRING)');
    await table('source').copy(table('there'));
    expect(await ids('there')).toEqual([1, 2]);
    await local.client.query('DELETE ds.there WHERE TRUE');
    await local.client.query('INSERT ds.there (id) VALUES (7)');
    await expect(table('source').copy(table('there'))).rejects.toThrow(/Already Exists/);
    await table('source').copy(table('there'), { writeDisposition: 'WRITE_APPEND' });
    expect(await ids('there')).toEqual([1, 2, 7]);
    await table('source').copy(table('there'), { writeDisposition: 'WRITE_TRUNCATE' });
    expect(await ids('there')).toEqual([1, 2]);
  });

  it('name what they cannot do', async () => {
    const reference = { projectId: 'local', datasetId: 'ds', tableId: 'source' };
    const configuration = { copy: { sourceTables: [reference, reference], destinationTable: reference } };
    await expect(local.client.createJob({ configuration })).rejects.toThrow('several source tables');
    await expect(table('source').copy(table('snap'), { operationType: 'SNAPSHOT' })).rejects.toThrow(
      'operation type SNAPSHOT',
    );
    await expect(table('none').copy(table('made2'))).rejects.toThrow('Not found');
  });
});
