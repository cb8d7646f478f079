import type { Row, TableStore } from '../../model';
import type { QueryParameter } from '../../query-parameters';
import { scriptStore } from '../../sql/script/script-store';
import { dataset, field, scalar, type TestEngine, testEngine } from '../support/test-engine';

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
    [
      'LOOP',
      'DECLARE i INT64 DEFAULT 0; LOOP SET i = i + 1; IF i > 3 THEN BREAK; END IF; END LOOP; SELECT i',
      [['4']],
    ],
    ['WHILE', 'DECLARE i INT64 DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; SELECT i', [['3']]],
    [
      'REPEAT',
      'DECLARE i INT64 DEFAULT 9; REPEAT SET i = i + 1; UNTIL i >= 3 END REPEAT; SELECT i',
      [['10']],
    ],
    [
      'FOR',
      'DECLARE s STRING DEFAULT ""; FOR r IN (SELECT x, x * 2 AS y FROM UNNEST([1, 2]) AS x ORDER BY x) DO SET s = CONCAT(s, r.x, r.y); END FOR; SELECT s',
      [['1224']],
    ],
    [
      'labels and CONTINUE',
      'DECLARE x INT64 DEFAULT 0; lbl: LOOP LOOP SET x = x + 1; IF x = 2 THEN CONTINUE; END IF; IF x > 4 THEN LEAVE lbl; END IF; END LOOP; END LOOP; SELECT x',
      [['5']],
    ],
    [
      'CASE',
      "DECLARE x INT64 DEFAULT 2; CASE x WHEN 1 THEN SELECT 'one'; WHEN 2 THEN SELECT 'two'; END CASE",
      [['two']],
    ],
    ['RETURN', 'SELECT 1; RETURN; SELECT 2', [['1']]],
    [
      'EXCEPTION, which sees what was assigned before',
      'DECLARE x INT64 DEFAULT 0; BEGIN SET x = 1; SELECT 1 / 0; SET x = 2; EXCEPTION WHEN ERROR THEN SELECT x, @@error.message; END',
      [['1', 'division by zero: 1 / 0']],
    ],
    [
      'RAISE',
      "BEGIN BEGIN SELECT ERROR('in'); EXCEPTION WHEN ERROR THEN RAISE; END; EXCEPTION WHEN ERROR THEN SELECT CONCAT('out: ', @@error.message); END",
      [['out: in']],
    ],
    ['EXECUTE IMMEDIATE by position', "EXECUTE IMMEDIATE 'SELECT ? - ?' USING 5, 2", [['3']]],
    ['variables of a struct', 'DECLARE a, b INT64; SET (a, b) = (1, 2); SELECT a + b', [['3']]],
    [
      'system variables',
      'UPDATE t SET n = 5 WHERE TRUE; SELECT @@row_count, @@project_id, @@dataset_id',
      [['1', 'local', 'ds']],
    ],
    [
      'EXECUTE IMMEDIATE',
      "DECLARE n STRING; EXECUTE IMMEDIATE CONCAT('SELECT @x + ', '@y AS n') INTO n USING 1 AS x, 2 AS y; SELECT n",
      [['3']],
    ],
    [
      'temporary tables',
      'CREATE TEMP TABLE x (n INT64); INSERT x VALUES (1), (2); CREATE TEMP TABLE t AS SELECT n + 1 AS n FROM x; SELECT SUM(t.n), COUNT(*) FROM x CROSS JOIN t',
      [['10', '4']],
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
    ["BEGIN RAISE USING MESSAGE = 'enough'; END", 'invalidQuery: enough at [1:7]'],
    ['SELECT @@nothing', 'invalidQuery: Unrecognized name: @@nothing at [1:8]'],
    [
      'CREATE TEMP TABLE x AS SELECT 1 AS n',
      'invalidQuery: Use of CREATE TEMPORARY TABLE requires a script or session',
    ],
    ['COMMIT TRANSACTION', 'invalidQuery: There is no transaction in progress'],
    ['BEGIN TRANSACTION; DROP TABLE t', 'invalidQuery: DDL on local:ds.t is not supported in a transaction'],
    ['SELECT 1; SELEC 2', 'invalidQuery: Syntax error: Unexpected identifier "SELEC" at [1:11]'],
    ['', 'invalidQuery: Syntax error: Unexpected end of script'],
  ])('answers %s with its fault', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
  });

  it('makes the changes of a transaction together, or none of them', async () => {
    const insert = "INSERT t (id) VALUES ('b'); DELETE t WHERE id = 'a'; SELECT id FROM t";
    expect(await bench.rows(`BEGIN TRANSACTION; ${insert}; ROLLBACK TRANSACTION; SELECT id FROM t`)).toEqual([
      ['a'],
    ]);
    expect(await bench.failure(`BEGIN TRANSACTION; ${insert}; SELECT 1 / 0`)).toMatch(/division by zero/);
    expect(bench.stored('t')).toEqual([['a', '1']]);
    expect(await bench.rows(`BEGIN TRANSACTION; ${insert}; COMMIT TRANSACTION; SELECT id FROM t`)).toEqual([
      ['b'],
    ]);
    expect(bench.stored('t')).toEqual([['b', null]]);
  });

  it('refuses a transaction whose table was changed meanwhile', async () => {
    const reference = { ...dataset, tableId: 't' };
    const own = scriptStore(bench.store);
    const change = (store: TableStore, rows: readonly Row[]) =>
      store.mutate(reference, async () => ({ change: { kind: 'replace', rows }, result: undefined }));
    own.begin();
    await change(own, [['mine', '1']]);
    expect([own.read(reference)?.rows, bench.stored('t')]).toEqual([[['mine', '1']], [['a', '1']]]);
    await change(bench.store, [['theirs', '1']]);
    await expect(own.commit()).rejects.toThrow(
      'Transaction is aborted due to concurrent update against table local:ds.t.',
    );
    expect(own.read(reference)?.rows).toEqual([['theirs', '1']]);
  });

  it('leaves a loop that asks nothing of the engine when it is stopped', async () => {
    const stop = new AbortController();
    const signals = { stopped: stop.signal, abandoned: new AbortController().signal };
    const sql = 'LOOP BEGIN END; END LOOP';
    const endless = bench.engine.run({ sql, projectId: 'local', parameters: [], signals });
    stop.abort(new Error('enough'));
    await expect(endless).rejects.toThrow('enough');
  });

  it('passes an ASSERT that holds', async () => {
    expect((await bench.run('ASSERT (SELECT COUNT(*) FROM t) = 1')).statementType).toBe('ASSERT');
  });
});

/**
 * The shape of the control plane's most frequent statement: decide, count and record in one guarded UPDATE.
 */
const admission = `
UPDATE tenants AS tenant
SET active_runs = ARRAY_CONCAT(tenant.active_runs, decision.admitted),
    runs = tenant.runs + ARRAY_LENGTH(decision.admitted)
FROM (
  WITH state AS (
    SELECT tenant_id, active_runs, concurrent - ARRAY_LENGTH(active_runs) AS room
    FROM tenants WHERE tenant_id = @tenant_id AND is_active)
  SELECT tenant_id, ARRAY(
    SELECT AS STRUCT run_id, CURRENT_TIMESTAMP() AS admitted_at
    FROM (
      SELECT c.*, ROW_NUMBER() OVER (ORDER BY position) AS place
      FROM UNNEST(@candidates) AS c WITH OFFSET AS position
      WHERE c.run_id NOT IN (SELECT run_id FROM UNNEST(active_runs)))
    WHERE place <= room ORDER BY place) AS admitted
  FROM state) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;
SELECT runs, ARRAY(SELECT run_id FROM UNNEST(active_runs)) AS run_ids FROM tenants WHERE tenant_id = @tenant_id`;

function candidates(...ids: readonly string[]): QueryParameter {
  const structTypes = [{ name: 'run_id', type: { type: 'STRING' } }];
  return {
    name: 'candidates',
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRUCT', structTypes } },
    parameterValue: { arrayValues: ids.map((id) => ({ structValues: { run_id: { value: id } } })) },
  };
}

describe('an admission script', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table(
      'tenants',
      [
        field('tenant_id', 'STRING', { mode: 'REQUIRED' }),
        field('is_active', 'BOOLEAN'),
        field('concurrent', 'INTEGER'),
        field('runs', 'INTEGER'),
        field('active_runs', 'RECORD', {
          mode: 'REPEATED',
          fields: [field('run_id', 'STRING'), field('admitted_at', 'TIMESTAMP')],
        }),
      ],
      [
        ['one', 'true', '3', '0', []],
        ['two', 'false', '3', '0', []],
      ],
    );
  });
  afterAll(() => bench.close());

  const admit = (tenant: string, ...ids: readonly string[]) =>
    bench.run(admission, [scalar('tenant_id', 'STRING', tenant), candidates(...ids)]);

  it('admits as many as there is room for, once each', async () => {
    expect((await admit('one', 'a', 'b')).rows).toEqual([['2', ['a', 'b']]]);
    expect((await admit('one', 'b', 'c', 'd')).rows).toEqual([['3', ['a', 'b', 'c']]]);
    const changes = bench.store.changes.length;
    expect((await admit('one', 'e')).rows).toEqual([['3', ['a', 'b', 'c']]]);
    expect((await admit('two', 'e')).rows).toEqual([['0', []]]);
    expect(bench.store.changes.length).toBe(changes);
  });

  it('keeps the quota when many come at once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => admit('one', `run-${index}`)));
    const updates = results.map(({ statements }) => statements?.[0]?.dmlStats?.updatedRowCount);
    expect(updates.filter((count) => count === 1).length).toBe(3);
    expect(bench.stored('tenants')[0]?.[3]).toBe('3');
  });
});
