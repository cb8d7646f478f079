import { field, row, scalar, strings, type TestEngine, testEngine } from '../../support/test-engine';

/** Long enough that a table of them does not fit into one request to the native engine. */
const count = 3_000;
const filler = 'x'.repeat(2_000);

describe('reading large tables', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    const rows = Array.from({ length: count }, (_, index) =>
      row(
        `run-${index}`,
        String(index),
        index % 2 === 0 ? 'true' : 'false',
        String(index * 1000),
        '2024-01-01',
        filler,
      ),
    );
    bench.table(
      'runs',
      [
        field('run_id', 'STRING'),
        field('n', 'INTEGER'),
        field('even', 'BOOLEAN'),
        field('moment', 'TIMESTAMP'),
        field('day', 'DATE'),
        field('filler', 'STRING'),
      ],
      [...rows, [null, null, null, null, null, filler]],
    );
  });
  afterAll(() => bench.close());

  it.each([
    ['a text', "SELECT n + 0 FROM runs WHERE run_id = 'run-7' ORDER BY filler", [['7']]],
    ['a reversed equality', "SELECT n + 0 FROM runs WHERE 'run-7' = run_id ORDER BY filler", [['7']]],
    ['a number', 'SELECT LOWER(run_id) FROM runs WHERE n = 12 ORDER BY filler', [['run-12']]],
    [
      'a timestamp',
      "SELECT n + 0 FROM runs WHERE moment = TIMESTAMP '1970-01-01 00:00:00.005+00' ORDER BY filler",
      [['5']],
    ],
    [
      'one of several',
      "SELECT n + 0 FROM runs WHERE run_id IN ('run-1', 'run-2', 'none') ORDER BY filler, n",
      [['1'], ['2']],
    ],
    [
      'a range',
      'SELECT n + 0 FROM runs WHERE n > 2996 AND n < 2999 ORDER BY filler, n',
      [['2997'], ['2998']],
    ],
    ['no null', 'SELECT MAX(filler) IS NULL FROM runs WHERE run_id IS NULL AND n IS NOT NULL', [['true']]],
    [
      'a condition above a join',
      'SELECT a.n, b.n AS m FROM runs a JOIN runs b ON b.n = 3 WHERE a.n = 4 ORDER BY a.filler',
      [['4', '3']],
    ],
    [
      'alternatives of two scans',
      'SELECT (SELECT filler FROM runs WHERE n = 1) = MAX(filler) FROM runs WHERE n = 2',
      [['true']],
    ],
  ])('sends only the rows for %s', async (_, sql, rows) => {
    expect(await bench.rows(sql)).toEqual(rows);
  });

  it('uses parameters', async () => {
    const sql = 'SELECT n + 0 FROM runs WHERE run_id = @id AND even ORDER BY filler';
    expect(await bench.rows(sql, [scalar('id', 'STRING', 'run-8')])).toEqual([['8']]);
    expect(await bench.rows(sql, [scalar('id', 'STRING', 'run-9')])).toEqual([]);
    expect(await bench.rows(sql, [scalar('id', 'STRING', null)])).toEqual([]);
    const many = 'SELECT n + 0 FROM runs WHERE run_id IN UNNEST(@ids) ORDER BY filler, n';
    expect(await bench.rows(many, [strings('ids', ['run-5', 'run-4'])])).toEqual([['4'], ['5']]);
  });

  it('does not mistake a condition under OR or NOT', async () => {
    expect(await bench.rows('SELECT COUNT(*) FROM runs WHERE n = 1 OR n = 2')).toEqual([['2']]);
    expect(await bench.rows('SELECT COUNT(*) FROM runs WHERE NOT even')).toEqual([[String(count / 2)]]);
    expect(await bench.rows('SELECT COUNT(*) FROM runs a LEFT JOIN runs b ON a.n = 1 AND b.n = a.n')).toEqual(
      [[String(count + 1)]],
    );
  });

  it('reads a whole table in pieces where rows stand alone', async () => {
    const rows = await bench.rows('SELECT n + 0, filler FROM runs WHERE n >= 0');
    expect(rows.length).toBe(count);
    expect(rows.at(-1)).toEqual([String(count - 1), filler]);
  });

  it('says so where all rows would be needed at once', async () => {
    expect(await bench.failure('SELECT filler, COUNT(*) FROM runs GROUP BY filler')).toMatch(
      /^resourcesExceeded: Resources exceeded during query execution: .* table runs /,
    );
  });

  it('changes rows of a large table', async () => {
    const result = await bench.run("UPDATE runs SET filler = CONCAT('y', filler) WHERE MOD(n, 100) = 0");
    expect(result.dmlStats).toEqual({ insertedRowCount: 0, updatedRowCount: 30, deletedRowCount: 0 });
    const removed = await bench.run('DELETE FROM runs WHERE n >= 100 AND LENGTH(filler) = 2000');
    expect(removed.dmlStats?.deletedRowCount).toBe(count - 100 - 29);
    expect(bench.stored('runs').length).toBe(100 + 29 + 1);
  });
});

/**
 * A column that a query does not use is not sent to the engine, even if the query's meaning depends on it.
 */
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
