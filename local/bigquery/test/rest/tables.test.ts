import { allPages, type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const dataset = () => local.client.dataset('ds');

describe('tables', () => {
  it('are shown without what depends on their rows, by view=BASIC', async () => {
    await dataset().createTable('basic', { schema: 'id:INTEGER' });
    const [basic] = await dataset().table('basic').getMetadata({ view: 'BASIC' });
    expect(basic).toMatchObject({ id: 'local:ds.basic', creationTime: expect.any(String) });
    for (const name of ['numRows', 'numBytes', 'lastModifiedTime']) expect(basic).not.toHaveProperty(name);
    const [whole] = await dataset().table('basic').getMetadata();
    expect(whole).toMatchObject({ numRows: '0', lastModifiedTime: expect.any(String) });
  });

  it('are made with schema and options, and read back', async () => {
    await dataset().createTable('made', {
      schema: {
        fields: [
          { name: 'id', type: 'INT64', mode: 'REQUIRED', description: 'the id' },
          { name: 'parts', type: 'STRUCT', mode: 'REPEATED', fields: [{ name: 'x', type: 'BOOL' }] },
          { name: 'day', type: 'DATE' },
        ],
      },
      description: 'text',
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['id'] },
    });
    const [metadata] = await dataset().table('made').getMetadata();
    expect(metadata).toMatchObject({
      kind: 'bigquery#table',
      id: 'local:ds.made',
      type: 'TABLE',
      tableReference: { projectId: 'local', datasetId: 'ds', tableId: 'made' },
      timePartitioning: { type: 'DAY', field: 'day' },
      clustering: { fields: ['id'] },
      numRows: '0',
      numBytes: '0',
      location: 'US',
    });
    // Modes are those that were given, and none where none was.
    expect(metadata.schema).toEqual({
      fields: [
        { name: 'id', type: 'INTEGER', mode: 'REQUIRED', description: 'the id' },
        { name: 'parts', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'x', type: 'BOOLEAN' }] },
        { name: 'day', type: 'DATE' },
      ],
    });
  });

  it('exist once, in a dataset that exists, under a name that is one', async () => {
    await dataset().createTable('once', { schema: 'a:STRING' });
    await expect(dataset().createTable('once', { schema: 'a:STRING' })).rejects.toMatchObject({
      code: 409,
      message: 'Already Exists: Table local:ds.once',
      errors: [{ reason: 'duplicate' }],
    });
    await expect(local.client.dataset('no').createTable('t', { schema: 'a:STRING' })).rejects.toMatchObject({
      code: 404,
      message: 'Not found: Dataset local:no',
    });
    await expect(dataset().createTable('a$b', { schema: 'a:STRING' })).rejects.toMatchObject({ code: 400 });
    await expect(dataset().table('absent').getMetadata()).rejects.toMatchObject({
      code: 404,
      message: 'Not found: Table local:ds.absent',
    });
  });

  it.each([
    ['an unknown type', [{ name: 'a', type: 'TEXT' }]],
    ['a record without fields', [{ name: 'a', type: 'RECORD' }]],
    [
      'a name twice',
      [
        { name: 'a', type: 'STRING' },
        { name: 'A', type: 'STRING' },
      ],
    ],
    ['a name with a dot', [{ name: 'a.b', type: 'STRING' }]],
  ])('are refused with %s', async (_, schema) => {
    await expect(dataset().createTable('refused', { schema })).rejects.toMatchObject({
      code: 400,
      errors: [{ reason: 'invalid' }],
    });
    expect(await dataset().table('refused').exists()).toEqual([false]);
  });

  it('that differ only in case are two', async () => {
    await dataset().createTable('Cased', { schema: 'a:STRING' });
    await dataset().createTable('cased', { schema: 'b:STRING' });
    const [upper] = await dataset().table('Cased').getMetadata();
    expect(upper.schema.fields[0].name).toBe('a');
  });

  it('grow by columns, and rows that were there have null in them', async () => {
    const [table] = await dataset().createTable('grows', {
      schema: [{ name: 'a', type: 'STRING', mode: 'REQUIRED' }],
    });
    await table.insert([{ a: 'one' }]);
    await table.setMetadata({
      schema: {
        fields: [
          { name: 'a', type: 'STRING', mode: 'NULLABLE' },
          { name: 'b', type: 'INT64' },
          { name: 'c', type: 'STRING', mode: 'REPEATED' },
        ],
      },
    });
    await table.insert([{ b: 2, c: ['x'] }]);
    expect((await dataset().table('grows').getRows())[0]).toEqual([
      { a: 'one', b: null, c: [] },
      { a: null, b: 2, c: ['x'] },
    ]);
  });

  it.each([
    ['loses a column', [{ name: 'b', type: 'STRING' }], 'Field a is missing in new schema'],
    [
      'changes a type',
      [
        { name: 'a', type: 'INT64' },
        { name: 'b', type: 'STRING' },
      ],
      'Field a has changed type from STRING to INTEGER',
    ],
    [
      'adds a required column',
      [
        { name: 'a', type: 'STRING' },
        { name: 'b', type: 'STRING' },
        { name: 'c', type: 'STRING', mode: 'REQUIRED' },
      ],
      'Cannot add required fields to an existing schema. (field: c)',
    ],
    [
      'changes a mode',
      [
        { name: 'a', type: 'STRING', mode: 'REPEATED' },
        { name: 'b', type: 'STRING' },
      ],
      'Field a has changed mode from NULLABLE to REPEATED',
    ],
  ])('keep their schema when an update %s', async (_, fields, message) => {
    const table = dataset().table('kept');
    if (!(await table.exists())[0]) await table.create({ schema: 'a:STRING,b:STRING' });
    await expect(table.setMetadata({ schema: { fields } })).rejects.toMatchObject({
      code: 400,
      message: `Provided Schema does not match Table local:ds.kept. ${message}`,
    });
  });

  it('are listed page by page and deleted', async () => {
    const listed = local.client.dataset('listed');
    await listed.create();
    for (const name of ['t1', 't2', 't3']) await listed.createTable(name, { schema: 'a:STRING' });
    const pages = await allPages((query) =>
      listed.getTables({ maxResults: 2, ...query, autoPaginate: false }),
    );
    expect(pages.map((tables) => tables.map(({ id }) => id))).toEqual([['t1', 't2'], ['t3']]);
    await listed.table('t2').delete();
    expect((await listed.getTables())[0].map(({ id }) => id)).toEqual(['t1', 't3']);
    await expect(listed.table('t2').delete()).rejects.toMatchObject({ code: 404 });
  });
});

it('list has the rows of the partition that a decorator names', async () => {
  const schema = [
    { name: 'd', type: 'DATE' },
    { name: 'n', type: 'INTEGER' },
  ];
  const timePartitioning = { type: 'DAY', field: 'd' };
  const [table] = await dataset().createTable('by_day', { schema, timePartitioning });
  await table.insert([
    { d: '2024-09-01', n: 1 },
    { d: '2024-09-02', n: 2 },
  ]);
  await dataset().createTable('plain', { schema });
  const partition = dataset().table('by_day$20240902');
  partition.metadata = { schema: { fields: schema } };
  expect(await partition.getRows()).toMatchObject([[{ n: 2 }], {}, { totalRows: '1' }]);
  await expect(dataset().table('plain$20240902').getRows()).rejects.toMatchObject({ code: 400 });
});

it('files of Cloud Storage are listed, and read whole or from their beginning', async () => {
  const text = `${'x'.repeat(2_000_000)}\n`;
  local.putFile('bucket', 'a folder/large.txt', text);
  const at = `${local.client.apiEndpoint}/storage/v1/b/bucket/o`;
  const updated = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await (await fetch(`${at}?prefix=a folder/`)).json()).toMatchObject({
    items: [{ name: 'a folder/large.txt', size: '2000001', updated }],
  });
  const file = `${at}/${encodeURIComponent('a folder/large.txt')}?alt=media`;
  expect(await (await fetch(file)).text()).toBe(text);
  expect(await (await fetch(file, { headers: { Range: 'bytes=0-2' } })).text()).toBe('xxx');
});
