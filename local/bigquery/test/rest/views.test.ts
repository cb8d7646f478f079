import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
  await local.client.query('CREATE TABLE ds.orders (id INT64 NOT NULL, price NUMERIC)');
  await local.client.query("INSERT ds.orders (id, price) VALUES (1, NUMERIC '9.99'), (2, NULL)");
});
afterAll(() => local.stop());

const dataset = () => local.client.dataset('ds');
const view = (name: string) => dataset().table(name);
const ids = async (name: string) => (await local.client.query(`SELECT id FROM ds.${name} ORDER BY id`))[0];
const cheap = 'SELECT id FROM `local.ds.orders` WHERE price < 10';

describe('Views by tables.insert, patch and update', () => {
  it('have the columns of their query, and are read like tables', async () => {
    await dataset().createTable('cheap', { view: cheap, description: 'below ten', labels: { a: 'b' } });
    const [metadata] = await view('cheap').getMetadata();
    expect(metadata).toMatchObject({
      type: 'VIEW',
      view: { query: cheap, useLegacySql: false },
      schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
      description: 'below ten',
    });
    expect(await ids('cheap')).toEqual([{ id: 1 }]);
  });

  it('are given another query, or only another description', async () => {
    await dataset().createTable('changed', { view: cheap });
    await view('changed').setMetadata({ view: 'SELECT id, id * 2 AS twice FROM ds.orders' });
    await view('changed').setMetadata({ description: 'all' });
    const [metadata] = await view('changed').getMetadata();
    expect(metadata).toMatchObject({
      description: 'all',
      view: { query: expect.stringContaining('twice') },
      schema: { fields: [{ name: 'id' }, { name: 'twice' }] },
    });
    expect(await ids('changed')).toHaveLength(2);
  });

  it.each([
    ['a query that is wrong', { view: 'SELECT nope FROM ds.orders' }, 'Unrecognized name: nope'],
    ['a table without its dataset', { view: 'SELECT id FROM orders' }, 'orders'],
    [
      'a statement that is no query',
      { view: 'DROP TABLE ds.orders' },
      'expected a single SELECT as its query, given DROP_TABLE',
    ],
    ['columns of its own', { view: cheap, schema: 'id:INTEGER' }, "Schema field shouldn't be used"],
    ['legacy SQL', { view: { query: cheap, useLegacySql: true } }, 'set useLegacySql to false'],
  ])('are refused with %s', async (_what, options, message) => {
    await expect(dataset().createTable('refused', options)).rejects.toThrow(message);
    expect(await view('refused').exists()).toEqual([false]);
  });

  it('may be materialized', async () => {
    const materializedView = { query: 'SELECT COUNT(*) AS n FROM ds.orders' };
    await dataset().createTable('counted', { materializedView });
    const [metadata] = await view('counted').getMetadata();
    expect(metadata).toMatchObject({
      type: 'MATERIALIZED_VIEW',
      materializedView,
      schema: { fields: [{ name: 'n' }] },
    });
    expect((await local.client.query('SELECT n FROM ds.counted'))[0]).toEqual([{ n: 2 }]);
  });

  it('stay views, as tables stay tables', async () => {
    await expect(view('orders').setMetadata({ view: cheap })).rejects.toThrow(
      'local:ds.orders is a TABLE: it cannot be made a VIEW.',
    );
  });

  it('hold no rows: what reads or writes those refuses them', async () => {
    await dataset().createTable('rowless', { view: cheap });
    const refused = 'local:ds.rowless is not allowed for this operation because it is currently a VIEW.';
    local.putFile('files', 'one.csv', '1\n');
    const load = {
      sourceUris: ['gs://files/one.csv'],
      schema: { fields: [{ name: 'id', type: 'INT64' }] },
      destinationTable: { datasetId: 'ds', tableId: 'rowless' },
    };
    const extract = { sourceTable: load.destinationTable, destinationUri: 'gs://files/out.csv' };
    const started = async (configuration: object) => {
      const [job] = await local.client.createJob({ configuration });
      await job.promise();
    };
    await expect(view('rowless').insert([{ id: 1 }])).rejects.toThrow(refused);
    await expect(started({ load })).rejects.toThrow(refused);
    await expect(started({ extract })).rejects.toThrow(refused);
    await expect(view('rowless').copy(view('elsewhere'))).rejects.toThrow(refused);
    await expect(
      view('orders').copy(view('rowless'), { writeDisposition: 'WRITE_TRUNCATE' }),
    ).rejects.toThrow(refused);
    await expect(view('rowless').getRows()).rejects.toThrow('Cannot list a table of type VIEW.');
  });
});
