import { BigQuery } from '@google-cloud/bigquery';
import { allPages, type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const dataset = () => local.client.dataset('ds');

describe('insertAll and list', () => {
  it('give back a value of every type as it was put in', async () => {
    const row = {
      s: 'tëxt',
      i: 42,
      f: 1.5,
      b: true,
      n: '12345678901234567890.123456789',
      bn: '0.00000000000000000000000000000000000001',
      by: Buffer.from([0, 255]),
      d: BigQuery.date('2024-09-01'),
      dt: BigQuery.datetime('2024-09-01T10:11:12.5'),
      t: BigQuery.time('10:11:12'),
      ts: BigQuery.timestamp('2024-09-18T22:00:00.123456Z'),
      j: '{"a": [1, null]}',
      many: [1, 2],
      r: { x: 'inner', deep: [{ y: 1 }, { y: 2 }] },
    };
    const [table] = await dataset().createTable('types', {
      schema: [
        { name: 's', type: 'STRING' },
        { name: 'i', type: 'INTEGER' },
        { name: 'f', type: 'FLOAT' },
        { name: 'b', type: 'BOOLEAN' },
        { name: 'n', type: 'NUMERIC' },
        { name: 'bn', type: 'BIGNUMERIC' },
        { name: 'by', type: 'BYTES' },
        { name: 'd', type: 'DATE' },
        { name: 'dt', type: 'DATETIME' },
        { name: 't', type: 'TIME' },
        { name: 'ts', type: 'TIMESTAMP' },
        { name: 'j', type: 'JSON' },
        { name: 'many', type: 'INTEGER', mode: 'REPEATED' },
        {
          name: 'r',
          type: 'RECORD',
          fields: [
            { name: 'x', type: 'STRING' },
            { name: 'deep', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'y', type: 'INTEGER' }] },
          ],
        },
      ],
    });
    await table.insert([row, {}]);
    const [[full, empty]] = await table.getRows();
    expect({ ...full, n: full.n.toFixed(), bn: full.bn.toFixed() }).toEqual({
      ...row,
      dt: BigQuery.datetime('2024-09-01T10:11:12.500000'),
      j: '{"a":[1,null]}',
    });
    expect(Object.values(empty)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      [],
      null,
    ]);
    const [queried] = await local.client.query('SELECT * FROM ds.types WHERE i = 42');
    expect(queried).toEqual([full]);
  });

  it('page through rows and select fields', async () => {
    const [table] = await dataset().createTable('paged', {
      schema: [
        { name: 'i', type: 'INTEGER' },
        {
          name: 'r',
          type: 'RECORD',
          fields: [
            { name: 'x', type: 'STRING' },
            { name: 'y', type: 'STRING' },
          ],
        },
      ],
    });
    await table.insert([...Array(10).keys()].map((i) => ({ i, r: { x: `x${i}`, y: 'y' } })));
    const pages = await allPages((query) => table.getRows({ maxResults: 4, ...query, autoPaginate: false }));
    expect(pages.map((rows) => rows.map(({ i }) => i))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    const [page, next] = await table.getRows({ maxResults: 3, startIndex: '8', autoPaginate: false });
    expect(page.map(({ i }) => i)).toEqual([8, 9]);
    expect(next).toBeNull();
    const [selected] = await table.getRows({ maxResults: 1, selectedFields: 'r.x', autoPaginate: false });
    expect(selected).toEqual([{ r: { x: 'x0' } }]);
    await expect(table.getRows({ selectedFields: 'nope' })).rejects.toMatchObject({ code: 400 });
  });

  it('send timestamps as seconds unless asked for microseconds', async () => {
    const [table] = await dataset().createTable('stamps', { schema: 'at:TIMESTAMP' });
    await table.insert([{ at: '2024-09-02T00:00:00Z' }, { at: '1970-01-01 00:00:01.5' }, { at: 0 }]);
    const path = `${local.url}/projects/local/datasets/ds/tables/stamps/data`;
    const valuesOf = async (query: string) => {
      const answer: unknown = await (await fetch(path + query)).json();
      return answer;
    };
    expect(await valuesOf('')).toMatchObject({
      totalRows: '3',
      rows: [{ f: [{ v: '1.7252352E9' }] }, { f: [{ v: '1.5' }] }, { f: [{ v: '0.0' }] }],
    });
    expect(await valuesOf('?formatOptions.useInt64Timestamp=true')).toMatchObject({
      rows: [{ f: [{ v: '1725235200000000' }] }, { f: [{ v: '1500000' }] }, { f: [{ v: '0' }] }],
    });
    const both = '?formatOptions.useInt64Timestamp=true&formatOptions.timestampOutputFormat=';
    expect(await valuesOf(`${both}ISO8601_STRING`)).toMatchObject({
      error: { message: 'Cannot specify both use_int64_timestamp and timestamp_output_format.' },
    });
    expect(await valuesOf(`${both}SECONDS`)).toMatchObject({
      error: { message: expect.stringContaining('expected FLOAT64, INT64, ISO8601_STRING') },
    });
  });

  it('keep picoseconds where a column has them: they are chosen and sorted, but not computed with', async () => {
    const [table] = await dataset().createTable('fine', {
      schema: [{ name: 'seen', type: 'TIMESTAMP', timestampPrecision: '12' }],
      timePartitioning: { type: 'DAY', field: 'seen' },
    });
    const stamps = [
      '2023-01-01T12:00:00.123456789123Z',
      '2023-01-01T12:00:00.1234567Z',
      '2023-01-02T00:00:00Z',
    ];
    await table.insert(stamps.map((at) => ({ seen: at })));
    expect((await table.getMetadata())[0].schema.fields).toEqual([
      { name: 'seen', type: 'TIMESTAMP', timestampPrecision: '12' },
    ]);
    const iso = { 'formatOptions.timestampOutputFormat': 'ISO8601_STRING' };
    const page = await fetch(
      `${local.url}/projects/local/datasets/ds/tables/fine/data?${new URLSearchParams(iso)}`,
    );
    expect(await page.json()).toMatchObject({
      rows: [
        { f: [{ v: '2023-01-01T12:00:00.123456789123Z' }] },
        { f: [{ v: '2023-01-01T12:00:00.123456700000Z' }] },
        { f: [{ v: '2023-01-02T00:00:00Z' }] },
      ],
    });
    const first = "SELECT seen FROM ds.fine WHERE seen < '2023-01-02' ORDER BY seen LIMIT 1";
    expect((await local.client.query(first))[0]).toEqual([
      { seen: BigQuery.timestamp('2023-01-01T12:00:00.123456Z') },
    ]);
    await expect(local.client.query('SELECT DATE(seen) FROM ds.fine')).rejects.toThrow('picoseconds');
    await expect(
      dataset().createTable('coarse', {
        schema: [{ name: 'seen', type: 'TIMESTAMP', timestampPrecision: '9' }],
      }),
    ).rejects.toThrow(
      'expected a timestampPrecision of 6 or 12, for type TIMESTAMP alone, given 9 for TIMESTAMP',
    );
  });
});

describe('insertAll', () => {
  const schema = [
    { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
    { name: 'amount', type: 'NUMERIC' },
    { name: 'r', type: 'RECORD', fields: [{ name: 'x', type: 'DATE' }] },
  ];

  it.each([
    ['an unknown field', { id: 1, x: 2 }, 'x', 'no such field: x.'],
    ['an unknown inner field', { id: 1, r: { z: 1 } }, 'r.z', 'no such field: r.z.'],
    ['a missing required field', { amount: '1' }, 'id', 'Missing required field: id.'],
    ['a word for a number', { id: 'abc' }, 'id', 'Cannot convert value to integer (bad value): abc'],
    ['a bad decimal', { id: 1, amount: '1,5' }, 'amount', 'Invalid NUMERIC value: 1,5'],
    ['a decimal out of range', { id: 1, amount: '1e30' }, 'amount', 'Invalid NUMERIC value: 1e30'],
    ['an array', { id: [1] }, 'id', 'Array specified for non-repeated field: id.'],
    ['a word for a record', { id: 1, r: 'a' }, 'r', 'This field: r is not a record.'],
    ['a day that is none', { id: 1, r: { x: '2023-02-29' } }, 'r.x', "Invalid date: '2023-02-29'"],
  ])('refuses %s and keeps nothing of the request', async (_, bad, location, message) => {
    const table = dataset().table('refuses');
    if (!(await table.exists())[0]) await table.create({ schema });
    const answer = await post('refuses', { rows: [{ json: { id: 7 } }, { json: bad }] });
    expect(answer).toEqual({
      kind: 'bigquery#tableDataInsertAllResponse',
      insertErrors: [
        { index: 1, errors: [{ reason: 'invalid', location, debugInfo: '', message }] },
        { index: 0, errors: [{ reason: 'stopped', location: '', debugInfo: '', message: '' }] },
      ],
    });
    expect((await table.getRows())[0]).toEqual([]);
  });

  it('keeps the good rows and leaves unknown fields out, if told to', async () => {
    await dataset().createTable('lenient', { schema });
    const rows = [{ json: { id: 1 } }, { json: { id: 'a' } }, { json: { ID: 3, unknown: 1 } }];
    const answer = await post('lenient', { rows, skipInvalidRows: true, ignoreUnknownValues: true });
    expect(answer).toMatchObject({ insertErrors: [{ index: 1 }] });
    const [kept] = await dataset().table('lenient').getRows();
    expect(kept.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('adds a row with the same insertId once, also from requests at the same time', async () => {
    await dataset().createTable('deduped', { schema });
    const rows = [
      { insertId: 'a', json: { id: 1 } },
      { insertId: 'b', json: { id: 2 } },
      { insertId: 'a', json: { id: 1 } },
    ];
    await Promise.all([post('deduped', { rows }), post('deduped', { rows }), post('deduped', { rows })]);
    const [kept] = await dataset().table('deduped').getRows();
    expect(kept.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('take ranges and points', async () => {
    const [table] = await dataset().createTable('ranges', {
      schema: [
        { name: 'r', type: 'RANGE', rangeElementType: { type: 'DATE' } },
        { name: 'q', type: 'RANGE', rangeElementType: { type: 'TIMESTAMP' } },
        { name: 'g', type: 'GEOGRAPHY' },
      ],
    });
    const [start, end] = ['2024-09-01T00:00:00Z', '2024-09-02T00:00:00Z'].map((text) =>
      BigQuery.timestamp(text),
    );
    const [r, q] = [BigQuery.range('[2024-09-01, UNBOUNDED)', 'DATE'), BigQuery.range({ start, end })];
    await table.insert({ r, q, g: BigQuery.geography('POINT(1 2)') });
    const [[row]] = await table.getRows();
    expect(row).toMatchObject({
      r: { start: { value: '2024-09-01' }, end: null },
      g: { value: 'POINT(1 2)' },
    });
    const [[found]] = await local.client.query({
      query: 'SELECT ST_X(g) AS x, q FROM ds.ranges WHERE RANGE_CONTAINS(r, @day) AND q = @q',
      params: { day: BigQuery.date('2025-01-01'), q },
    });
    expect(found).toMatchObject({ x: 1, q: { start: { value: '2024-09-01T00:00:00.000Z' } } });
    await expect(table.insert({ r: '[2024-09-02, 2024-09-01)' })).rejects.toMatchObject({
      name: 'PartialFailureError',
    });
  });

  it('keeps all rows of many requests at once', async () => {
    const [table] = await dataset().createTable('crowded', { schema });
    await Promise.all([...Array(50).keys()].map((id) => table.insert({ id })));
    expect((await table.getMetadata())[0].numRows).toBe('50');
  });

  it('says what is wrong with a request', async () => {
    await dataset().createTable('strict', { schema });
    expect(await post('strict', { rows: [] })).toMatchObject({
      error: { code: 400, message: 'No rows present in the request.', errors: [{ reason: 'invalid' }] },
    });
    expect(await post('absent', { rows: [{ json: {} }] })).toMatchObject({
      error: { code: 404, message: 'Not found: Table local:ds.absent', status: 'NOT_FOUND' },
    });
  });

  async function post(table: string, body: object): Promise<unknown> {
    const url = `${local.url}/projects/local/datasets/ds/tables/${table}/insertAll`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return response.json();
  }
});
