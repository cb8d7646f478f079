import type { Row } from '../../../model';
import { field, type TestEngine, testEngine } from '../../support/test-engine';

let bench: TestEngine;
beforeAll(async () => {
  bench = await testEngine();
  bench.table(
    't',
    [
      field('id', 'INTEGER'),
      field('name', 'STRING'),
      field('amount', 'NUMERIC'),
      field('day', 'DATE'),
      field('ts', 'TIMESTAMP'),
    ],
    [
      ['1', 'a', '1.5', '2024-09-01', '1725185472000000'],
      ['2', 'b', '2', '2024-09-02', null],
      ['3', 'a', '3', '2024-09-02', '-1'],
    ],
  );
});
afterAll(() => bench.close());

const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();

describe('what BigQuery knows and the engine does not is put in other words', () => {
  it.each<[name: string, sql: string, rows: readonly Row[]]>([
    [
      'GROUP BY ALL',
      'SELECT name, COUNT(*) FROM t GROUP BY ALL',
      [
        ['a', '2'],
        ['b', '1'],
      ],
    ],
    [
      'GROUP BY ALL, of expressions and constants',
      'SELECT UPPER(name) AS n, 5 AS five, SUM(amount) + 1 FROM t GROUP BY ALL HAVING COUNT(*) > 1',
      [['A', '5', '5.5']],
    ],
    ['GROUP BY ALL, of all rows', 'SELECT COUNT(*) FROM t GROUP BY ALL', [['3']]],
    ['MAX_BY and MIN_BY', 'SELECT MAX_BY(id, amount), MIN_BY(name, -amount) FROM t', [['3', 'a']]],
    [
      'GROUPING SETS',
      'SELECT name, day, COUNT(*) FROM t GROUP BY GROUPING SETS ((name), (day), ())',
      [
        ['a', null, '2'],
        ['b', null, '1'],
        [null, '2024-09-01', '1'],
        [null, '2024-09-02', '2'],
        [null, null, '3'],
      ],
    ],
    [
      'ROLLUP',
      'SELECT name AS n, EXTRACT(DAY FROM day) AS d, COUNT(*) FROM t GROUP BY ROLLUP(n, 2)',
      [
        ['a', '1', '1'],
        ['a', '2', '1'],
        ['b', '2', '1'],
        ['a', null, '2'],
        ['b', null, '1'],
        [null, null, '3'],
      ],
    ],
    [
      'CUBE, with GROUPING, HAVING and what contains keys',
      "SELECT COALESCE(name, 'all'), GROUPING(t.day), SUM(id) FROM t GROUP BY CUBE(name, t.day) HAVING COUNT(*) > 1",
      [
        ['a', '1', '4'],
        ['all', '1', '6'],
        ['all', '0', '5'],
      ],
    ],
    [
      'ROLLUP beside a key',
      'SELECT name, COUNT(*) FROM t GROUP BY name, ROLLUP(day) ORDER BY 1, 2 LIMIT 1',
      [['a', '1']],
    ],
    [
      'ROLLUP in a subquery',
      'SELECT s FROM (SELECT name, SUM(id) AS s FROM t GROUP BY ROLLUP(name)) WHERE name IS NULL',
      [['6']],
    ],
    [
      'TIMESTAMP_BUCKET',
      "SELECT TIMESTAMP_BUCKET(ts, INTERVAL 1 HOUR), TIMESTAMP_BUCKET(ts, INTERVAL 7 MINUTE, TIMESTAMP '2024-01-01') FROM t",
      [
        ['1725184800000000', '1725185220000000'],
        [null, null],
        ['-3600000000', '-60000000'],
      ],
    ],
    [
      'DATE_BUCKET and DATETIME_BUCKET',
      "SELECT DATE_BUCKET(DATE '1949-12-31', INTERVAL 2 DAY), DATE_BUCKET(DATE '2024-10-05', INTERVAL 1 QUARTER), DATETIME_BUCKET(DATETIME '2024-09-01 11:11:12', INTERVAL 2 HOUR)",
      [['1949-12-30', '2024-10-01', '2024-09-01T10:00:00']],
    ],
    [
      'CONTAINS_SUBSTR',
      "SELECT COUNTIF(CONTAINS_SUBSTR(name, 'A')), COUNTIF(CONTAINS_SUBSTR(id, '1')) FROM t",
      [['2', '1']],
    ],
    ['APPROX_COUNT_DISTINCT', 'SELECT APPROX_COUNT_DISTINCT(name) FROM t', [['2']]],
    [
      'APPROX_QUANTILES',
      'SELECT APPROX_QUANTILES(amount, 2), APPROX_QUANTILES(id, 4)[OFFSET(2)] FROM t',
      [[['1.5', '2', '3'], '2']],
    ],
    [
      'APPROX_TOP_COUNT and _SUM',
      'SELECT APPROX_TOP_COUNT(name, 1), APPROX_TOP_SUM(name, amount, 1) FROM t',
      [[[['a', '2']], [['a', '4.5']]]],
    ],
    [
      'CREATE TEMP FUNCTION',
      "CREATE TEMP FUNCTION f(x ANY TYPE) AS (x + 1); CREATE TEMP FUNCTION g(a INT64, b STRING) RETURNS STRING AS (CONCAT(b, f(a))); SELECT f(f(2)), f(2.5), g(1, 'é')",
      [['4', '3.5', 'é2']],
    ],
    [
      'functions of queries',
      'CREATE TEMP FUNCTION s(xs ARRAY<INT64>) AS ((SELECT SUM(x) FROM UNNEST(xs) AS x)); SELECT s([1, 2])',
      [['3']],
    ],
    [
      'pipes',
      "FROM t |> WHERE id > 1 |> SET name = CONCAT(name, '|>') |> SELECT id, name",
      [
        ['2', 'b|>'],
        ['3', 'a|>'],
      ],
    ],
    [
      'pipes that aggregate',
      'FROM t |> AGGREGATE COUNT(*) AS n, SUM(amount) AS s GROUP BY name |> WHERE n > 1 |> EXTEND s + n AS more |> DROP n',
      [['a', '4.5', '6.5']],
    ],
    [
      'pipes that join, sort and cut',
      'FROM t AS a JOIN t AS b ON a.id = b.id |> WHERE a.id > 1 |> SELECT a.id, b.name |> AS x |> JOIN t USING (id) |> SELECT x.name, id |> ORDER BY id DESC |> LIMIT 1',
      [['a', '3']],
    ],
    [
      'pipes in each other',
      'WITH x AS (FROM t |> WHERE id < 3) SELECT (FROM x |> UNION ALL (SELECT * FROM t), (FROM t |> WHERE id = 1) |> AGGREGATE COUNT(*))',
      [['6']],
    ],
    [
      'pipes with keys in order',
      'FROM t |> SELECT name |> DISTINCT |> AGGREGATE COUNT(*) AS n GROUP AND ORDER BY name DESC |> LIMIT 1',
      [['b', '1']],
    ],
    ['no pipes, but texts', "SELECT '|> none' /* |> */ AS x", [['|> none']]],
    [
      'LIKE ANY of an array and of a query',
      "SELECT id FROM t WHERE name LIKE ANY UNNEST(['b%', 'q']) OR name LIKE ANY (SELECT '%b')",
      [['2']],
    ],
    [
      'INTERVAL values',
      "SELECT TIMESTAMP '2024-01-02' + INTERVAL 1 HOUR - TIMESTAMP '2024-01-01', EXTRACT(DAY FROM DATE '2024-01-05' - DATE '2024-01-01')",
      [['0-0 0 25:0:0', '4']],
    ],
    ['SESSION_USER', 'SELECT SESSION_USER()', [['local@localhost']]],
  ])('%s', async (_, sql, rows) => {
    expect(sorted(await bench.rows(sql))).toEqual(sorted(rows));
  });

  it.each([
    '1-2 3 4:5:6.789',
    '-1-2 -3 -4:5:6.789012',
    '0-0 0 0:0:0',
    '10000-0 0 0:0:0',
    '0-11 3660000 87840000:0:0',
  ])('keeps the INTERVAL %s', async (text) => {
    bench.table('spans', [field('span', 'INTERVAL')], [[text], [null]]);
    expect(await bench.rows('SELECT span, CAST(span AS STRING) FROM spans WHERE span = span')).toEqual([
      [text, text],
    ]);
  });

  it('keeps the names of columns and the positions of faults', async () => {
    const { schema } = await bench.run('SELECT name, SUM(id) FROM t GROUP BY ROLLUP(name)');
    expect(schema?.map(({ name }) => name)).toEqual(['name', 'f0_']);
    expect(await bench.failure('SELECT MAX_BY(id, amount),\n nme FROM t')).toBe(
      'invalidQuery: Unrecognized name: nme; Did you mean name? at [2:2]',
    );
  });

  it.each([
    [
      'CREATE TEMP FUNCTION f(x INT64) RETURNS INT64 LANGUAGE js AS "return x"',
      'CREATE FUNCTION … LANGUAGE js',
    ],
    ['FROM t |> RENAME id AS i', 'The pipe operator RENAME'],
    ['SELECT *, COUNT(*) FROM t GROUP BY ALL', 'GROUP BY ALL with * in the select list'],
    [
      'SELECT DISTINCT name FROM t GROUP BY CUBE(name, day)',
      'GROUPING SETS, ROLLUP or CUBE with DISTINCT, QUALIFY or WINDOW',
    ],
  ])('%s is refused by name', async (sql, what) => {
    expect(await bench.failure(sql)).toBe(`notImplemented: ${what} is not supported by the local BigQuery.`);
  });
});
