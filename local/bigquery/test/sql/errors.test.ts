import { field, type TestEngine, testEngine } from './bench-engine';

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
      'invalidQuery: No matching signature for operator + for argument types: STRING, INT64. Supported signatures: INT64 + INT64; FLOAT64 + FLOAT64; NUMERIC + NUMERIC; BIGNUMERIC + BIGNUMERIC; DATE + INT64; INT64 + DATE at [1:8]',
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
