import { startSqlEngine } from '../../../sql/sql-engine';
import { sharesEngine } from '../../support/shares-engine';
import { dataset, field, type TestEngine, testEngine } from '../../support/test-engine';

let bench: TestEngine;
beforeAll(async () => {
  bench = await testEngine();
});
beforeEach(() => {
  bench.table(
    't',
    [
      field('id', 'INTEGER', { mode: 'REQUIRED' }),
      field('name', 'STRING'),
      field('tags', 'STRING', { mode: 'REPEATED' }),
    ],
    [
      ['1', 'a', ['x']],
      ['2', null, []],
    ],
  );
});
afterAll(() => bench.close());

const unsupported = (what: string) => `notImplemented: ${what} is not supported by the local BigQuery.`;

describe('ALTER TABLE', () => {
  it.each<[action: string, columns: readonly string[], first: readonly unknown[]]>([
    ['DROP COLUMN name, DROP COLUMN IF EXISTS nothing', ['id INTEGER', 'tags STRING'], ['1', ['x']]],
    ['RENAME COLUMN name TO title', ['id INTEGER', 'title STRING', 'tags STRING'], ['1', 'a', ['x']]],
    [
      'ALTER COLUMN id SET DATA TYPE FLOAT64',
      ['id FLOAT', 'name STRING', 'tags STRING'],
      ['1.0', 'a', ['x']],
    ],
    [
      'ALTER COLUMN id SET DATA TYPE NUMERIC(10, 2)',
      ['id NUMERIC', 'name STRING', 'tags STRING'],
      ['1', 'a', ['x']],
    ],
  ])('%s', async (action, columns, first) => {
    const { ddlOperationPerformed } = await bench.run(`ALTER TABLE t ${action}`);
    expect(ddlOperationPerformed).toBe('ALTER');
    const { schema, rows } = await bench.run('SELECT * FROM t ORDER BY id');
    expect(schema?.map(({ name, type }) => `${name} ${type}`)).toEqual(columns);
    expect(rows?.[0]).toEqual(first);
  });

  it('changes what a column takes and says', async () => {
    await bench.run("ALTER TABLE t ALTER COLUMN name SET DEFAULT UPPER('d'), ALTER COLUMN id DROP NOT NULL");
    await bench.run("ALTER TABLE t ALTER COLUMN id SET OPTIONS (description = CONCAT('the', ' id'))");
    await bench.run('INSERT t (id) VALUES (NULL)');
    expect(bench.stored('t').at(-1)).toEqual([null, 'D', []]);
    const [id] = bench.store.read({ projectId: 'local', datasetId: 'ds', tableId: 't' })?.schema ?? [];
    expect(id).toEqual({ name: 'id', type: 'INTEGER', mode: 'NULLABLE', description: 'the id' });
    await bench.run('ALTER TABLE t ALTER COLUMN name DROP DEFAULT; INSERT t (id) VALUES (9)');
    expect(bench.stored('t').at(-1)).toEqual(['9', null, []]);
  });

  it('renames the table', async () => {
    await bench.run('DROP TABLE IF EXISTS other; ALTER TABLE t RENAME TO other');
    expect(await bench.rows('SELECT COUNT(*) FROM other')).toEqual([['2']]);
    expect(await bench.failure('SELECT * FROM t')).toMatch(/^notFound: /);
  });

  it.each([
    ['ALTER COLUMN nope DROP NOT NULL', 'invalidQuery: Column not found: nope at [1:1]'],
    [
      'ALTER COLUMN name SET DATA TYPE INT64',
      'invalidQuery: ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (STRING) is assignable to the new type (INTEGER) at [1:15]',
    ],
    ["SET DEFAULT COLLATE 'und:ci'", unsupported('DEFAULT COLLATE')],
  ])('%s is refused', async (action, message) => {
    expect(await bench.failure(`ALTER TABLE t ${action}`)).toBe(message);
  });
});

describe('tables after others', () => {
  it.each([
    ['LIKE', '0'],
    ['COPY', '2'],
    ['CLONE', '2'],
  ])('CREATE TABLE … %s', async (how, count) => {
    await bench.run(`CREATE OR REPLACE TABLE made ${how} t`);
    expect((await bench.run('SELECT * FROM made')).schema?.map(({ name }) => name)).toEqual([
      'id',
      'name',
      'tags',
    ]);
    expect(await bench.rows('SELECT COUNT(*) FROM made')).toEqual([[count]]);
    expect(await bench.failure(`CREATE TABLE made ${how} t`)).toBe(
      'duplicate: Already Exists: Table local:ds.made',
    );
    expect(await bench.failure(`CREATE OR REPLACE TABLE made ${how} nowhere`)).toMatch(
      /^notFound: .*nowhere/,
    );
  });
});

describe('CREATE SCHEMA and DROP SCHEMA', () => {
  it('make and remove datasets', async () => {
    await bench.run("CREATE SCHEMA made OPTIONS (location = 'EU')");
    expect(await bench.failure('CREATE SCHEMA made')).toBe('duplicate: Already Exists: Dataset local:made');
    await bench.run('CREATE SCHEMA IF NOT EXISTS made');
    expect(await bench.rows('SELECT schema_name FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY 1')).toEqual([
      ['ds'],
      ['made'],
    ]);
    await bench.run('DROP SCHEMA made');
    expect(await bench.failure('DROP SCHEMA made')).toMatch(/^notFound: /);
  });
});

describe('INFORMATION_SCHEMA', () => {
  it.each([
    [
      'SELECT table_name, table_type FROM ds.INFORMATION_SCHEMA.TABLES WHERE table_name = "t"',
      [['t', 'BASE TABLE']],
    ],
    ['SELECT COUNT(*) FROM `local`.`region-us`.INFORMATION_SCHEMA.TABLES WHERE table_name = "t"', [['1']]],
    [
      'SELECT column_name, data_type, is_nullable FROM `local.ds.INFORMATION_SCHEMA.COLUMNS` WHERE table_name = "t" ORDER BY ordinal_position',
      [
        ['id', 'INT64', 'NO'],
        ['name', 'STRING', 'YES'],
        ['tags', 'ARRAY<STRING>', 'YES'],
      ],
    ],
    ['SELECT total_rows FROM ds.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = "t"', [['2']]],
    ['SELECT COUNT(*) FROM `region-us`.INFORMATION_SCHEMA.JOBS', [['0']]],
  ])('%s', async (sql, rows) => {
    expect(await bench.rows(sql)).toEqual(rows);
  });

  it('says which of its views is not there, and which dataset', async () => {
    const routines = 'SELECT * FROM ds.INFORMATION_SCHEMA.ROUTINES';
    expect(await bench.failure(routines)).toBe(unsupported('INFORMATION_SCHEMA.ROUTINES'));
    expect(await bench.failure('SELECT * FROM nowhere.INFORMATION_SCHEMA.TABLES')).toBe(
      'notFound: Not found: Dataset local:nowhere was not found in location US',
    );
  });
});

describe('views', () => {
  it('stand for their queries, also in each other', async () => {
    await bench.run('CREATE OR REPLACE VIEW ds.v AS SELECT id, UPPER(name) AS loud FROM ds.t');
    await bench.run('CREATE OR REPLACE VIEW w AS SELECT v.loud, COUNT(*) AS n FROM ds.v GROUP BY loud');
    expect(await bench.rows('SELECT v.loud FROM v WHERE v.id = 1')).toEqual([['A']]);
    expect(await bench.rows('SELECT n FROM ds.w AS x WHERE x.loud IS NULL')).toEqual([['1']]);
    expect(await bench.rows('WITH v AS (SELECT 5 AS five) SELECT * FROM v')).toEqual([['5']]);
    await bench.run(
      "INSERT t (id, name) VALUES (3, 'c'); UPDATE t SET name = v.loud FROM v WHERE v.id = t.id",
    );
    expect(await bench.rows('SELECT loud FROM v ORDER BY loud')).toEqual([[null], ['A'], ['C']]);
    expect(await bench.rows('SELECT name FROM t ORDER BY name')).toEqual([[null], ['A'], ['C']]);
    const listed =
      'SELECT table_type, view_definition FROM ds.INFORMATION_SCHEMA.TABLES JOIN ds.INFORMATION_SCHEMA.VIEWS USING (table_name) WHERE table_name = "v"';
    expect(await bench.rows(listed)).toEqual([['VIEW', 'SELECT id, UPPER(name) AS loud FROM ds.t']]);
  });

  it('are checked when they are made, and cannot be written to', async () => {
    await bench.run('CREATE OR REPLACE VIEW v AS SELECT 1 AS n');
    expect(await bench.failure('CREATE VIEW v AS SELECT 1 AS n')).toMatch(/^duplicate: /);
    expect(await bench.failure('CREATE OR REPLACE VIEW v AS SELECT nope FROM ds.t')).toMatch(
      /^invalidQuery: Unrecognized name: nope/,
    );
    expect(await bench.failure('CREATE OR REPLACE VIEW v AS SELECT id FROM t')).toMatch(
      /must be qualified with a dataset/,
    );
    expect(await bench.failure('DELETE v WHERE TRUE')).toBe(
      'invalidQuery: local:ds.v is not allowed for this operation because it is currently a VIEW.',
    );
    await bench.run('DROP VIEW v');
    expect(await bench.failure('DROP VIEW v')).toMatch(/^notFound: /);
    await bench.run('DROP VIEW IF EXISTS v');
  });
});

describe('FOR SYSTEM_TIME AS OF', () => {
  const reference = { projectId: 'local', datasetId: 'ds', tableId: 't' };
  it('reads what a table has been since its last change, and refuses to read what is not kept', async () => {
    const read = (time: string) =>
      `SELECT a.id FROM t AS a FOR SYSTEM_TIME AS OF ${time} JOIN t USING (id) WHERE id = 1`;
    expect(await bench.rows(read('CURRENT_TIMESTAMP()'))).toEqual([['1']]);
    const plan = {
      ...bench.store,
      read: () => ({ ...required(bench.store.read(reference)), modifiedTime: 5_000 }),
    };
    const other = await startSqlEngine({ store: plan, sharesEngine });
    const run = (sql: string) =>
      other.run({ sql, projectId: 'local', defaultDataset: dataset, parameters: [] });
    expect((await run(read('TIMESTAMP_SECONDS(5)'))).rows).toEqual([['1']]);
    await expect(run(read('TIMESTAMP_SECONDS(4)'))).rejects.toThrow(
      'FOR SYSTEM_TIME AS OF a time before the last change of t is not supported by the local BigQuery.',
    );
    await other.close();
  });
});

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such table');
  return value;
}

describe('what the engine cannot evaluate', () => {
  it.each([
    ['SELECT KLL_QUANTILES.INIT_INT64(id) FROM t', 'The function KLL_QUANTILES.INIT_INT64'],
    ['SELECT ST_AREA(ST_GEOGPOINT(1, 2))', 'The function ST_AREA'],
    ["SELECT JSON_FLATTEN(JSON '[]')", 'The function JSON_FLATTEN'],
    ['SELECT * FROM ML.PREDICT(MODEL m, TABLE t)', 'The function ML.PREDICT'],
    ["INSERT t (id) SELECT EDIT_DISTANCE('a', 'b')", 'The function EDIT_DISTANCE'],
    [
      'UPDATE t SET id = S2_CELLIDFROMPOINT(ST_GEOGPOINT(1, 2)) WHERE TRUE',
      'The function S2_CELLIDFROMPOINT',
    ],
    ['CREATE TABLE n AS SELECT ST_AREA(ST_GEOGPOINT(1, 2)) AS x', 'The function ST_AREA'],
    ['DECLARE x INT64 DEFAULT KEYS.KEYSET_LENGTH(b"")', 'The function KEYS.KEYSET_LENGTH'],
    ['CREATE TEMP VIEW v AS SELECT 1 AS a', 'CREATE TEMP VIEW'],
  ])('is refused by name, in a dry run too: %s', async (sql, what) => {
    expect(await bench.failure(sql)).toBe(unsupported(what));
    await expect(bench.analyze(sql)).rejects.toMatchObject({ reason: 'notImplemented' });
  });
});
