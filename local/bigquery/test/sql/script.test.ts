import type { QueryParameter } from '../../model';
import { field, scalar, type TestEngine, testEngine } from '../support/test-engine';

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
    [
      'WHILE TRUE DO SELECT 1; END WHILE',
      'notImplemented: The statement WHILE is not supported by the local BigQuery.',
    ],
    ['SELECT 1; SELEC 2', 'invalidQuery: Syntax error: Unexpected identifier "SELEC" at [1:11]'],
    ['', 'invalidQuery: Syntax error: Unexpected end of script'],
  ])('answers %s with its fault', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
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
