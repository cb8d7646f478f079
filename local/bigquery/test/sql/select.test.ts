import { field, scalar, type TestEngine, testEngine } from '../support/test-engine';

describe('SELECT', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine(() => new Date('2024-09-01T10:00:00.123Z'));
    bench.table(
      't',
      [field('id', 'STRING'), field('n', 'INTEGER'), field('list', 'STRING', { mode: 'REPEATED' })],
      [
        ['a', '1', ['p', 'q']],
        ['b', '2', []],
        ['c', null, ['r']],
      ],
    );
    bench.table('u', [field('id', 'STRING'), field('label', 'STRING')], [['a', 'first']]);
  });
  afterAll(() => bench.close());

  it.each([
    ['a bare name', 'SELECT id FROM t ORDER BY id', [['a'], ['b'], ['c']]],
    ['a dataset', 'SELECT t.id FROM ds.t WHERE n = 2', [['b']]],
    ['a project', 'SELECT t.id FROM local.ds.t WHERE n = 2', [['b']]],
    ['quotes around the path', 'SELECT t.id FROM `local.ds.t` WHERE t.n = 2', [['b']]],
    ['quotes around parts', 'SELECT x.id FROM `local`.ds.`t` AS x WHERE x.n = 2', [['b']]],
    ['a WITH of the same name', 'WITH t AS (SELECT * FROM t WHERE n = 1) SELECT id FROM t', [['a']]],
    [
      'an array of a table',
      'SELECT id, item FROM ds.t, t.list AS item ORDER BY item',
      [
        ['a', 'p'],
        ['a', 'q'],
        ['c', 'r'],
      ],
    ],
    ['an expression of many terms', `SELECT n${' + n'.repeat(299)} FROM t WHERE n = 2`, [['600']]],
    [
      'two tables',
      'SELECT t.id, label FROM t LEFT JOIN u ON t.id = u.id ORDER BY id',
      [
        ['a', 'first'],
        ['b', null],
        ['c', null],
      ],
    ],
    ['one table twice', "SELECT x.n, y.n AS m FROM t x, t y WHERE x.id = 'a' AND y.id = 'b'", [['1', '2']]],
    ['a subquery', 'SELECT id FROM t WHERE id IN (SELECT id FROM u)', [['a']]],
    ['a set operation', "SELECT id FROM t WHERE id = 'a' UNION ALL SELECT label FROM u", [['a'], ['first']]],
    ['QUALIFY', 'SELECT id FROM t WHERE true QUALIFY ROW_NUMBER() OVER (ORDER BY id DESC) = 1', [['c']]],
    ['STRUCT rows', "SELECT AS STRUCT 1 AS x, 'y' AS y", [['1', 'y']]],
    [
      'a nested array',
      'SELECT ARRAY(SELECT AS STRUCT id, n FROM t WHERE n > 0 ORDER BY n) AS all_of_them',
      [
        [
          [
            ['a', '1'],
            ['b', '2'],
          ],
        ],
      ],
    ],
    ['a null array', 'SELECT CAST(NULL AS ARRAY<INT64>)', [[[]]]],
    ['characters beyond ASCII', "SELECT 'é€', id FROM ds.t WHERE n = 1", [['é€', 'a']]],
    ['a comment at the end', 'SELECT 1 -- one', [['1']]],
    ['the hidden column not', 'SELECT * FROM u', [['a', 'first']]],
  ])('reads %s', async (_, sql, rows) => {
    expect(await bench.rows(sql)).toEqual(rows);
  });

  it('names columns without a name f0_, f1_, …', async () => {
    const { schema } = await bench.run("SELECT 1, 'x' AS b, 2.5");
    expect(schema).toEqual([
      { name: 'f0_', type: 'INTEGER', mode: 'NULLABLE' },
      { name: 'b', type: 'STRING', mode: 'NULLABLE' },
      { name: 'f1_', type: 'FLOAT', mode: 'NULLABLE' },
    ]);
  });

  it('follows the clock it is given', async () => {
    const sql = "SELECT CURRENT_TIMESTAMP(), CURRENT_DATE(), CURRENT_DATETIME, CURRENT_TIME('+02:00')";
    expect(await bench.rows(sql)).toEqual([
      ['1725184800123000', '2024-09-01', '2024-09-01T10:00:00.123000', '12:00:00.123000'],
    ]);
  });

  it('makes UUIDs, one per row', async () => {
    const rows = await bench.rows('SELECT GENERATE_UUID() FROM UNNEST(GENERATE_ARRAY(1, 100))');
    const texts = rows.map(([uuid]) => String(uuid));
    expect(new Set(texts).size).toBe(100);
    for (const uuid of texts)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('says what it read', async () => {
    const result = await bench.run('SELECT t.n FROM t JOIN u USING (id)');
    expect(result.referencedTables.map(({ tableId }) => tableId).sort()).toEqual(['t', 'u']);
    // t: 3 ids of 3 bytes and 2 numbers of 8; u: one id of 3 bytes.
    expect(result.bytesProcessed).toBe(9 + 16 + 3);
  });

  it('analyses without rows', async () => {
    const result = await bench.analyze('SELECT id, n FROM t WHERE id = @id', [scalar('id', 'STRING', 'a')]);
    expect(result.rows).toBeUndefined();
    expect(result.schema?.map(({ name }) => name)).toEqual(['id', 'n']);
  });
});

describe('errors in queries', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    bench.table('t', [field('id', 'STRING'), field('n', 'INTEGER')], [['a', '1']]);
  });
  afterAll(() => bench.close());

  it.each([
    ['SELECT nope FROM t', 'invalidQuery: Unrecognized name: nope at [1:8]'],
    ["SELECT\n\t'é', nope\nFROM t", 'invalidQuery: Unrecognized name: nope at [2:14]'],
    ['SELECT nope FROM `local.ds.t`', 'invalidQuery: Unrecognized name: nope at [1:8]'],
    ['SELECT 1 FROM `local.ds.t` WHERE nope', 'invalidQuery: Unrecognized name: nope at [1:34]'],
    ['SELEC 1', 'invalidQuery: Syntax error: Unexpected identifier "SELEC" at [1:1]'],
    ['SELECT 1 FROM', 'invalidQuery: Syntax error: Unexpected end of script at [1:14]'],
    [
      'SELECT id + 1 FROM t',
      'invalidQuery: No matching signature for operator + for argument types: STRING, INT64. Supported signatures: INT64 + INT64; FLOAT64 + FLOAT64; NUMERIC + NUMERIC; BIGNUMERIC + BIGNUMERIC; DATE + INT64; INT64 + DATE; TIMESTAMP + INTERVAL; INTERVAL + TIMESTAMP; DATE + INTERVAL; INTERVAL + DATE; DATETIME + INTERVAL; INTERVAL + DATETIME; INTERVAL + INTERVAL at [1:8]',
    ],
    ['SELECT NOPE(1)', 'invalidQuery: Function not found: NOPE at [1:8]'],
    ['SELECT * FROM ds.nope', 'notFound: Not found: Table local:ds.nope was not found in location US'],
    ['SELECT * FROM nope', 'notFound: Not found: Table local:ds.nope was not found in location US'],
    ['SELECT * FROM nope.t', 'notFound: Not found: Dataset local:nope was not found in location US'],
    [
      'SELECT * FROM `other-project.ds.t`',
      'notFound: Not found: Dataset other-project:ds was not found in location US',
    ],
    [
      'SELECT * FROM other-project.ds.t',
      'notFound: Not found: Dataset other-project:ds was not found in location US',
    ],
    ['SELECT 1/0', 'invalidQuery: division by zero: 1 / 0'],
    ["SELECT CAST('x' AS INT64)", 'invalidQuery: Bad int64 value: x'],
    ['SELECT CAST(id AS INT64) FROM t', 'invalidQuery: Bad int64 value: a'],
    ['SELECT 9223372036854775807 + n FROM t', 'invalidQuery: int64 overflow: 9223372036854775807 + 1'],
    ["SELECT ERROR('boo')", 'invalidQuery: boo'],
    [
      'SELECT [1, NULL] AS list',
      'invalidQuery: Array cannot have a null element; error in writing field list',
    ],
    [
      'SELECT 1 AS a, 2 AS A',
      'invalidQuery: Duplicate column names in the result are not supported. Found duplicate(s): A',
    ],
  ])('answers %j', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
  });

  it('wants a dataset where there is no default one', async () => {
    const request = { sql: 'SELECT * FROM t', projectId: 'local', defaultDataset: undefined, parameters: [] };
    const { defaultDataset: _, ...without } = request;
    await expect(bench.engine.run(without)).rejects.toMatchObject({
      reason: 'invalid',
      message: 'Table "t" must be qualified with a dataset (e.g. dataset.table).',
    });
  });
});
