import { field, type TestEngine, testEngine } from '../support/test-engine';

describe('CREATE, ALTER and DROP TABLE', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(async () => {
    bench.table('t', [field('id', 'STRING'), field('n', 'INTEGER')], [['a', '1']]);
    await bench.run('DROP TABLE IF EXISTS x');
  });
  afterAll(() => bench.close());

  it('makes a table with every clause and option', async () => {
    const result = await bench.run(`CREATE TABLE ds.x (
      a INT64 NOT NULL OPTIONS (description = 'the first'), b NUMERIC(10, 2) DEFAULT 5,
      c ARRAY<STRUCT<x STRING(5) NOT NULL, y INT64>>, moment TIMESTAMP DEFAULT CURRENT_TIMESTAMP())
      PARTITION BY TIMESTAMP_TRUNC(moment, MONTH) CLUSTER BY a, b
      OPTIONS (description = 'a table', labels = [('k', 'v')], expiration_timestamp = TIMESTAMP '2030-01-01 00:00:00+00',
        partition_expiration_days = 2, require_partition_filter = TRUE)`);
    expect(result).toMatchObject({
      statementType: 'CREATE_TABLE',
      ddlOperationPerformed: 'CREATE',
      ddlTargetTable: { projectId: 'local', datasetId: 'ds', tableId: 'x' },
    });
    expect(bench.store.changes.at(-1)?.change).toEqual({
      kind: 'create',
      rows: [],
      schema: [
        field('a', 'INTEGER', { mode: 'REQUIRED', description: 'the first' }),
        field('b', 'NUMERIC', { precision: '10', scale: '2', defaultValueExpression: '5' }),
        field('c', 'RECORD', {
          mode: 'REPEATED',
          fields: [field('x', 'STRING', { mode: 'REQUIRED', maxLength: '5' }), field('y', 'INTEGER')],
        }),
        field('moment', 'TIMESTAMP', { defaultValueExpression: 'CURRENT_TIMESTAMP()' }),
      ],
      options: {
        description: 'a table',
        labels: { k: 'v' },
        expirationTime: '1893456000000',
        requirePartitionFilter: true,
        timePartitioning: { type: 'MONTH', field: 'moment', expirationMs: '172800000' },
        clustering: { fields: ['a', 'b'] },
      },
    });
  });

  it.each([
    ['PARTITION BY d', { timePartitioning: { type: 'DAY', field: 'd' } }],
    ['PARTITION BY DATE(ts)', { timePartitioning: { type: 'DAY', field: 'ts' } }],
    ['PARTITION BY DATE_TRUNC(d, YEAR)', { timePartitioning: { type: 'YEAR', field: 'd' } }],
    ['PARTITION BY _PARTITIONDATE', { timePartitioning: { type: 'DAY' } }],
    [
      'PARTITION BY RANGE_BUCKET(n, GENERATE_ARRAY(0, 100, 10))',
      { rangePartitioning: { field: 'n', range: { start: '0', end: '100', interval: '10' } } },
    ],
  ])('reads %s', async (clause, options) => {
    await bench.run(`CREATE TABLE x (d DATE, ts TIMESTAMP, n INT64) ${clause}`);
    expect(bench.store.changes.at(-1)?.change).toMatchObject({ kind: 'create', options });
  });

  it('makes a table of a query, over itself too', async () => {
    const made = await bench.run('CREATE TABLE x AS SELECT id, n * 2 AS m FROM t');
    expect(made).toMatchObject({ statementType: 'CREATE_TABLE_AS_SELECT', ddlOperationPerformed: 'CREATE' });
    const again = await bench.run(
      'CREATE OR REPLACE TABLE `local.ds.x` (id STRING, m NUMERIC) AS SELECT id, m + 1 FROM x',
    );
    expect(again.ddlOperationPerformed).toBe('REPLACE');
    expect(bench.stored('x')).toEqual([['a', '3']]);
    expect(bench.store.read({ projectId: 'local', datasetId: 'ds', tableId: 'x' })?.schema).toEqual([
      field('id', 'STRING'),
      field('m', 'NUMERIC'),
    ]);
  });

  it('adds columns', async () => {
    const result = await bench.run(
      'ALTER TABLE t ADD COLUMN k ARRAY<STRING>, ADD COLUMN IF NOT EXISTS n INT64',
    );
    expect(result).toMatchObject({ statementType: 'ALTER_TABLE', ddlOperationPerformed: 'ALTER' });
    expect(await bench.rows('SELECT * FROM t')).toEqual([['a', '1', []]]);
    await bench.run("ALTER TABLE t SET OPTIONS (description = 'new')");
    expect(bench.store.changes.at(-1)?.change).toMatchObject({
      kind: 'alter',
      options: { description: 'new' },
    });
  });

  it('skips what is there, or gone, where it may', async () => {
    await bench.run('CREATE TABLE x (a INT64)');
    const skipped = await bench.run('CREATE TABLE IF NOT EXISTS x (b INT64)');
    expect(skipped.ddlOperationPerformed).toBe('SKIP');
    expect((await bench.run('DROP TABLE x')).ddlOperationPerformed).toBe('DROP');
    expect((await bench.run('DROP TABLE IF EXISTS x')).ddlOperationPerformed).toBe('SKIP');
  });

  it.each([
    ['CREATE TABLE t (a INT64)', 'duplicate: Already Exists: Table local:ds.t'],
    [
      'CREATE TABLE nope.x AS SELECT 1 AS a',
      'notFound: Not found: Dataset local:nope was not found in location US',
    ],
    [
      'CREATE TABLE x AS SELECT 1',
      'invalidQuery: CREATE TABLE columns must be named, but column 1 has no name at [1:19]',
    ],
    [
      'CREATE TABLE x (a INT64 NOT NULL) AS SELECT CAST(NULL AS INT64) AS a',
      'invalidQuery: Required field a cannot be null',
    ],
    ['CREATE TABLE x (a NOPE)', 'invalidQuery: Type not found: NOPE at [1:19]'],
    ['DROP TABLE x', 'notFound: Not found: Table local:ds.x was not found in location US'],
    ['ALTER TABLE t ADD COLUMN n INT64', 'invalidQuery: Column already exists: n at [1:26]'],
    [
      'ALTER TABLE t ADD COLUMN k INT64 NOT NULL',
      'invalidQuery: Cannot add required fields to an existing schema. (field: k)',
    ],
    [
      'CREATE MODEL m AS SELECT 1 AS a',
      'notImplemented: The statement CREATE MODEL is not supported by the local BigQuery.',
    ],
    [
      'CREATE TEMP TABLE x (a INT64)',
      'invalidQuery: Use of CREATE TEMPORARY TABLE requires a script or session',
    ],
  ])('answers %s with its fault', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
  });

  it('foresees in a dry run what a script would make', async () => {
    const result = await bench.analyze('CREATE TABLE w AS SELECT 1 AS a; SELECT a FROM w; DROP TABLE w');
    expect(result.statements?.map(({ statementType }) => statementType)).toEqual([
      'CREATE_TABLE_AS_SELECT',
      'SELECT',
      'DROP_TABLE',
    ]);
    expect(await bench.failure('SELECT * FROM w')).toContain('notFound');
  });

  it('takes a whole path in one pair of quotes, wherever a statement names something', async () => {
    const statements = [
      'CREATE TABLE `local.ds.whole` (id INT64)',
      'INSERT `local.ds.whole` (id) VALUES (1)',
      'CREATE TABLE `local.ds.like` LIKE `local.ds.whole`',
      'CREATE TABLE `ds.copy` COPY `local.ds.whole`',
      'CREATE SNAPSHOT TABLE `local.ds.kept` CLONE `ds.whole`',
      'CREATE VIEW `local.ds.seen` AS SELECT id FROM `local.ds`.`copy`',
      "ALTER VIEW `local.ds.seen` SET OPTIONS (description = 'all')",
      'ALTER TABLE `local.ds.like` ADD COLUMN n INT64',
      'CREATE FUNCTION `local.ds.twice`(x INT64) AS (x * 2)',
      'CREATE TABLE FUNCTION `local.ds.below`(n INT64) AS (SELECT id FROM `local.ds.seen` WHERE id < n)',
      'CREATE PROCEDURE `local.ds.nothing`() BEGIN SELECT 1; END',
      'CALL `local.ds.nothing`()',
    ];
    for (const sql of statements) await bench.run(sql);
    expect(await bench.rows('SELECT `local.ds.twice`(id) FROM `local.ds.below`(2)')).toEqual([['2']]);
    const drops = ['VIEW `local.ds.seen`', 'SNAPSHOT TABLE `local.ds.kept`', 'FUNCTION `local.ds.twice`'];
    const tables = ['whole', 'like', 'copy'].map((name) => `TABLE \`local.ds.${name}\``);
    const others = ['TABLE FUNCTION `local.ds.below`', 'PROCEDURE `local.ds.nothing`'];
    for (const what of [...drops, ...tables, ...others]) await bench.run(`DROP ${what}`);
    expect(
      bench.store.tablesOf({ projectId: 'local', datasetId: 'ds' }).map(({ tableId }) => tableId),
    ).toEqual(['t']);
  });
});
