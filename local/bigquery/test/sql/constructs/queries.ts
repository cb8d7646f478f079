import type { Construct } from './construct';

/** Queries, pipes, table functions and metadata. */
export const queryConstructs: readonly Construct[] = [
  ['SELECT 1', [['1']]],
  ['SELECT * FROM t WHERE id = 1', [['1', 'a', '1.5', '2024-09-01', '1725185472000000']]],
  ['WITH w AS (SELECT 1 AS x) SELECT * FROM w', [['1']]],
  [
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r ORDER BY n',
    [['1'], ['2'], ['3']],
  ],
  ['SELECT DISTINCT name FROM t ORDER BY name', [['a'], ['b']]],
  ['SELECT AS STRUCT 1 AS a, 2 AS b', [['1', '2']]],
  ['SELECT AS VALUE STRUCT(1 AS a)', [['1']]],
  ['SELECT * EXCEPT (ts) FROM t ORDER BY id LIMIT 1', [['1', 'a', '1.5', '2024-09-01']]],
  [
    'SELECT * REPLACE (id + 1 AS id) FROM t ORDER BY id LIMIT 1',
    [['2', 'a', '1.5', '2024-09-01', '1725185472000000']],
  ],
  ['SELECT 1 AS x FROM t LIMIT 1 OFFSET 1', [['1']]],
  ['SELECT COUNT(*) FROM t, u', [['6']]],
  ['SELECT COUNT(*) FROM t JOIN u USING (id)', [['2']]],
  ['SELECT COUNT(*) FROM t RIGHT JOIN u ON t.id = u.id', [['2']]],
  ['SELECT COUNT(*) FROM t FULL OUTER JOIN u ON t.id = u.id', [['3']]],
  ['SELECT COUNT(*) FROM t LEFT JOIN u ON u.id < t.id', [['4']]],
  ['SELECT id FROM t TABLESAMPLE SYSTEM (100 PERCENT) ORDER BY id', [['1'], ['2'], ['3']]],
  ["SELECT * FROM (SELECT id, name FROM t) PIVOT (COUNT(id) FOR name IN ('a', 'b'))", [['2', '1']]],
  [
    'SELECT * FROM (SELECT 1 AS q1, 2 AS q2) UNPIVOT (sales FOR quarter IN (q1, q2)) ORDER BY 2',
    [
      ['1', 'q1'],
      ['2', 'q2'],
    ],
  ],
  ['SELECT id FROM t UNION ALL SELECT id FROM u ORDER BY 1', [['1'], ['1'], ['2'], ['2'], ['3']]],
  ['SELECT id FROM t UNION DISTINCT SELECT id FROM u ORDER BY 1', [['1'], ['2'], ['3']]],
  ['SELECT id FROM t INTERSECT DISTINCT SELECT id FROM u ORDER BY 1', [['1'], ['2']]],
  ['SELECT id FROM t EXCEPT DISTINCT SELECT id FROM u ORDER BY 1', [['3']]],
  ['SELECT 1 AS a UNION ALL BY NAME SELECT 3 AS a', { gap: 'BY NAME of UNION, INTERSECT and EXCEPT' }],
  [
    'SELECT 1 AS a, 2 AS b FULL OUTER UNION ALL BY NAME SELECT 4 AS a',
    { gap: 'BY NAME of UNION, INTERSECT and EXCEPT' },
  ],
  ['SELECT id FROM t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP() ORDER BY 1', [['1'], ['2'], ['3']]],
  [
    'SELECT ROW_NUMBER() OVER w FROM t WINDOW w AS (PARTITION BY name ORDER BY id) ORDER BY id',
    [['1'], ['1'], ['2']],
  ],
  [
    'SELECT id FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY id DESC) = 1 ORDER BY id',
    [['2'], ['3']],
  ],
  [
    'SELECT name, COUNT(*) FROM t GROUP BY ALL ORDER BY 1',
    [
      ['a', '2'],
      ['b', '1'],
    ],
  ],
  [
    'SELECT name, COUNT(*) FROM t GROUP BY ROLLUP (name) ORDER BY 1',
    [
      [null, '3'],
      ['a', '2'],
      ['b', '1'],
    ],
  ],
  [
    'SELECT name, COUNT(*) FROM t GROUP BY CUBE (name) ORDER BY 1',
    [
      [null, '3'],
      ['a', '2'],
      ['b', '1'],
    ],
  ],
  [
    'SELECT name, GROUPING(name) FROM t GROUP BY GROUPING SETS ((name), ()) ORDER BY 2, 1',
    [
      ['a', '0'],
      ['b', '0'],
      [null, '1'],
    ],
  ],
  ['SELECT GROUPING(name) FROM t GROUP BY name', [['0'], ['0']]],
  [
    'SELECT id, e FROM t, UNNEST([1, 2]) AS e WITH OFFSET o WHERE o = 0 ORDER BY 1',
    [
      ['1', '1'],
      ['2', '1'],
      ['3', '1'],
    ],
  ],
  [
    'SELECT * FROM t JOIN UNNEST([1]) AS e ON e = t.id',
    [['1', 'a', '1.5', '2024-09-01', '1725185472000000', '1']],
  ],
  ["SELECT id FROM t WHERE name LIKE ANY ('a%', 'c%') ORDER BY id", [['1'], ['3']]],
  ["SELECT id FROM t WHERE name LIKE ALL ('a%', '%a') ORDER BY id", [['1'], ['3']]],
  [
    "SELECT id FROM t WHERE name LIKE ANY (SELECT CONCAT(name, '%') FROM t WHERE id < 3) ORDER BY id",
    [['1'], ['2'], ['3']],
  ],
  ['SELECT id FROM t WHERE id IS DISTINCT FROM 1 ORDER BY id', [['2'], ['3']]],
  [
    "SELECT * FROM t ORDER BY name COLLATE 'und:ci', id LIMIT 1",
    [['1', 'a', '1.5', '2024-09-01', '1725185472000000']],
  ],
  [
    'SELECT (SELECT AVG(x) FROM UNNEST([1, 2]) AS x), ARRAY(SELECT id FROM t ORDER BY id), EXISTS (SELECT 1 FROM t)',
    [['1.5', ['1', '2', '3'], 'true']],
  ],
  [
    'SELECT id, (SELECT COUNT(*) FROM u WHERE u.id = t.id) FROM t ORDER BY id',
    [
      ['1', '1'],
      ['2', '1'],
      ['3', '0'],
    ],
  ],
  ['SELECT WITH(a AS 1, a + 1)', [['2']]],
  ['SELECT @@project_id, @@dataset_id, @@time_zone', [['local', 'ds', 'UTC']]],
  ['SELECT @@script.job_id', { gap: 'The system variable @@script.job_id' }],
  ['SELECT @@session_id', { gap: 'The system variable @@session_id' }],
  ['FROM t |> WHERE id > 1 |> AGGREGATE COUNT(*) AS n', [['2']]],
  ['FROM t |> EXTEND id * 2 AS d |> SELECT d |> ORDER BY d', [['2'], ['4'], ['6']]],
  ['FROM t |> SET id = 5 |> SELECT id |> LIMIT 1', [['5']]],
  ['FROM t |> DROP ts |> LIMIT 1', [['1', 'a', '1.5', '2024-09-01']]],
  ['FROM t |> RENAME id AS i |> SELECT i', { gap: 'The pipe operator RENAME' }],
  ['FROM t |> JOIN u USING (id) |> SELECT id |> ORDER BY id', [['1'], ['2']]],
  ['FROM t |> AS x |> WHERE x.id = 1 |> SELECT x.id', [['1']]],
  [
    'FROM t |> AGGREGATE COUNT(*) AS n GROUP BY name |> ORDER BY n',
    [
      ['b', '1'],
      ['a', '2'],
    ],
  ],
  ["FROM t |> SELECT id, name |> PIVOT (COUNT(id) FOR name IN ('a', 'b'))", [['2', '1']]],
  [
    'FROM (SELECT 1 AS q1, 2 AS q2) |> UNPIVOT (s FOR q IN (q1, q2)) |> ORDER BY q',
    [
      ['1', 'q1'],
      ['2', 'q2'],
    ],
  ],
  ['FROM t |> SELECT id |> UNION ALL (SELECT 9) |> ORDER BY id', [['1'], ['2'], ['3'], ['9']]],
  ['FROM t |> DISTINCT |> AGGREGATE COUNT(*)', [['3']]],
  ['FROM t |> TABLESAMPLE SYSTEM (100 PERCENT) |> AGGREGATE COUNT(*)', [['3']]],
  ['FROM t |> WINDOW ROW_NUMBER() OVER (ORDER BY id) AS r |> SELECT r', [['1'], ['2'], ['3']]],
  [
    'FROM t |> WITH x AS (SELECT 1 AS id) |> JOIN x USING (id) |> SELECT id',
    { gap: 'The pipe operator WITH' },
  ],
  ['FROM t |> CALL f(1)', { gap: 'The pipe operator CALL' }],
  ['SELECT _TABLE_SUFFIX FROM `ds.x*`', { gap: 'The wildcard table ds.x*' }],
  ['SELECT _PARTITIONTIME FROM t', { gap: 'The pseudo column _PARTITIONTIME' }],
  ['SELECT * FROM ds.__TABLES__', { gap: 'ds.__TABLES__' }],
  ['SELECT * FROM APPENDS(TABLE t, NULL, NULL)', { gap: 'The function APPENDS' }],
  ['SELECT * FROM CHANGES(TABLE t, NULL, NULL)', { gap: 'The function CHANGES' }],
  ["SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')", { gap: 'The function EXTERNAL_QUERY' }],
  ['SELECT * FROM ML.PREDICT(MODEL m, TABLE t)', { gap: 'The function ML.PREDICT' }],
  [
    "SELECT * FROM VECTOR_SEARCH(TABLE t, 'name', TABLE u, top_k => 1)",
    { gap: 'The function VECTOR_SEARCH' },
  ],
  [
    "SELECT * FROM GAP_FILL(TABLE t, ts_column => 'ts', bucket_width => INTERVAL 1 DAY)",
    { gap: 'The function GAP_FILL' },
  ],
  [
    "SELECT * FROM AI.FORECAST(TABLE t, data_col => 'amount', timestamp_col => 'ts')",
    { gap: 'The function AI.FORECAST' },
  ],
  ["SELECT * FROM RANGE_SESSIONIZE(TABLE t, 'x', ['y'])", { gap: 'The function RANGE_SESSIONIZE' }],
  ['SELECT * FROM GRAPH_TABLE(ds.g MATCH (n) RETURN n.id)', { gap: 'GRAPH_TABLE' }],
  ['SELECT * FROM t MATCH_RECOGNIZE (ORDER BY id PATTERN (a) DEFINE a AS TRUE)', { gap: 'MATCH_RECOGNIZE' }],
  ["SELECT table_name FROM ds.INFORMATION_SCHEMA.TABLES WHERE table_name = 'u'", [['u']]],
  [
    "SELECT column_name FROM ds.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'u' ORDER BY ordinal_position",
    [['id'], ['label']],
  ],
  ["SELECT COUNT(*) FROM ds.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE table_name = 'u'", [['2']]],
  ["SELECT total_rows FROM ds.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = 'u'", [['2']]],
  ["SELECT COUNT(*) FROM ds.INFORMATION_SCHEMA.VIEWS WHERE table_name = 'u'", [['0']]],
  ["SELECT schema_name FROM INFORMATION_SCHEMA.SCHEMATA WHERE schema_name = 'ds'", [['ds']]],
  ['SELECT COUNT(*) FROM `region-us`.INFORMATION_SCHEMA.JOBS', [['0']]],
  ['SELECT * FROM ds.INFORMATION_SCHEMA.TABLE_OPTIONS', { gap: 'INFORMATION_SCHEMA.TABLE_OPTIONS' }],
  ['SELECT * FROM ds.INFORMATION_SCHEMA.ROUTINES', { gap: 'INFORMATION_SCHEMA.ROUTINES' }],
  ['SELECT * FROM `region-us`.INFORMATION_SCHEMA.JOBS_TIMELINE', { gap: 'INFORMATION_SCHEMA.JOBS_TIMELINE' }],
  [
    'SELECT * FROM ds.INFORMATION_SCHEMA.NO_SUCH',
    {
      refused: 'notFound: Not found: Table local:ds.INFORMATION_SCHEMA.NO_SUCH was not found in location US',
    },
  ],
  ['SELECT no_such FROM t', { refused: 'invalidQuery: Unrecognized name: no_such at [1:8]' }],
  [
    'SELECT * FROM nope',
    { refused: 'notFound: Not found: Table local:ds.nope was not found in location US' },
  ],
  ['SELECT 1 +', { refused: 'invalidQuery: Syntax error: Unexpected end of script at [1:11]' }],
  ['SELECT NO_SUCH_FUNCTION(1)', { refused: 'invalidQuery: Function not found: NO_SUCH_FUNCTION at [1:8]' }],
  ['SELECT * FROM my_tvf(1)', { refused: 'invalidQuery: Table-valued function not found: my_tvf at [1:15]' }],
  [
    'SELECT id FROM t GROUP BY name',
    {
      refused:
        'invalidQuery: SELECT list expression references column id which is neither grouped nor aggregated at [1:8]',
    },
  ],
  ["SELECT 'a' + 1", { refused: 'invalidQuery: Could not cast literal "a" to type DATE at [1:8]' }],
  [
    'SELECT id FROM t UNION ALL SELECT id, name FROM t',
    {
      refused:
        'invalidQuery: Queries in UNION ALL have mismatched column count; query 1 has 1 column, query 2 has 2 columns at [1:28]',
    },
  ],
  [
    'SELECT (SELECT u.label FROM u WHERE u.id < t.id LIMIT 1) FROM t',
    {
      refused:
        'invalidQuery: Correlated subqueries that reference other tables are not supported unless they can be de-correlated, such as by transforming them into an efficient JOIN.',
    },
  ],
  [
    'SELECT id FROM t WHERE name = ANY (SELECT label FROM u)',
    { refused: 'invalidQuery: Syntax error: Unexpected keyword ANY at [1:31]' },
  ],
  ['SELECT 1 / 0', { refused: 'invalidQuery: division by zero: 1 / 0' }],
];
