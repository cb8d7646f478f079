import { findTextReads, refuseText } from '../../../../shared/definitions/sql/text-reads';
import { problemsOf, query } from '../schemas-directory';

const readsOf = (sql: string) => {
  const found = findTextReads(sql);
  if (!Array.isArray(found)) throw new Error(`${sql}: ${found.message}`);
  return found
    .filter(({ kind }) => kind !== 'function of GoogleSQL')
    .map(({ kind, name }) => `${kind} ${name}`);
};
const tablesOf = (sql: string) =>
  readsOf(sql).map((read) => {
    expect(read).toMatch(/^plain table /);
    return read.slice('plain table '.length);
  });

describe('what a text reads', () => {
  const tables: readonly (readonly [string, readonly string[]])[] = [
    ['SELECT 1', []],
    ['SELECT 1;', []],
    ['SELECT * FROM orders', ['orders']],
    ['select * from Orders', ['Orders']],
    ['(SELECT * FROM a) UNION ALL (SELECT * FROM b)', ['a', 'b']],
    ['SELECT * FROM `a`', ['a']],
    ['SELECT * FROM `rates.daily`', ['rates.daily']],
    ['SELECT * FROM `p-1`.`rates`.daily', ['p-1.rates.daily']],
    ['SELECT * FROM acme-prod-1.rates.daily AS d', ['acme-prod-1.rates.daily']],
    ['SELECT * FROM `example.com:acme.rates.daily`', ['example.com:acme.rates.daily']],
    ['SELECT * FROM rates /* x */ . -- y\n daily', ['rates.daily']],
    ['SELECT * FROM a, b AS c, d e CROSS JOIN f', ['a', 'b', 'd', 'f']],
    ['SELECT * FROM a JOIN b USING (x, y), c', ['a', 'b', 'c']],
    ['SELECT * FROM a JOIN b ON a.x = b.x AND a.y IN (1, 2), c', ['a', 'b', 'c']],
    ['SELECT * FROM (a LEFT JOIN (b JOIN c USING (x)) USING (y)), d', ['a', 'b', 'c', 'd']],
    ['SELECT * FROM ((SELECT * FROM a) UNION ALL (SELECT * FROM b)), c', ['a', 'b', 'c']],
    ['SELECT x.n FROM (SELECT AS STRUCT 1 AS n, 2 AS m) AS x', []],
    ['WITH a AS (SELECT * FROM b), c AS (SELECT 1) SELECT * FROM a, c', ['b', 'a', 'c']],
    ['WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a) SELECT * FROM a', ['a', 'a']],
    ['SELECT i FROM orders AS o, o.items AS i, UNNEST(o.more) WITH OFFSET AS p', ['orders', 'o.items']],
    ['SELECT * FROM UNNEST(ARRAY<STRUCT<a INT64, b STRING>>[(1, "x"), (2, "y")])', []],
    ['SELECT (SELECT MAX(x) FROM b), EXISTS(SELECT 1 FROM c) FROM a', ['b', 'c', 'a']],
    ['SELECT ARRAY(SELECT x FROM b), x IN (SELECT y FROM c), x IN UNNEST(@list) FROM a', ['b', 'c', 'a']],
    ['SELECT x FROM a GROUP BY x, y ORDER BY x, y.z', ['a']],
    ['SELECT SUM(x) OVER w FROM a WINDOW w AS (PARTITION BY b, c), v AS (w)', ['a']],
    ['SELECT x FROM a QUALIFY ROW_NUMBER() OVER (PARTITION BY b, c ORDER BY d, e) = 1', ['a']],
    ['SELECT EXTRACT(DAY FROM t.x), EXTRACT(DATE FROM y.z AT TIME ZONE "UTC") FROM a', ['a']],
    ['SELECT a.x IS DISTINCT FROM b.y, a.x IS NOT DISTINCT FROM b.z FROM a, b', ['a', 'b']],
    ['SELECT * EXCEPT (x, y) REPLACE (1 AS z) FROM a EXCEPT DISTINCT SELECT * FROM b', ['a', 'b']],
    [
      'SELECT * FROM a FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY), b',
      ['a', 'b'],
    ],
    ['SELECT * FROM a PIVOT (SUM(x) FOR q IN ("a", "b")), c UNPIVOT (x FOR y IN (d, e))', ['a', 'c']],
    ['SELECT * FROM a TABLESAMPLE SYSTEM (10 PERCENT), b', ['a', 'b']],
    ['SELECT o.from, o.join, o.select FROM orders AS o', ['orders']],
    ['SELECT 1.FROM orders', ['orders']],
    ['SELECT (SELECT AS STRUCT 1 AS x).x FROM a', ['a']],
    ['SELECT 1 AS `.` FROM a', ['a']],
    ['SELECT 1 AS `x.` FROM a', ['a']],
    ['SELECT @from, @@time_zone FROM a', ['a']],
    ["SELECT \"FROM b\", '''FROM c''', r\"\\\" FROM d\" FROM a -- , e\n # , f\r /* , g */ , h", ['a', 'h']],
    [
      'SELECT CAST(x AS STRING(10)), SAFE_CAST(y AS NUMERIC(10, 2)), SAFE.LEFT("a", 1), a[SAFE_OFFSET(0)] FROM a',
      ['a'],
    ],
    ['SELECT FORMAT_DATE("%Y", d), NET.HOST(u), HLL_COUNT.INIT(x), `COUNT`(*), if(a, b, c) FROM a', ['a']],
    ['SELECT * FROM `Größe 2024`, `日本-x`', ['Größe 2024', '日本-x']],
  ];
  it.each(tables)('%j: the tables %j', (sql, expected) => {
    expect(tablesOf(sql)).toEqual(expected);
    expect(refuseText(sql)).toEqual([]);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['SELECT * FROM `api_*`', 'api_*, a wildcard table'],
    ['SELECT * FROM a, `rates.daily_*` AS d', 'rates.daily_*, a wildcard table'],
    ['SELECT (SELECT COUNT(*) FROM `rates`.`*`) FROM a', 'rates.*, a wildcard table'],
    ['SELECT * FROM a JOIN (b JOIN `c*` USING (x)) USING (y)', 'c*, a wildcard table'],
    ['WITH `a*` AS (SELECT 1) SELECT * FROM `a*`', 'a*, a wildcard table'],
    ['SELECT * FROM INFORMATION_SCHEMA.TABLES', 'INFORMATION_SCHEMA.TABLES, a view of metadata'],
    [
      'SELECT * FROM `region-us`.INFORMATION_SCHEMA.JOBS',
      'region-us.INFORMATION_SCHEMA.JOBS, a view of metadata',
    ],
    [
      'SELECT * FROM `region-us.Information_Schema.JOBS`',
      'region-us.Information_Schema.JOBS, a view of metadata',
    ],
    [
      'SELECT * FROM region-us.INFORMATION_SCHEMA.JOBS',
      'region-us.INFORMATION_SCHEMA.JOBS, a view of metadata',
    ],
    ['SELECT * FROM p.x.`INFORMATION_SCHEMA`.COLUMNS', 'p.x.INFORMATION_SCHEMA.COLUMNS, a view of metadata'],
    [
      'SELECT 1 IN (SELECT 1 FROM x.INFORMATION_SCHEMA.TABLES)',
      'x.INFORMATION_SCHEMA.TABLES, a view of metadata',
    ],
    ['SELECT * FROM -- \r x.INFORMATION_SCHEMA.TABLES', 'x.INFORMATION_SCHEMA.TABLES, a view of metadata'],
    [
      "SELECT r'\\\u2028', t.* FROM x.INFORMATION_SCHEMA.TABLES AS t WHERE 'a' = 'a'",
      'x.INFORMATION_SCHEMA.TABLES, a view of metadata',
    ],
    ['SELECT 1.FROM x.INFORMATION_SCHEMA.TABLES', 'x.INFORMATION_SCHEMA.TABLES, a view of metadata'],
    ['SELECT 1 AS `.` FROM x.INFORMATION_SCHEMA.TABLES', 'x.INFORMATION_SCHEMA.TABLES, a view of metadata'],
    [
      'SELECT t.is DISTINCT, 1 FROM x.INFORMATION_SCHEMA.TABLES',
      'x.INFORMATION_SCHEMA.TABLES, a view of metadata',
    ],
    ['SELECT * FROM rates.__TABLES__', 'rates.__TABLES__, a view of metadata'],
    ['SELECT * FROM `orders$20260101`', 'orders$20260101, a part of a table'],
    ['SELECT * FROM `orders@-3600000`', 'orders@-3600000, a part of a table'],
    ['SELECT * FROM a.b.c.d', 'a.b.c.d, a name that is not plain'],
    ['SELECT * FROM `a/b`', 'a/b, a name that is not plain'],
    ['SELECT * FROM EXTERNAL_QUERY("c", "SELECT 1")', 'EXTERNAL_QUERY, a table function'],
    ['SELECT * FROM a, external_query("c", "SELECT 1")', 'external_query, a table function'],
    ['SELECT * FROM `EXTERNAL_QUERY` /* x */ ("c", "x")', 'EXTERNAL_QUERY, a table function'],
    [
      'SELECT * FROM EXTERNAL_OBJECT_TRANSFORM(TABLE a, ["x"])',
      'EXTERNAL_OBJECT_TRANSFORM, a table function',
    ],
    ['SELECT * FROM APPENDS(TABLE a, NULL, NULL)', 'APPENDS, a table function'],
    ['SELECT * FROM CHANGES(TABLE x.a, NULL, NULL)', 'CHANGES, a table function'],
    ['SELECT * FROM VECTOR_SEARCH(TABLE a, "e", (SELECT 1))', 'VECTOR_SEARCH, a table function'],
    ['SELECT * FROM GRAPH_TABLE(g RETURN n.x)', 'GRAPH_TABLE, a table function'],
    ['SELECT * FROM x.f(1)', 'x.f, a table function'],
    ['SELECT * FROM COUNT(1)', 'COUNT, a table function'],
    ['SELECT * FROM ML.PREDICT(MODEL x.m, TABLE a)', 'ML.PREDICT, a table function'],
    ['SELECT * FROM a JOIN ML.PREDICT(MODEL m, (SELECT 1)) USING (x)', 'ML.PREDICT, a table function'],
    ['SELECT `AI` . `GENERATE`("x")', 'AI.GENERATE, a function of another kind'],
    ['SELECT ML.DISTANCE([1.0], [2.0])', 'ML.DISTANCE, a function of another kind'],
    ['SELECT rates.convert(1)', 'rates.convert, a function of another kind'],
    ['SELECT `acme.rates.convert`(1)', 'acme.rates.convert, a function of another kind'],
    ['SELECT leak(1)', 'leak, a function of another kind'],
    ['SELECT (x).leak() FROM a', 'leak, a function of another kind'],
    ['SELECT x.COUNT(1)', 'x.COUNT, a function of another kind'],
    ['SELECT SAFE.AI.GENERATE("x")', 'SAFE.AI.GENERATE, a function of another kind'],
    ['SELECT `PIVOT`(1)', 'PIVOT, a function of another kind'],
  ];
  it.each(refused)('%j is refused for %s', (sql, what) => {
    expect(refuseText(sql)).toEqual([
      {
        kind: 'source',
        offset: expect.any(Number),
        message: `It uses ${what}; expected plain tables and GoogleSQL's own functions only.`,
      },
    ]);
  });

  const unreadable: readonly (readonly [string, number, string])[] = [
    ['', 0, 'It is empty; expected one SELECT'],
    ['-- nothing', 10, 'It is empty; expected one SELECT'],
    ['SELECT 1; SELECT 2', 8, 'It is of type SCRIPT'],
    ['SELECT 1;; ', 8, 'It is of type SCRIPT'],
    ...[
      ...['DELETE FROM a WHERE TRUE', 'UPDATE a SET x = 1 WHERE TRUE', 'INSERT INTO a SELECT 1'],
      ...['MERGE a USING b ON FALSE WHEN NOT MATCHED THEN INSERT ROW', 'TRUNCATE TABLE a', 'DROP TABLE a'],
      ...[
        'CREATE TEMP FUNCTION f() AS (1); SELECT f()',
        'CREATE TABLE x.a AS SELECT 1',
        'ALTER TABLE a RENAME TO b',
      ],
      ...['DECLARE x INT64; SELECT x', 'BEGIN SELECT 1; END', 'SET x = 1', 'IF TRUE THEN SELECT 1; END IF'],
      ...[
        'EXPORT DATA OPTIONS (uri = "gs://x/*") AS SELECT 1',
        'LOAD DATA INTO a FROM FILES (uris = ["gs://x"])',
      ],
      ...[
        'CALL x.y()',
        'execute immediate "SELECT 1"',
        'ASSERT TRUE',
        'GRANT `r` ON SCHEMA y TO "u"',
        'TABLE a',
      ],
      ...['`SELECT` 1', 'FROM a |> SELECT x', 'GRAPH g MATCH (n) RETURN n', 'EXPLAIN SELECT 1', '"SELECT 1"'],
    ].map((sql) => [sql, 0, 'It begins with '] as const),
    ['SELECT * FROM a |> JOIN b USING (x)', 16, 'expected a query without |>'],
    ['SELECT * FROM', 13, 'expected a table'],
    ['SELECT * FROM a,', 16, 'expected a table'],
    ['SELECT * FROM "a"', 14, 'expected a table, given "a"'],
    ['SELECT * FROM @t', 14, 'expected a table, given @t'],
    ['SELECT * FROM LATERAL (SELECT 1)', 14, 'expected a table, given LATERAL'],
    ['SELECT * FROM [a]', 14, 'expected a table, given ['],
    ['SELECT * FROM ()', 15, 'expected a table, given )'],
    ['SELECT (1', 9, 'expected )'],
    ['SELECT 1)', 8, 'expected no bracket'],
    ['SELECT (1]', 9, 'expected )'],
    ['SELECT 1)), b AS ((SELECT 1 FROM tenant_2.secrets', 8, 'expected no bracket'],
    ['SELECT 1 /* a', 9, 'expected comments'],
    ["SELECT 'a", 7, 'expected comments'],
    ['SELECT `a', 7, 'expected comments'],
    ['SELECT * FROM\u00a0a', 13, 'expected comments'],
    ['SELECT $x', 7, 'expected comments'],
    ['SELECT * FROM `INFORMATION\\x5fSCHEMA`.TABLES', 14, 'INFORMATION\\x5fSCHEMA: expected a quoted name'],
    ['SELECT x.`f\\x41`(1)', 7, 'x: expected a quoted name'],
  ];
  it.each(unreadable)('%j cannot be followed at %d: %s', (sql, offset, message) => {
    expect(refuseText(sql)).toEqual([
      { kind: 'statement', offset, message: expect.stringContaining(message) },
    ]);
  });

  it('is told in a definition with its place', () => {
    const told = problemsOf(query('sql: |\n      SELECT *\n      FROM `api_*`'));
    expect(told).toContain(
      "c.yaml:8:12 step 'first', sql: It uses api_*, a wildcard table; expected plain tables",
    );
  });
});
