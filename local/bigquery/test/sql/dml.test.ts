import type { Field } from '../../model';
import { field, scalar, type TestEngine, testEngine } from '../support/test-engine';

const schema: readonly Field[] = [
  field('id', 'STRING', { mode: 'REQUIRED' }),
  field('n', 'INTEGER', { defaultValueExpression: '40 + 2' }),
  field('price', 'NUMERIC', { precision: '5', scale: '2' }),
  field('code', 'STRING', { maxLength: '3' }),
  field('record', 'RECORD', {
    fields: [field('a', 'INTEGER'), field('b', 'RECORD', { fields: [field('c', 'STRING')] })],
  }),
  field('list', 'STRING', { mode: 'REPEATED' }),
];
const a = ['a', '1', '1.5', 'x', ['1', ['deep']], ['p']] as const;
const b = ['b', '2', null, null, null, []] as const;

describe('INSERT, UPDATE, DELETE and TRUNCATE', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table('t', schema, [a, b]);
    bench.table(
      's',
      [field('id', 'STRING'), field('amount', 'INTEGER')],
      [
        ['a', '10'],
        ['z', '26'],
      ],
    );
  });
  afterAll(() => bench.close());

  const added = () => bench.stored('t').slice(2);

  it.each([
    [
      'values for all columns',
      "INSERT t VALUES ('c', 3, 1.255, 'abc', STRUCT(1, STRUCT('q')), ['l'])",
      [['c', '3', '1.26', 'abc', ['1', ['q']], ['l']]],
    ],
    [
      'values for some columns',
      "INSERT INTO ds.t (list, id) VALUES (['x'], 'c'), ([], 'd')",
      [
        ['c', '42', null, null, null, ['x']],
        ['d', '42', null, null, null, []],
      ],
    ],
    [
      'DEFAULT',
      "INSERT `local.ds.t` (id, n) VALUES ('c', DEFAULT), ('d', NULL)",
      [
        ['c', '42', null, null, null, []],
        ['d', null, null, null, null, []],
      ],
    ],
    [
      'a query',
      'INSERT t (id, n) SELECT id, amount + 1 FROM s ORDER BY id',
      [
        ['a', '11', null, null, null, []],
        ['z', '27', null, null, null, []],
      ],
    ],
    [
      'a query of itself',
      'INSERT t (id, n) SELECT CONCAT(id, id), n FROM t WHERE n = 1',
      [['aa', '1', null, null, null, []]],
    ],
    [
      'a query to be cast',
      'INSERT t (id, price) SELECT id, amount FROM s',
      [
        ['a', '42', '10', null, null, []],
        ['z', '42', '26', null, null, []],
      ],
    ],
    [
      'a set operation to be cast',
      "INSERT t (id, price, list) SELECT 'c', 1, ['l'] UNION ALL SELECT 'd', 2, ['m']",
      [
        ['c', '42', '1', null, null, ['l']],
        ['d', '42', '2', null, null, ['m']],
      ],
    ],
    [
      'a WITH',
      "INSERT t (id) WITH w AS (SELECT 'c' AS id) SELECT id FROM w",
      [['c', '42', null, null, null, []]],
    ],
    [
      'a subquery in VALUES',
      "INSERT t (id, n) VALUES ('c', (SELECT SUM(amount) FROM s))",
      [['c', '36', null, null, null, []]],
    ],
  ])('inserts %s', async (_, sql, rows) => {
    const { dmlStats, statementType } = await bench.run(sql);
    expect(added()).toEqual(rows);
    expect({ dmlStats, statementType }).toEqual({
      statementType: 'INSERT',
      dmlStats: { insertedRowCount: rows.length, updatedRowCount: 0, deletedRowCount: 0 },
    });
    expect(bench.store.changes.at(-1)?.change.kind).toBe('append');
  });

  it('inserts many rows as one statement', async () => {
    const values = Array.from({ length: 500 }, (_, index) => `('r${index}', ${index})`).join(', ');
    await bench.run(`INSERT t (id, n) VALUES ${values}`);
    expect(added().map(([id, n]) => [id, n])).toEqual(
      Array.from({ length: 500 }, (_, index) => [`r${index}`, `${index}`]),
    );
  });

  it.each([
    [
      'a column',
      "UPDATE t SET n = n + 1 WHERE id = 'a'",
      [['a', '2', '1.5', 'x', ['1', ['deep']], ['p']], b],
      1,
    ],
    ['by its name', "UPDATE ds.t SET t.n = 7 WHERE t.id = 'b'", [a, ['b', '7', null, null, null, []]], 1],
    [
      'a field of a record',
      "UPDATE t x SET record.b.c = 'new', x.record.a = 5 WHERE x.id = 'a'",
      [['a', '1', '1.5', 'x', ['5', ['new']], ['p']], b],
      1,
    ],
    [
      'to the default',
      "UPDATE t SET n = DEFAULT, list = ['z'] WHERE TRUE",
      [
        ['a', '42', '1.5', 'x', ['1', ['deep']], ['z']],
        ['b', '42', null, null, null, ['z']],
      ],
      2,
    ],
    [
      'to a null array',
      "UPDATE t SET list = NULL WHERE id = 'a'",
      [['a', '1', '1.5', 'x', ['1', ['deep']], []], b],
      1,
    ],
    [
      'from another table',
      'UPDATE t SET n = s.amount FROM s WHERE s.id = t.id',
      [['a', '10', '1.5', 'x', ['1', ['deep']], ['p']], b],
      1,
    ],
    [
      'from a list of tables',
      'UPDATE t SET n = s.amount + v FROM s, UNNEST([100]) AS v WHERE s.id = t.id',
      [['a', '110', '1.5', 'x', ['1', ['deep']], ['p']], b],
      1,
    ],
    [
      'from a join',
      'UPDATE t SET n = q.k FROM s FULL JOIN (SELECT "b" AS id, 5 AS k) AS q ON q.id = s.id WHERE q.id = t.id',
      [a, ['b', '5', null, null, null, []]],
      1,
    ],
    [
      'from itself',
      'UPDATE t SET n = (SELECT SUM(n) FROM t) WHERE id IN (SELECT id FROM s)',
      [['a', '3', '1.5', 'x', ['1', ['deep']], ['p']], b],
      1,
    ],
    ['nothing', "UPDATE t SET n = 0 WHERE id = 'none'", [a, b], 0],
  ])('updates %s', async (_, sql, rows, updatedRowCount) => {
    const changes = bench.store.changes.length;
    const { dmlStats } = await bench.run(sql);
    expect(bench.stored('t')).toEqual(rows);
    expect(dmlStats).toEqual({ insertedRowCount: 0, updatedRowCount, deletedRowCount: 0 });
    expect(bench.store.changes.length - changes).toBe(updatedRowCount === 0 ? 0 : 1);
  });

  it('keeps the rows that an UPDATE or DELETE does not touch', async () => {
    const untouched = bench.stored('t')[1];
    await bench.run("UPDATE t SET n = 9 WHERE id = 'a'");
    expect(bench.stored('t')[1]).toBe(untouched);
    await bench.run("DELETE FROM t WHERE id = 'a'");
    expect(bench.stored('t')[0]).toBe(untouched);
  });

  it.each([
    ['by a condition', "DELETE FROM t WHERE id = 'a'", [b], 1],
    ['under another name', 'DELETE ds.t AS x WHERE x.n >= 2', [a], 1],
    ['by a subquery', 'DELETE t WHERE id NOT IN (SELECT id FROM s)', [a], 1],
    ['all', 'DELETE t WHERE true', [], 2],
    ['none', "DELETE t WHERE id = 'none'", [a, b], 0],
  ])('deletes %s', async (_, sql, rows, deletedRowCount) => {
    expect((await bench.run(sql)).dmlStats).toEqual({
      insertedRowCount: 0,
      updatedRowCount: 0,
      deletedRowCount,
    });
    expect(bench.stored('t')).toEqual(rows);
  });

  it('truncates', async () => {
    expect(await bench.run('TRUNCATE TABLE ds.t')).toMatchObject({
      statementType: 'TRUNCATE_TABLE',
      dmlStats: { deletedRowCount: 2 },
    });
    expect(bench.stored('t')).toEqual([]);
  });

  it.each([
    ['INSERT t (n) VALUES (1)', 'invalidQuery: Required field id cannot be null'],
    ["UPDATE t SET id = NULL WHERE id = 'a'", 'invalidQuery: Required field id cannot be null'],
    [
      "INSERT t (id, code) VALUES ('c', 'abcd')",
      'invalidQuery: Field code: STRING(3) has maximum length 3 but got a value with length 4',
    ],
    [
      "INSERT t (id, price) VALUES ('c', 1000)",
      'invalidQuery: Field price: NUMERIC(5, 2) has precision 5 and scale 2 but got a value that is not in range: 1000',
    ],
    [
      'UPDATE t SET price = 999.995 WHERE TRUE',
      'invalidQuery: Field price: NUMERIC(5, 2) has precision 5 and scale 2 but got a value that is not in range: 999.995',
    ],
    [
      "UPDATE t SET record.a = 1 WHERE id = 'b'",
      'invalidQuery: Cannot set field of NULL `STRUCT<`a` INT64, `b` STRUCT<`c` STRING>>`',
    ],
    [
      'UPDATE t SET n = v FROM UNNEST([1, 2]) AS v WHERE TRUE',
      'invalidQuery: UPDATE/MERGE must match at most one source row for each target row',
    ],
    [
      'UPDATE t SET n = 1 / 0 WHERE TRUE',
      'invalidQuery: Value of type FLOAT64 cannot be assigned to n, which has type INT64 at [1:18]',
    ],
    ['UPDATE t SET n = DIV(1, 0) WHERE TRUE', 'invalidQuery: division by zero: 1 / 0'],
    ['UPDATE t SET n = 1', 'invalidQuery: UPDATE must have a WHERE clause at [1:1]'],
    ['DELETE t', 'invalidQuery: DELETE must have a WHERE clause at [1:1]'],
    [
      'UPDATE t SET nope = 1 WHERE TRUE',
      'invalidQuery: Unrecognized name: nope; Did you mean code? at [1:14]',
    ],
    ['DELETE t WHERE nope = 1', 'invalidQuery: Unrecognized name: nope; Did you mean code? at [1:16]'],
    [
      "INSERT t (id) VALUES ('c', 1)",
      'invalidQuery: Inserted row has wrong column count; Has 2, expected 1 at [1:22]',
    ],
    ['INSERT t (nope) VALUES (1)', 'invalidQuery: Column nope is not present in table local.ds.t at [1:11]'],
    [
      "INSERT nope.t (id) VALUES ('c')",
      'notFound: Not found: Dataset local:nope was not found in location US',
    ],
    [
      "UPDATE nope SET id = 'c' WHERE TRUE",
      'notFound: Not found: Table local:ds.nope was not found in location US',
    ],
  ])('answers %s with its fault and changes nothing', async (sql, message) => {
    expect(await bench.failure(sql)).toBe(message);
    expect(bench.stored('t')).toEqual([a, b]);
  });

  it('serialises changes to one table', async () => {
    const statements = Array.from({ length: 10 }, () => bench.run("UPDATE t SET n = n + 1 WHERE id = 'a'"));
    await Promise.all(statements);
    expect(bench.stored('t')[0]?.[1]).toBe('11');
  });

  // Row a has 3 + 8 + 16 + 3 + 8 + 6 + 3 bytes, row b 3 + 8; the ids of t have 6, those of s 6.
  it.each([
    ['UPDATE t SET n = 0 WHERE TRUE', 58],
    ["UPDATE t SET n = 0 WHERE id = 'a'", 58 + 6],
    ['DELETE FROM t WHERE TRUE', 58],
    ["INSERT t (id) VALUES ('c')", 0],
    [
      'MERGE t USING (SELECT id FROM s) AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)',
      12,
    ],
    ['MERGE t USING (SELECT id FROM s) AS s ON t.id = s.id WHEN MATCHED THEN DELETE', 58 + 12],
  ])(
    '%s processes %d bytes: the columns it reads and, to change rows, the whole table',
    async (sql, bytes) => {
      expect((await bench.analyze(sql)).bytesProcessed).toBe(bytes);
      expect((await bench.run(sql)).bytesProcessed).toBe(bytes);
    },
  );

  it('analyses without changing', async () => {
    const changes = bench.store.changes.length;
    const result = await bench.analyze('UPDATE t SET n = @n WHERE TRUE', [scalar('n', 'INT64', '1')]);
    expect(result).toMatchObject({ statementType: 'UPDATE' });
    expect(result.dmlStats).toBeUndefined();
    expect(bench.store.changes.length).toBe(changes);
  });
});
