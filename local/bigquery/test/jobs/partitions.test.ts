import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

describe('partitions that a decorator names', () => {
  let local: LocalBigQuery;
  beforeAll(async () => {
    local = await startLocalBigQuery({ memoryOnly: true });
    await local.client.createDataset('d', { location: 'US' });
  });
  afterAll(() => local?.stop());

  const query = async (sql: string) => (await local.client.query({ query: sql }))[0];
  /**
   * Runs a query into a table, which may have a decorator; resolves to how many rows it says that it wrote.
   */
  async function into(tableId: string, sql: string, more: object = {}): Promise<number> {
    const destinationTable = { projectId: 'local', datasetId: 'd', tableId };
    const configuration = {
      query: {
        query: sql,
        useLegacySql: false,
        destinationTable,
        writeDisposition: 'WRITE_TRUNCATE',
        ...more,
      },
    };
    const [job] = await local.client.createJob({ configuration });
    const [, , response]: readonly unknown[] = await job.getQueryResults({
      maxResults: 0,
      autoPaginate: false,
    });
    return Number(Reflect.get(Object(response), 'totalRows'));
  }
  let files = 0;
  async function load(tableId: string, lines: readonly string[], more: object = {}): Promise<unknown> {
    files += 1;
    local.putFile('b', `${files}.csv`, lines.join('\n'));
    const configuration = {
      load: {
        sourceUris: [`gs://b/${files}.csv`],
        destinationTable: { projectId: 'local', datasetId: 'd', tableId },
        writeDisposition: 'WRITE_TRUNCATE',
        ...more,
      },
    };
    const [job] = await local.client.createJob({ configuration });
    for (;;) {
      const [{ status, statistics }] = await job.getMetadata();
      if (status.state !== 'DONE') continue;
      if (status.errorResult) throw new Error(status.errorResult.message);
      return statistics.load.outputRows;
    }
  }

  const byDay = { timePartitioning: { type: 'DAY', field: 'day' } };
  const days = (table: string) =>
    query(`SELECT FORMAT_DATE('%m-%d', day) AS day, n FROM d.${table} ORDER BY day, n`);

  it('are replaced by a query; the others stay', async () => {
    await into('daily', "SELECT DATE '2024-09-01' AS day, 1 AS n UNION ALL SELECT '2024-09-02', 2", byDay);
    expect(
      await into(
        'daily$20240902',
        "SELECT DATE '2024-09-02' AS day, 7 AS n UNION ALL SELECT '2024-09-02', 8",
      ),
    ).toBe(2);
    const expected = [
      { day: '09-01', n: 1 },
      { day: '09-02', n: 7 },
      { day: '09-02', n: 8 },
    ];
    expect(await days('daily')).toEqual(expected);
    // Columns in another order, and a partition that is not there yet.
    expect(await into('daily$20240903', "SELECT 9 AS n, DATE '2024-09-03' AS day", byDay)).toBe(1);
    expect(await days('daily')).toEqual([...expected, { day: '09-03', n: 9 }]);
    expect(await into('daily$20240901', 'SELECT n, day FROM d.daily WHERE FALSE')).toBe(0);
    expect(await days('daily')).toEqual([...expected.slice(1), { day: '09-03', n: 9 }]);
  });

  it('are replaced by a load', async () => {
    const schema = {
      fields: [
        { name: 'day', type: 'DATE' },
        { name: 'n', type: 'INTEGER' },
      ],
    };
    expect(await load('loaded$20240901', ['2024-09-01,1'], { schema, ...byDay })).toBe('1');
    expect(await load('loaded$20240902', ['2024-09-02,2', '2024-09-02,3'])).toBe('2');
    expect(await load('loaded$20240901', ['2024-09-01,5'], { schema })).toBe('1');
    expect(await days('loaded')).toEqual([
      { day: '09-01', n: 5 },
      { day: '09-02', n: 2 },
      { day: '09-02', n: 3 },
    ]);
  });

  const kinds: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['HOUR', "TIMESTAMP '2024-09-01 10:59:59.999999Z'", '2024090110', ['2024090109', '2024090111']],
    ['DAY', "TIMESTAMP '1969-12-31 23:59:59.999999Z'", '19691231', ['19700101']],
    ['DAY', "DATETIME '2024-02-29 00:00:00'", '20240229', ['20240228']],
    ['MONTH', "DATE '2024-02-29'", '202402', ['202403']],
    ['YEAR', "DATE '2024-12-31'", '2024', ['2025']],
  ];
  it.each(kinds)('are of kind %s, for %s', async (type, value, inside, outside) => {
    const table = `kind_${inside}`;
    const more = { timePartitioning: { type, field: 'moment' } };
    expect(await into(`${table}$${inside}`, `SELECT ${value} AS moment`, more)).toBe(1);
    for (const partition of outside) {
      await expect(into(`${table}$${partition}`, `SELECT ${value} AS moment`)).rejects.toThrow(
        `Some rows belong to different partitions rather than destination partition ${partition}`,
      );
    }
    expect(await query(`SELECT COUNT(*) AS n FROM d.${table}`)).toEqual([{ n: 1 }]);
  });

  it('are added to by WRITE_APPEND, and refused by WRITE_EMPTY if they hold rows', async () => {
    const row = (day: string, n: number) => `SELECT DATE '${day}' AS day, ${n} AS n`;
    const append = { writeDisposition: 'WRITE_APPEND', ...byDay };
    await into('added$20240901', row('2024-09-01', 1), append);
    await into('added$20240901', row('2024-09-01', 2), append);
    const empty = { writeDisposition: 'WRITE_EMPTY' };
    await expect(into('added$20240901', row('2024-09-01', 3), empty)).rejects.toThrow(
      'Already Exists: Table local:d.added$20240901',
    );
    await into('added$20240902', row('2024-09-02', 3), empty);
    expect(await days('added')).toEqual([
      { day: '09-01', n: 1 },
      { day: '09-01', n: 2 },
      { day: '09-02', n: 3 },
    ]);
  });

  describe('are refused, and nothing is written', () => {
    beforeAll(async () => {
      await into('kept', "SELECT DATE '2024-09-01' AS day, 1 AS n", byDay);
      await into('plain', "SELECT DATE '2024-09-01' AS day, 1 AS n");
    });
    afterEach(async () => {
      expect(await days('kept')).toEqual([{ day: '09-01', n: 1 }]);
      expect(await days('plain')).toEqual([{ day: '09-01', n: 1 }]);
    });
    const first = "SELECT DATE '2024-09-01' AS day, 5 AS n";
    const cases: readonly (readonly [string, string, string, object, string])[] = [
      [
        'a row of another day',
        'kept$20240901',
        `${first} UNION ALL SELECT '2024-09-02', 6`,
        {},
        'Some rows belong to different partitions rather than destination partition 20240901',
      ],
      [
        'a row without a day',
        'kept$20240901',
        `${first} UNION ALL SELECT NULL, 6`,
        {},
        'Some rows belong to different',
      ],
      [
        'a month of days',
        'kept$202409',
        first,
        {},
        'Invalid partition decorator $202409: a table partitioned by DAY takes $YYYYMMDD.',
      ],
      ['no date', 'kept$20240931', first, {}, 'Invalid partition decorator $20240931'],
      ['nothing', 'kept$', first, {}, 'Invalid partition decorator $:'],
      [
        'a table without partitions',
        'plain$20240901',
        first,
        {},
        'Cannot read partition information from a table that is not partitioned: local:d.plain$20240901',
      ],
      [
        'a table that is to be made, without partitioning',
        'unmade$20240901',
        first,
        {},
        'Partitioning specification must be provided in order to create partitioned table',
      ],
      [
        'another partitioning',
        'kept$20240901',
        first,
        { timePartitioning: { type: 'MONTH', field: 'day' } },
        'Incompatible table partitioning specification. Expects partitioning specification interval(type:day,field:day), but input partitioning specification is interval(type:month,field:day)',
      ],
      [
        'another column',
        'kept$20240901',
        `SELECT *, 1 AS more FROM (${first})`,
        {},
        'Cannot add fields (field: more)',
      ],
      [
        'partitions by arrival',
        'arrived$20240901',
        first,
        { timePartitioning: { type: 'DAY' } },
        'Only partitions by a column of time',
      ],
      ['no table name', '$20240901', first, byDay, 'Invalid table ID ""'],
    ];
    it.each(cases)('%s', async (_, table, sql, more, message) => {
      await expect(into(table, sql, more)).rejects.toThrow(message);
    });
  });
});
