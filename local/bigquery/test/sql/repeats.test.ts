import type { Field, Row } from '../../model';
import { planQuery } from '../../sql/analyse/plan-query';
import type { EngineContext } from '../../sql/engine-context';
import { leaveEngine, startEngine, takeEngine } from '../../sql/engines';
import { evaluate } from '../../sql/evaluate/evaluate';
import { givenText } from '../../sql/parse/sql-text';
import { readParameters } from '../../sql/read-parameters';
import { lightestPlan } from '../../sql/repeats/lighter-plan';
import type { Scope } from '../../sql/scope';
import { casesInShort, isAtLength } from '../support/cases/at-length';
import { memoryTableStore } from '../support/memory-table-store';
import { sharesEngine } from '../support/shares-engine';
import { dataset, field, row } from '../support/test-engine';

const integers = (name: string, values: readonly (string | null)[]) => ({
  name,
  parameterType: { type: 'ARRAY', arrayType: { type: 'INT64' } },
  parameterValue: { arrayValues: values.map((value) => ({ value })) },
});

/** Tables with nulls, with equal values, and without rows: where joins and queries inside expressions could differ. */
const schema: readonly Field[] = [
  field('id', 'INTEGER'),
  field('name', 'STRING'),
  field('amount', 'NUMERIC'),
  field('ratio', 'FLOAT'),
  field('tags', 'STRING', { mode: 'REPEATED' }),
];
const t: readonly Row[] = [
  row('1', 'a', '1.5', '0.0', ['x', 'y']),
  row('2', 'b', '2', '-0.0', []),
  row('3', null, '3', 'NaN', ['y']),
  row(null, 'd', '4', null, []),
  row(null, null, null, '1.0', ['z']),
  row('2', 'b', '5', '2.0', ['x']),
  row('9', 'z', '6', '3.0', []),
];
const u: readonly Row[] = [
  row('1', 'a', '1.5', '0.0', ['x']),
  row('2', null, '7', 'NaN', []),
  row('2', 'b', '8', '-0.0', ['y']),
  row(null, 'n', '9', '5.0', []),
  row('5', 'z', null, null, []),
];
const tables: Readonly<Record<string, readonly Row[]>> = {
  t,
  u,
  whole: u.filter(([id]) => id !== null),
  empty: [],
  unknown: u.map((each) => [null, ...each.slice(1)]),
};

let context: EngineContext;
let scope: Scope;
beforeAll(async () => {
  const engine = await (sharesEngine ? takeEngine() : startEngine());
  context = { ...engine, gate: undefined, lighterFrom: Number.POSITIVE_INFINITY };
  const store = memoryTableStore();
  for (const [tableId, rows] of Object.entries(tables)) store.addTable({ ...dataset, tableId }, schema, rows);
  scope = {
    projectId: 'local',
    defaultDataset: dataset,
    parameters: readParameters([integers('ids', ['1', '9', '77']), integers('none', [])]),
    variables: new Map(),
    read: store.read,
    foreseen: new Map(),
    foreseenDatasets: new Set(),
    store,
    now: undefined,
  };
});
afterAll(() => (sharesEngine ? leaveEngine(context) : context.client.close()));

const sorted = (rows: readonly Row[]) => rows.map((each) => JSON.stringify(each)).sort();

/** The rows of a query as it stands, and with its repeated queries joined. */
async function both(sql: string) {
  const plan = await planQuery(context, { text: givenText(sql), scope });
  const lighter = await lightestPlan(context, plan, scope);
  const all = { ...context, lighterFrom: 0 };
  return {
    isLighter: lighter !== undefined,
    columns: [plan.output, lighter?.output].map((fields) => fields?.map(({ name }) => name)),
    rows: sorted(await evaluate(context, plan, scope)),
    lighterRows: sorted(await evaluate(all, plan, scope)),
  };
}

describe('an aggregate over a window', () => {
  it.each(
    casesInShort(2, [
      'SELECT id, SUM(amount) OVER () FROM t',
      'SELECT *, COUNT(*) OVER (PARTITION BY name) AS n FROM t',
      'SELECT id, AVG(ratio) OVER (PARTITION BY name, id) AS a, MAX(ratio) OVER () AS m FROM t WHERE id < 9',
      'SELECT t.id, o.id AS other, COUNTIF(o.amount > 2) OVER (PARTITION BY t.name) FROM t JOIN u AS o USING (id)',
      'SELECT id, SUM(amount) OVER (ORDER BY id) AS s FROM t',
      'SELECT id, SUM(id) OVER (PARTITION BY name ORDER BY amount DESC, id) AS s FROM t',
      'SELECT id, MIN(name) OVER (ORDER BY id), MAX(ratio) OVER (ORDER BY id DESC) AS m FROM t',
      'SELECT id, COUNT(name) OVER (ORDER BY name NULLS LAST), COUNT(*) OVER (ORDER BY ratio) FROM t',
      'SELECT id, 1 + SUM(id + 1) OVER (PARTITION BY name ORDER BY amount) AS s FROM t WHERE id IN (SELECT id FROM u)',
      'SELECT MAX(s) FROM (SELECT SUM(id) OVER (ORDER BY amount) AS s FROM t)',
      'SELECT DISTINCT SUM(n) OVER (ORDER BY MOD(n, 50)) FROM UNNEST(GENERATE_ARRAY(1, 500)) AS n',
      'WITH w AS (SELECT id, amount FROM u) SELECT id, SUM(amount) OVER (ORDER BY id) FROM w',
      'SELECT id FROM t WHERE amount > 1 QUALIFY SUM(amount) OVER (ORDER BY id) > 3 OR COUNT(*) OVER () = 0',
    ]),
  )('gives the same as a join: %s', async (sql) => {
    const { columns, rows, lighterRows } = await both(sql);
    expect(lighterRows).toEqual(rows);
    expect(columns[1] ?? columns[0]).toEqual(columns[0]);
  });

  it.each([
    ['SELECT SUM(amount) OVER () FROM t', true],
    ['SELECT SUM(amount) OVER (ORDER BY id) FROM t', true],
    ['SELECT SUM(ratio) OVER (ORDER BY id) FROM t', false],
    ['SELECT SUM(amount) OVER (ORDER BY id ROWS 1 PRECEDING) FROM t', false],
    ['SELECT ROW_NUMBER() OVER (ORDER BY id) FROM t', false],
    ['SELECT SUM(COUNT(*)) OVER () FROM t GROUP BY id', false],
  ])('is joined or not: %s', async (sql, isJoined) => {
    expect((await both(sql)).isLighter).toBe(isJoined);
  });
});

const members = isAtLength ? ['u', 'whole', 'empty', 'unknown'] : ['u'];

describe('a query inside an expression', () => {
  it.each([
    ...members.flatMap((table) => [
      `SELECT * FROM t WHERE id IN (SELECT id FROM ${table})`,
      `SELECT * FROM t WHERE id NOT IN (SELECT id FROM ${table})`,
      `SELECT name, id IN (SELECT id FROM ${table}) AS isIn, id NOT IN (SELECT id FROM ${table}) FROM t`,
      `SELECT * FROM t WHERE EXISTS (SELECT 1 FROM ${table} AS o WHERE o.id = t.id)`,
      `SELECT * FROM t WHERE NOT EXISTS (SELECT * FROM ${table} AS o WHERE o.id = t.id AND o.amount > t.amount)`,
      `SELECT id, (SELECT COUNT(*) FROM ${table} AS o WHERE t.id = o.id) AS n FROM t`,
      `SELECT id, (SELECT MAX(amount) FROM ${table}) AS most FROM t`,
      `SELECT id, ARRAY(SELECT o.name FROM ${table} AS o WHERE o.id = t.id AND o.name IS NOT NULL) FROM t`,
      `SELECT id, name IN (SELECT name FROM ${table} AS o WHERE o.id = t.id) FROM t`,
    ]),
    ...casesInShort(2, [
      'SELECT DISTINCT * FROM t WHERE id + 1 IN (SELECT id FROM u UNION ALL SELECT 3 LIMIT 3)',
      'SELECT * FROM t WHERE id IN (SELECT MAX(id) FROM u) OR name IN (SELECT CONCAT(name, "") FROM u)',
      'SELECT * EXCEPT (name) FROM t WHERE id IN (SELECT id FROM u)',
      'SELECT * EXCEPT (name) REPLACE (7 AS amount) FROM t WHERE id IN (SELECT id FROM u)',
      'SELECT * REPLACE (7 AS amount) FROM t WHERE id IN (SELECT id FROM u)',
      'SELECT AS STRUCT * FROM t WHERE id IN (SELECT id FROM u)',
      'SELECT t.*, o.id AS other FROM t JOIN u AS o USING (id) WHERE id IN (SELECT id FROM whole)',
      'SELECT tag, id FROM t, UNNEST(tags) AS tag WHERE tag IN (SELECT tag FROM u, UNNEST(tags) AS tag)',
      'SELECT * FROM t LEFT JOIN u AS o ON o.id = t.id WHERE t.id NOT IN (SELECT id FROM whole)',
      'SELECT name, COUNT(*) FROM t WHERE id IN (SELECT id FROM u) GROUP BY name HAVING COUNT(*) > 0',
      'SELECT COUNTIF(id IN (SELECT id FROM u)), COUNT(*) FROM t',
      'SELECT id, SUM(amount) OVER (PARTITION BY id IN (SELECT id FROM u) ORDER BY amount) FROM t',
      'WITH w AS (SELECT id FROM u) SELECT * FROM t WHERE id NOT IN (SELECT id FROM w WHERE id IS NOT NULL)',
      'SELECT * FROM t WHERE id IN (SELECT id FROM u WHERE amount > (SELECT MIN(amount) FROM whole))',
      'SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u AS o WHERE o.id = t.id AND o.name IN (SELECT name FROM whole))',
      'SELECT * FROM t WHERE amount > (SELECT AVG(o.amount) FROM u AS o WHERE o.id = t.id AND o.name = t.name)',
      'SELECT id, (SELECT AS STRUCT o.* FROM u AS o WHERE o.id = t.id AND o.id = 1).name FROM t',
      'SELECT id FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.id = a.id AND b.amount < a.amount)',
      'SELECT id FROM t WHERE CASE WHEN id IN (SELECT id FROM u) THEN name = "b" ELSE id = 9 END',
      'SELECT * FROM (SELECT * FROM t WHERE id IN (SELECT id FROM u)) WHERE name NOT IN (SELECT name FROM whole)',
      'SELECT id FROM t WHERE id IN (SELECT id FROM u) UNION ALL SELECT id FROM u WHERE id IN (SELECT id FROM t)',
      'WITH w AS (SELECT * FROM u) SELECT id, (SELECT MAX(amount) FROM w WHERE w.id = t.id AND w.name > "") FROM t',
      'WITH w AS (SELECT * FROM u) SELECT id FROM w AS a WHERE EXISTS (SELECT 1 FROM w AS b WHERE b.id = a.id)',
      'SELECT * FROM t WHERE id IN UNNEST(@ids)',
      'SELECT * FROM t WHERE id NOT IN UNNEST(@ids) AND name <> "q"',
      'SELECT id, id IN UNNEST(@none), id NOT IN UNNEST(@ids) FROM t',
      'SELECT id, name NOT IN UNNEST(["a", "b", NULL]) FROM t',
    ]),
  ])('is joined, and gives the same: %s', async (sql) => {
    const { isLighter, columns, rows, lighterRows } = await both(sql);
    expect(isLighter).toBe(true);
    expect(lighterRows).toEqual(rows);
    expect(columns[1]).toEqual(columns[0]);
  });

  it.each([
    [
      'sees another column by inequality',
      'SELECT id, (SELECT COUNT(*) FROM u AS o WHERE o.id < t.id) FROM t',
    ],
    ['compares FLOAT64', 'SELECT * FROM t WHERE ratio IN (SELECT ratio FROM u)'],
    [
      'is looked up by FLOAT64',
      'SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u AS o WHERE o.ratio = t.ratio)',
    ],
    ['stands without FROM', 'SELECT (SELECT MAX(id) FROM u)'],
    ['is in HAVING', 'SELECT name FROM t GROUP BY name HAVING COUNT(*) > (SELECT COUNT(*) FROM empty)'],
    ['may give another value each time', 'SELECT id FROM t WHERE id + 5 > (SELECT MAX(id) - RAND() FROM u)'],
    ['reads no table', 'SELECT id FROM t WHERE id IN (SELECT n FROM UNNEST([1, 2]) AS n)'],
  ])('stays where it is if it %s', async (_, sql) => {
    const { isLighter, rows, lighterRows } = await both(sql);
    expect(isLighter).toBe(false);
    expect(lighterRows).toEqual(rows);
  });

  it('is evaluated as it stands where a group does not fit into an array', async () => {
    const name = 'x'.repeat(2_000);
    const many = Array.from({ length: 800 }, (): Row => row('1', name, '1', '1.0', []));
    const read: Scope['read'] = (reference) =>
      reference.tableId === 'u' ? { reference, schema, rows: many } : scope.read(reference);
    const sql = 'SELECT id, (SELECT MAX(o.name) FROM u AS o WHERE o.id = t.id) AS name FROM t WHERE id < 3';
    const wide = { ...scope, read };
    const plan = await planQuery(context, { text: givenText(sql), scope: wide });
    const rows = await evaluate({ ...context, lighterFrom: 0 }, plan, wide);
    expect(sorted(rows)).toEqual(sorted([row('1', name), row('2', null), row('2', null)]));
  });
});
