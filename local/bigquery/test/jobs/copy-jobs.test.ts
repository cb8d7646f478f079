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

  it('take several tables of one schema, and say how much they copied', async () => {
    await local.client.query('CREATE TABLE ds.more (id INT64 NOT NULL, name STRING)');
    await local.client.query('INSERT ds.more (id) VALUES (3)');
    const reference = (tableId: string) => ({ projectId: 'local', datasetId: 'ds', tableId });
    const copy = {
      sourceTables: [reference('source'), reference('more')],
      destinationTable: reference('both'),
    };
    const [job] = await local.client.createJob({ configuration: { copy } });
    await job.promise();
    expect(job.metadata.statistics).toMatchObject({ copy: { copiedRows: '3' } });
    expect(await ids('both')).toEqual([1, 2, 3]);
    await local.client.query('CREATE TABLE ds.other AS SELECT 1 AS n');
    const other = { ...copy, sourceTables: [reference('source'), reference('other')] };
    const [failing] = await local.client.createJob({ configuration: { copy: other } });
    await expect(failing.promise()).rejects.toThrow('that of local:ds.other is not that of local:ds.source');
  });

  it('make snapshots, which do not change, and restore them', async () => {
    await local.client.query("CREATE TABLE ds.changing AS SELECT 1 AS id, 'a' AS name");
    await table('changing').copy(table('snapshot'), { operationType: 'SNAPSHOT' });
    await local.client.query('UPDATE ds.changing SET id = 2 WHERE TRUE');
    const [metadata] = await table('snapshot').getMetadata();
    expect(metadata).toMatchObject({
      type: 'SNAPSHOT',
      snapshotDefinition: { baseTableReference: { tableId: 'changing' } },
    });
    expect(await ids('snapshot')).toEqual([1]);
    await expect(table('snapshot').insert([{ id: 3 }])).rejects.toThrow('currently a SNAPSHOT');
    await expect(
      table('changing').copy(table('snapshot'), { writeDisposition: 'WRITE_APPEND' }),
    ).rejects.toThrow('currently a SNAPSHOT');
    await table('snapshot').copy(table('restored'), { operationType: 'RESTORE' });
    expect(await ids('restored')).toEqual([1]);
    expect((await table('restored').getMetadata())[0].type).toBe('TABLE');
  });

  it('name what they cannot do', async () => {
    const reference = { datasetId: 'ds', tableId: 'source' };
    const copy = { sourceTable: reference, destinationTable: reference, operationType: 'MOVE' };
    const refused = await fetch(`${local.url}/projects/local/jobs`, {
      method: 'POST',
      body: JSON.stringify({ configuration: { copy } }),
    });
    expect(await refused.json()).toMatchObject({
      error: {
        message:
          'Invalid operationType: expected OPERATION_TYPE_UNSPECIFIED, COPY, CLONE, SNAPSHOT, RESTORE, given MOVE',
      },
    });
    await expect(table('none').copy(table('made2'))).rejects.toThrow('Not found: Table local:ds.none');
    const never = { createDisposition: 'CREATE_NEVER' as const };
    await expect(table('source').copy(table('made2'), never)).rejects.toThrow(
      'Not found: Table local:ds.made2',
    );
    await expect(table('source').copy(table('made'))).rejects.toThrow('Already Exists: Table local:ds.made');
  });
});
