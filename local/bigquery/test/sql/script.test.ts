import { field, scalar, type TestEngine, testEngine } from './bench-engine';

describe('scripts', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table('t', [field('id', 'STRING'), field('n', 'INTEGER')], [['a', '1']]);
  });
  afterAll(() => bench.close());

  it.each([
    ['the last statement answers', "UPDATE t SET n = 5 WHERE id = 'a'; SELECT n FROM t;", [['5']]],
    [
      'variables',
      "DECLARE x, y INT64 DEFAULT 5; DECLARE s DEFAULT 'x'; SET x = x + y; SELECT x, s",
      [['10', 'x']],
    ],
    ['a column wins over a variable', 'DECLARE n INT64 DEFAULT 99; SELECT n FROM t', [['1']]],
    [
      'variables in DML',
      "DECLARE x INT64 DEFAULT (SELECT n + 6 FROM t); INSERT t (id, n) VALUES ('b', x); SELECT id FROM t WHERE n = x",
      [['b']],
    ],
    [
      'blocks',
      'DECLARE x ARRAY<INT64>; BEGIN DECLARE y INT64 DEFAULT 3; SET x = [y]; END; SELECT x',
      [[['3']]],
    ],
    [
      'IF',
      "DECLARE x INT64 DEFAULT 2; IF x = 1 THEN SELECT 'one'; ELSEIF x = 2 THEN SELECT 'two'; ELSE SELECT 'more'; END IF",
      [['two']],
    ],
    ['semicolons in texts', "SELECT ';' AS a; SELECT 'it''s; -- no' AS b", [["it's; -- no"]]],
  ])('%s', async (_, sql, rows) => {
    const result = await bench.run(sql.replaceAll("''", "\\'"));
    expect(result.statementType).toBe('SCRIPT');
    expect(result.rows).toEqual(rows);
  });

  it('gives every statement its own result', async () => {
    const { statements } = await bench.run(
      "INSERT t (id) VALUES ('b'); DELETE t WHERE TRUE; SELECT @p AS p",
      [scalar('p', 'STRING', 'x')],
    );
    expect(statements?.map(({ statementType, dmlStats, rows }) => [statementType, dmlStats, rows])).toEqual([
      ['INSERT', { insertedRowCount: 1, updatedRowCount: 0, deletedRowCount: 0 }, undefined],
      ['DELETE', { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: 2 }, undefined],
      ['SELECT', undefined, [['x']]],
    ]);
  });

  it('counts positions in the whole script, and keeps what was done before the fault', async () => {
    const sql = "INSERT t (id) VALUES ('é');\nSELECT 1;\n  SELECT 'é', nope FROM t";
    expect(await bench.failure(sql)).toBe('invalidQuery: Unrecognized name: nope at [3:15]');
    expect(bench.stored('t').length).toBe(2);
  });

  it.each([
    ['SET x = 1', 'invalidQuery: Undeclared variable: x at [1:5]'],
    ["ASSERT (SELECT COUNT(*) FROM t) = 2 AS 'two rows'", 'invalidQuery: two rows'],
    ['ASSERT FALSE', 'invalidQuery: Assertion failed'],
    [
      'WHILE TRUE DO SELECT 1; END WHILE',
      'notImplemented: The statement WHILE is not supported by the local BigQuery.',
    ],
    ['SELECT 1; SELEC 2', 'invalidQuery: Syntax error: Unexpected identifier "SELEC" at [1:11]'],
    ['', 'invalidQuery: Syntax error: Unexpected end of script'],
  ])('answers %s with its fault', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
  });

  it('passes an ASSERT that holds', async () => {
    expect((await bench.run('ASSERT (SELECT COUNT(*) FROM t) = 1')).statementType).toBe('ASSERT');
  });
});
