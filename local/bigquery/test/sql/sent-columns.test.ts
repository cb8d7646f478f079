import { field, type TestEngine, testEngine } from './bench-engine';

/** Columns that a query does not use are not sent to the engine: here are queries whose meaning depends on them all the same. */
describe('a column that is not used', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    const columns = [field('a', 'INTEGER'), field('b', 'STRING'), field('c', 'BIGNUMERIC')];
    bench.table('t', columns, [
      ['1', 'x', '1.5'],
      ['2', 'y', null],
    ]);
    bench.table('u', columns, [['3', 'x', null]]);
  });
  afterAll(() => bench.close());

  it.each([
    ['none is', 'SELECT COUNT(*) FROM t', [['2']]],
    ['none is, of two tables', 'SELECT COUNT( * ) FROM t CROSS JOIN u', [['2']]],
    ['the last one is', 'SELECT c FROM t WHERE c IS NOT NULL', [['1.5']]],
    ['left out by name', 'SELECT COUNT(*) FROM (SELECT * EXCEPT (b) FROM t)', [['2']]],
    ['replaced', "SELECT COUNT(*) FROM (SELECT * REPLACE ('z' AS b) FROM t)", [['2']]],
    ['on one side of a union', "SELECT COUNT(*) FROM (SELECT * FROM t UNION ALL SELECT 1, 'x', 2)", [['3']]],
    [
      'the same name in an outer table',
      'SELECT a, (SELECT MAX(b) FROM u WHERE u.b = t.b) FROM t ORDER BY a',
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'the name of another one by alias',
      'SELECT a AS b, COUNT(*) FROM t GROUP BY b ORDER BY b',
      [
        ['1', '1'],
        ['2', '1'],
      ],
    ],
    ['part of a whole row', 'SELECT TO_JSON_STRING(u) FROM u', [['{"a":3,"b":"x","c":null}']]],
    ['counted as a whole row', 'SELECT COUNT(t) FROM t', [['2']]],
    ['joined by name', 'SELECT COUNT(*) FROM t JOIN u USING (b)', [['1']]],
  ])('%s', async (_, sql, expected) => {
    expect(await bench.rows(sql)).toEqual(expected);
    // The second time it runs as a prepared query.
    expect(await bench.rows(sql)).toEqual(expected);
    expect(await bench.rows(sql)).toEqual(expected);
  });
});

describe('rows that fit into one request but not into the memory of the engine', () => {
  const count = 2_000;
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    bench.table(
      'narrow',
      [field('k', 'INTEGER'), field('wide', 'STRING')],
      Array.from({ length: count }, (_, index) => [String(index % (count - 1)), 'not sent']),
    );
  });
  afterAll(() => bench.close());

  it('are grouped in parts', async () => {
    // 80 KB for each group: 160 MB, where the engine has 128 MiB.
    const long = "MAX(RPAD(CAST(k AS STRING), 80000, '.'))";
    const sql = `SELECT k, COUNT(*) AS n, LENGTH(${long}) FROM narrow GROUP BY k HAVING n > 1`;
    expect(await bench.rows(sql)).toEqual([['0', '2', '80000']]);
  });
});
