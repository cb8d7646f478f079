import type { Construct } from './construct';

/** DML and DDL. */
export const statementConstructs: readonly Construct[] = [
  [
    'CREATE TEMP TABLE a (x INT64); INSERT INTO a VALUES (1), (2); INSERT a (x) SELECT id FROM t; SELECT SUM(x) FROM a',
    [['9']],
  ],
  [
    'CREATE TEMP TABLE a (x INT64, y INT64 DEFAULT 5); INSERT INTO a VALUES (1, DEFAULT); SELECT * FROM a',
    [['1', '5']],
  ],
  [
    'CREATE TEMP TABLE a AS SELECT 1 AS id; UPDATE a SET id = u.id + 10 FROM u WHERE a.id = u.id; SELECT id FROM a',
    [['11']],
  ],
  ['CREATE TEMP TABLE a AS SELECT 1 AS x; DELETE FROM a WHERE x = 1; SELECT COUNT(*) FROM a', [['0']]],
  ['CREATE TEMP TABLE a AS SELECT 1 AS x; TRUNCATE TABLE a; SELECT COUNT(*) FROM a', [['0']]],
  [
    'CREATE TEMP TABLE a AS SELECT 1 AS id; MERGE a USING u ON a.id = u.id WHEN MATCHED THEN UPDATE SET id = 5 WHEN NOT MATCHED THEN INSERT (id) VALUES (u.id); SELECT id FROM a ORDER BY id',
    [['2'], ['5']],
  ],
  [
    'CREATE TEMP TABLE a AS SELECT 1 AS id; MERGE a USING u ON FALSE WHEN NOT MATCHED THEN INSERT (id) VALUES (u.id) WHEN NOT MATCHED BY SOURCE THEN DELETE; SELECT id FROM a ORDER BY id',
    [['1'], ['2']],
  ],
  [
    'CREATE TEMP TABLE a AS SELECT STRUCT(1 AS x, 2 AS y) AS s; UPDATE a SET s.x = 9 WHERE TRUE; SELECT s.x, s.y FROM a',
    [['9', '2']],
  ],
  [
    'CREATE TEMP TABLE a AS SELECT [STRUCT(1 AS x)] AS l; UPDATE a SET (DELETE FROM a.l WHERE x = 1) WHERE TRUE; SELECT ARRAY_LENGTH(l) FROM a',
    { gap: 'A nested INSERT, UPDATE or DELETE inside UPDATE' },
  ],
  [
    "CREATE TEMP TABLE a (r RANGE<DATE>, q RANGE<TIMESTAMP>); INSERT INTO a VALUES (RANGE(DATE '2024-09-01', NULL), RANGE(TIMESTAMP '2024-09-01', TIMESTAMP '2024-09-02')); SELECT r, q, RANGE_START(q) FROM a WHERE RANGE_CONTAINS(r, DATE '2024-10-01')",
    [['[2024-09-01, UNBOUNDED)', '[1725148800000000, 1725235200000000)', '1725148800000000']],
  ],
  [
    'CREATE TEMP TABLE a (g GEOGRAPHY, s STRUCT<g GEOGRAPHY>); INSERT INTO a VALUES (ST_GEOGPOINT(1, 2), STRUCT(ST_GEOGPOINT(3, 4))); UPDATE a SET g = ST_GEOGPOINT(5, 6) WHERE ST_X(g) = 1; SELECT g, ST_X(s.g) FROM a',
    [['POINT(5 6)', '3.0']],
  ],
  ['UPDATE t SET id = 1', { refused: 'invalidQuery: UPDATE must have a WHERE clause at [1:1]' }],
  [
    "INSERT INTO t (id) VALUES ('a')",
    {
      refused:
        'invalidQuery: Value has type STRING which cannot be inserted into column id, which has type INT64 at [1:28]',
    },
  ],
  [
    "CREATE TABLE d1 (a INT64 NOT NULL OPTIONS (description = 'x'), b STRING(5), c NUMERIC(5, 2), d ARRAY<STRING>, e STRUCT<f INT64>) PARTITION BY RANGE_BUCKET(a, GENERATE_ARRAY(0, 10, 1)) CLUSTER BY b OPTIONS (description = 'd', labels = [('k', 'v')])",
    { done: 'CREATE_TABLE' },
  ],
  [
    'CREATE TABLE d2 (a TIMESTAMP) PARTITION BY TIMESTAMP_TRUNC(a, HOUR) OPTIONS (partition_expiration_days = 3, require_partition_filter = TRUE)',
    { done: 'CREATE_TABLE' },
  ],
  [
    'CREATE TABLE d3 (a INT64, b JSON, c INTERVAL, d GEOGRAPHY, e RANGE<DATE>, f BIGNUMERIC DEFAULT (1 + 1))',
    { done: 'CREATE_TABLE' },
  ],
  [
    'CREATE TABLE d4 (a INT64 PRIMARY KEY NOT ENFORCED, b INT64, FOREIGN KEY (b) REFERENCES u (id) NOT ENFORCED)',
    { done: 'CREATE_TABLE' },
  ],
  ['CREATE TABLE d5 AS SELECT 1 AS x', { done: 'CREATE_TABLE_AS_SELECT' }],
  ['CREATE TABLE d6 LIKE t', { done: 'CREATE_TABLE' }],
  ['CREATE TABLE d7 COPY t', { done: 'CREATE_TABLE' }],
  [
    "CREATE TABLE d8 CLONE t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP() OPTIONS (description = 'x')",
    { done: 'CREATE_TABLE' },
  ],
  ['CREATE TABLE t (a INT64)', { refused: 'duplicate: Already Exists: Table local:ds.t' }],
  ['CREATE TABLE IF NOT EXISTS t (a INT64)', { done: 'CREATE_TABLE' }],
  ["CREATE TABLE d9 (a STRING COLLATE 'und:ci')", { gap: 'A column with COLLATE' }],
  ["CREATE TABLE d9 (a STRING) DEFAULT COLLATE 'und:ci'", { gap: 'DEFAULT COLLATE' }],
  [
    "CREATE TABLE d9 (a INT64 OPTIONS (rounding_mode = 'ROUND_HALF_EVEN'))",
    { gap: 'The option rounding_mode of a column' },
  ],
  ["CREATE TABLE d9 (a INT64) OPTIONS (kms_key_name = 'x')", { gap: 'The option kms_key_name of a table' }],
  ['CREATE TABLE d9 (a INT64) OPTIONS (no_such = 1)', { refused: 'invalidQuery: Unknown option: no_such' }],
  ['CREATE TABLE d9 (a INT64 GENERATED ALWAYS AS (1))', { gap: 'A column GENERATED ALWAYS AS' }],
  [
    "CREATE TABLE d9 (a INT64) WITH CONNECTION us.c OPTIONS (table_format = 'ICEBERG')",
    { gap: 'CREATE … WITH CONNECTION' },
  ],
  [
    "CREATE EXTERNAL TABLE d9 OPTIONS (format = 'CSV', uris = ['gs://b/x.csv'])",
    { gap: 'The statement CREATE EXTERNAL TABLE' },
  ],
  [
    "CREATE SNAPSHOT TABLE d10 CLONE t OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01'); SELECT COUNT(*) FROM d10; DROP SNAPSHOT TABLE d10",
    { done: 'SCRIPT' },
  ],
  [
    'CREATE SNAPSHOT TABLE d11 CLONE t; DELETE FROM d11 WHERE TRUE',
    {
      refused:
        'invalidQuery: local:ds.d11 is not allowed for this operation because it is currently a SNAPSHOT.',
    },
  ],
  ['DROP SNAPSHOT TABLE IF EXISTS d12', { done: 'DROP_SNAPSHOT_TABLE' }],
  ['CREATE VIEW v1 AS SELECT id FROM ds.t; SELECT COUNT(*) FROM v1', [['3']]],
  [
    "CREATE VIEW v2 (x OPTIONS (description = 'x')) OPTIONS (description = 'v') AS SELECT id FROM ds.t WHERE id = 1; ALTER VIEW v2 SET OPTIONS (description = 'w'); SELECT x FROM v2",
    [['1']],
  ],
  ['CREATE TEMP VIEW v3 AS SELECT 1 AS x', { gap: 'CREATE TEMP VIEW' }],
  [
    "CREATE MATERIALIZED VIEW mv1 CLUSTER BY name OPTIONS (enable_refresh = TRUE) AS SELECT name, COUNT(*) AS n FROM ds.t GROUP BY name; SELECT n FROM mv1 WHERE name = 'a'",
    [['2']],
  ],
  [
    'CREATE MATERIALIZED VIEW mv2 AS SELECT 1 AS x; ALTER MATERIALIZED VIEW mv2 SET OPTIONS (enable_refresh = FALSE); DROP MATERIALIZED VIEW mv2',
    { done: 'SCRIPT' },
  ],
  [
    'DROP VIEW t',
    {
      refused: 'invalidQuery: local:ds.t is not allowed for this operation because it is currently a TABLE.',
    },
  ],
  ['DROP TABLE IF EXISTS nope', { done: 'DROP_TABLE' }],
  ['DROP EXTERNAL TABLE x', { gap: 'DROP EXTERNAL TABLE' }],
  [
    "CREATE SCHEMA s1 OPTIONS (location = 'EU', default_table_expiration_days = 3, labels = [('a', 'b')])",
    { done: 'CREATE_SCHEMA' },
  ],
  ["ALTER SCHEMA ds SET OPTIONS (description = 'x')", { done: 'ALTER_SCHEMA' }],
  ["ALTER SCHEMA ds SET DEFAULT COLLATE 'und:ci'", { gap: 'ALTER SCHEMA other than SET OPTIONS' }],
  ['CREATE SCHEMA s2; DROP SCHEMA s2 CASCADE', { done: 'SCRIPT' }],
  ['UNDROP SCHEMA s1', { gap: 'The statement UNDROP SCHEMA' }],
  ['UNDROP TABLE d22', { gap: 'The statement UNDROP TABLE' }],
  [
    'CREATE TABLE e1 LIKE t; ALTER TABLE e1 ADD COLUMN z INT64, ADD COLUMN IF NOT EXISTS y STRING; SELECT COUNT(z) FROM e1',
    [['0']],
  ],
  [
    'CREATE TABLE e2 COPY t; ALTER TABLE e2 ADD COLUMN z INT64, DROP COLUMN ts, DROP COLUMN IF EXISTS nope; SELECT * FROM e2 WHERE id = 1',
    [['1', 'a', '1.5', '2024-09-01', null]],
  ],
  ['CREATE TABLE e3 COPY t; ALTER TABLE e3 RENAME COLUMN id TO i; SELECT SUM(i) FROM e3', [['6']]],
  [
    "CREATE TABLE e4 COPY t; ALTER TABLE e4 ALTER COLUMN id SET DATA TYPE NUMERIC, ALTER COLUMN id SET OPTIONS (description = 'x'); SELECT SUM(id) FROM e4",
    [['6']],
  ],
  [
    "CREATE TABLE e5 COPY t; ALTER TABLE e5 ALTER COLUMN id SET DEFAULT 5; INSERT INTO e5 (name) VALUES ('z'); SELECT id FROM e5 WHERE name = 'z'",
    [['5']],
  ],
  [
    'CREATE TABLE e6 (a INT64 DEFAULT 1 NOT NULL); ALTER TABLE e6 ALTER COLUMN a DROP DEFAULT; ALTER TABLE e6 ALTER COLUMN a DROP NOT NULL; INSERT INTO e6 VALUES (NULL); SELECT a FROM e6',
    [[null]],
  ],
  [
    'CREATE TABLE e7 LIKE t; ALTER TABLE e7 ADD PRIMARY KEY (id) NOT ENFORCED; ALTER TABLE e7 DROP PRIMARY KEY',
    { done: 'SCRIPT' },
  ],
  [
    'CREATE TABLE e8 LIKE t; ALTER TABLE e8 ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES u (id) NOT ENFORCED; ALTER TABLE e8 DROP CONSTRAINT fk',
    { done: 'SCRIPT' },
  ],
  [
    'CREATE TABLE e9 LIKE t; ALTER TABLE e9 ADD PRIMARY KEY (no_such) NOT ENFORCED',
    { refused: "invalidQuery: Primary key column 'no_such' is not found in the table." },
  ],
  [
    "CREATE TABLE e10 LIKE t; ALTER TABLE e10 SET OPTIONS (description = 'x'); ALTER TABLE e10 RENAME TO e11; SELECT COUNT(*) FROM e11",
    [['0']],
  ],
  ["ALTER TABLE u SET DEFAULT COLLATE 'und:ci'", { gap: 'DEFAULT COLLATE' }],
  ['ALTER TABLE IF EXISTS nope ADD COLUMN q INT64', { done: 'ALTER_TABLE' }],
  [
    "CREATE MODEL ds.m OPTIONS (model_type = 'linear_reg') AS SELECT 1 AS label, 2 AS x",
    { gap: 'The statement CREATE MODEL' },
  ],
  ['DROP MODEL ds.m', { gap: 'DROP MODEL' }],
  [
    "CREATE ROW ACCESS POLICY p ON ds.t GRANT TO ('user:a@b.c') FILTER USING (id = 1)",
    { gap: 'The statement CREATE ROW ACCESS POLICY' },
  ],
  ['DROP ALL ROW ACCESS POLICIES ON ds.t', { gap: 'The statement DROP ALL ROW ACCESS POLICIES' }],
  ['CREATE SEARCH INDEX i ON ds.t(ALL COLUMNS)', { gap: 'The statement CREATE SEARCH INDEX' }],
  [
    "CREATE VECTOR INDEX i ON ds.t(name) OPTIONS (index_type = 'IVF', distance_type = 'COSINE')",
    { gap: 'The statement CREATE VECTOR INDEX' },
  ],
  ['ALTER VECTOR INDEX i ON ds.t REBUILD', { gap: 'The statement ALTER VECTOR INDEX' }],
  ['CREATE CAPACITY `p.region-us.c` OPTIONS (slot_count = 100)', { gap: 'The statement CREATE CAPACITY' }],
  [
    'CREATE RESERVATION `p.region-us.c` OPTIONS (slot_capacity = 100)',
    { gap: 'The statement CREATE RESERVATION' },
  ],
  [
    "CREATE ASSIGNMENT `p.region-us.c.a` OPTIONS (assignee = 'projects/x')",
    { gap: 'The statement CREATE ASSIGNMENT' },
  ],
  ['DROP RESERVATION `p.region-us.c`', { gap: 'The statement DROP RESERVATION' }],
  [
    'ALTER BI_CAPACITY `p.region-us.default` SET OPTIONS (size_gb = 1)',
    { gap: 'The statement ALTER BI_CAPACITY' },
  ],
  [
    "ALTER PROJECT p SET OPTIONS (`region-us.default_time_zone` = 'UTC')",
    { gap: 'The statement ALTER PROJECT' },
  ],
  ["CREATE CONNECTION c OPTIONS (connection_type = 'x')", { gap: 'The statement CREATE CONNECTION' }],
  ["CREATE DATA_POLICY ds.p OPTIONS (x = 'y')", { gap: 'The statement CREATE DATA_POLICY' }],
  ['CREATE PROPERTY GRAPH ds.g NODE TABLES (t KEY (id))', { gap: 'The statement CREATE PROPERTY GRAPH' }],
  ["GRANT `roles/bigquery.dataViewer` ON SCHEMA ds TO 'user:a@b.c'", { gap: 'The statement GRANT' }],
  ["REVOKE `roles/bigquery.dataViewer` ON SCHEMA ds FROM 'user:a@b.c'", { gap: 'The statement REVOKE' }],
];
