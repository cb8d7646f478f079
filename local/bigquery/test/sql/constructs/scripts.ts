import type { Construct } from './construct';

/** Routines, files and the scripting language. */
export const scriptConstructs: readonly Construct[] = [
  ['CREATE TEMP FUNCTION f(x INT64) AS (x + 1); SELECT f(1)', [['2']]],
  ['CREATE TEMP FUNCTION f(x ANY TYPE) AS (x + 1); SELECT f(1.5)', [['2.5']]],
  ['CREATE TEMP AGGREGATE FUNCTION f(x INT64) AS (SUM(x) + 1); SELECT f(id) FROM t', [['7']]],
  [
    "CREATE TEMP FUNCTION f(x FLOAT64) RETURNS FLOAT64 LANGUAGE js AS 'return x * 2'; SELECT f(1)",
    { gap: 'CREATE FUNCTION … LANGUAGE js' },
  ],
  ['CREATE FUNCTION ds.f1(x INT64) RETURNS INT64 AS (x + 1); SELECT ds.f1(1)', [['2']]],
  [
    "CREATE FUNCTION ds.fp(x FLOAT64) RETURNS FLOAT64 LANGUAGE python OPTIONS (entry_point = 'f', runtime_version = 'python-3.11') AS 'def f(x): return x'",
    { gap: 'CREATE FUNCTION … LANGUAGE python' },
  ],
  [
    "CREATE FUNCTION ds.fr(x FLOAT64) RETURNS FLOAT64 REMOTE WITH CONNECTION us.c OPTIONS (endpoint = 'https://x')",
    { gap: 'CREATE FUNCTION … REMOTE' },
  ],
  ['CREATE TABLE FUNCTION ds.tf(x INT64) AS (SELECT x AS y); SELECT q.y FROM ds.tf(3) AS q', [['3']]],
  ["ALTER FUNCTION ds.f1 SET OPTIONS (description = 'x')", { gap: 'The statement ALTER FUNCTION' }],
  [
    'CREATE PROCEDURE ds.p1(IN x INT64, OUT y INT64) BEGIN SET y = x + 1; END; BEGIN DECLARE y INT64; CALL ds.p1(1, y); SELECT y; END',
    [['2']],
  ],
  [
    'CALL ds.no_such(1)',
    { refused: 'notFound: Not found: Routine local:ds.no_such was not found in location US' },
  ],
  ["CALL BQ.REFRESH_MATERIALIZED_VIEW('ds.mv2')", { done: 'SCRIPT' }],
  ["EXPORT MODEL ds.m OPTIONS (uri = 'gs://b/x')", { gap: 'The statement EXPORT MODEL' }],
  [
    "LOAD DATA INTO ds.l1 (a INT64) FROM FILES (format = 'CSV', uris = ['gs://b/x.csv'], skip_leading_rows = 1)",
    { done: 'LOAD_DATA' },
  ],
  [
    "LOAD DATA OVERWRITE ds.l1 FROM FILES (format = 'AVRO', uris = ['gs://b/x.avro'])",
    { gap: 'LOAD DATA with format AVRO' },
  ],
  ["EXPORT DATA OPTIONS (uri = 'gs://b/x*.csv', format = 'CSV') AS SELECT 1 AS a", { done: 'EXPORT_DATA' }],
  [
    "EXPORT DATA OPTIONS (uri = 'gs://b/x*.parquet', format = 'PARQUET') AS SELECT 1 AS a",
    { gap: 'EXPORT DATA with format PARQUET' },
  ],
  [
    "EXPORT DATA WITH CONNECTION us.c OPTIONS (uri = 's3://b/x*', format = 'CSV') AS SELECT 1 AS a",
    { gap: 'EXPORT DATA WITH CONNECTION' },
  ],
  ['EXPLAIN SELECT 1', { refused: 'invalidQuery: Statement not supported: ExplainStatement at [1:1]' }],
  ['DESCRIBE t', { refused: 'invalidQuery: Statement not supported: DescribeStatement at [1:1]' }],
  ['SHOW TABLES', { refused: 'invalidQuery: Statement not supported: ShowStatement at [1:1]' }],
  ['DECLARE x, y INT64; SET (x, y) = (1, 2); SELECT x + y', [['3']]],
  ['BEGIN DECLARE x INT64 DEFAULT 3; SELECT x; END', [['3']]],
  ['IF TRUE THEN SELECT 1; ELSE SELECT 2; END IF', [['1']]],
  ["CASE 1 WHEN 1 THEN SELECT 'a'; END CASE", [['a']]],
  ['DECLARE i INT64 DEFAULT 0; LOOP SET i = i + 1; IF i > 2 THEN BREAK; END IF; END LOOP; SELECT i', [['3']]],
  ['DECLARE i INT64 DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; SELECT i', [['3']]],
  ['DECLARE i INT64 DEFAULT 0; REPEAT SET i = i + 1; UNTIL i >= 3 END REPEAT; SELECT i', [['3']]],
  ['FOR r IN (SELECT id FROM t ORDER BY id) DO SELECT r.id; END FOR', [['3']]],
  [
    'BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT @@error.message; END',
    [['division by zero: 1 / 0']],
  ],
  ['BEGIN TRANSACTION; COMMIT TRANSACTION; SELECT 1', [['1']]],
  ["EXECUTE IMMEDIATE 'SELECT ?' USING 1", [['1']]],
  ["RAISE USING MESSAGE = 'x'", { refused: 'invalidQuery: x at [1:1]' }],
  ["ASSERT TRUE AS 'x'", { done: 'ASSERT' }],
  ["ASSERT FALSE AS 'x'", { refused: 'invalidQuery: x' }],
  ["SET @@query_label = 'a:b'; SELECT 1", [['1']]],
  ["SET @@time_zone = 'UTC'; SELECT 1", [['1']]],
  ["SET @@time_zone = 'America/New_York'; SELECT 1", { gap: 'SET @@time_zone' }],
  ["SET @@dataset_id = 'ds'; SELECT 1", { gap: 'SET @@dataset_id' }],
  [
    'CREATE FUNCTION ds.g1(x INT64) AS (x + 1); CREATE FUNCTION ds.g2(y INT64) AS (ds.g1(y) * 2); CREATE TEMP TABLE a AS SELECT ds.g2(3) AS v; UPDATE a SET v = ds.g1(v) WHERE ds.g1(v) = 9; SELECT v FROM a',
    [['9']],
  ],
  [
    "CREATE PROCEDURE ds.p2(INOUT n INT64, OUT texts STRING) BEGIN IF n > 0 THEN SET n = n - 1; CALL ds.p2(n, texts); ELSE SET texts = 'end'; END IF; END; BEGIN DECLARE a INT64 DEFAULT 3; DECLARE b STRING; CALL ds.p2(a, b); SELECT a, b; END",
    [['0', 'end']],
  ],
  ['DROP PROCEDURE IF EXISTS ds.no_such; DROP FUNCTION IF EXISTS ds.no_such; SELECT 1', [['1']]],
  [
    'DROP FUNCTION ds.no_such',
    { refused: 'notFound: Not found: Routine local:ds.no_such was not found in location US' },
  ],
  [
    "CREATE FUNCTION ds.fj(x FLOAT64) RETURNS FLOAT64 LANGUAGE js AS 'return x * 2'",
    { gap: 'CREATE FUNCTION … LANGUAGE js' },
  ],
  ["CALL BQ.JOBS.CANCEL('x')", { gap: 'The procedure BQ.JOBS.CANCEL' }],
  [
    'CREATE FUNCTION ds.g3(x INT64) AS (x); DROP FUNCTION ds.g3; CREATE PROCEDURE ds.p3() BEGIN SELECT 1; END; DROP PROCEDURE ds.p3; SELECT 1',
    [['1']],
  ],
  [
    'CREATE FUNCTION ds.g4(x INT64) AS (x); SELECT ds.g4(1, 2)',
    { refused: 'invalidQuery: No matching signature for function ds.g4 at [1:47]' },
  ],
];
