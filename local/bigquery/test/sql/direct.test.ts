import type { Field, Row } from '../../model';
import { planQuery } from '../../sql/analyse/plan-query';
import type { EngineContext } from '../../sql/engine-context';
import { leaveEngine, startEngine, takeEngine } from '../../sql/engines';
import { evaluate } from '../../sql/evaluate/evaluate';
import { givenText } from '../../sql/parse/sql-text';
import { readParameters } from '../../sql/read-parameters';
import type { Scope } from '../../sql/scope';
import { memoryTableStore } from '../support/memory-table-store';
import { sharesEngine } from '../support/shares-engine';
import { dataset, field, row, scalar, strings } from '../support/test-engine';

const schema: readonly Field[] = [
  field('id', 'INTEGER'),
  field('s', 'STRING'),
  field('n', 'NUMERIC'),
  field('b', 'BIGNUMERIC'),
  field('f', 'FLOAT'),
  field('ok', 'BOOLEAN'),
  field('d', 'DATE'),
  field('dt', 'DATETIME'),
  field('ti', 'TIME'),
  field('ts', 'TIMESTAMP'),
  field('by', 'BYTES'),
  field('r', 'RECORD', { fields: [field('x', 'INTEGER'), field('y', 'FLOAT', { mode: 'REPEATED' })] }),
  field('a', 'INTEGER', { mode: 'REPEATED' }),
  field('j', 'JSON'),
];

/** Values that are near each other, or in another order than their texts. */
const values: readonly Row[] = [
  row('', '0', '0', '0.0', 'true', '0001-01-01', '0001-01-01T00:00:00', '00:00:00', '0', ''),
  row('a', '9', '0.3', '-0.0', 'false', '1969-12-31', '2024-09-01T10:11:12', '10:11:12', '-1', '/w=='),
  row(
    'B',
    '10',
    '0.30000000000000000001',
    'NaN',
    'true',
    '2024-09-01',
    '2024-09-01T10:11:12.500000',
    '10:11:12.500000',
    '9',
    'AA==',
  ),
  row(
    'é',
    '-10',
    '-7',
    '-Infinity',
    'false',
    '9999-12-31',
    '9999-12-31T23:59:59.999999',
    '23:59:59.999999',
    '10',
    'AAA=',
  ),
  row(
    '\u{1F600}',
    '9.000000001',
    '70',
    'Infinity',
    'true',
    '2024-02-29',
    '2024-02-29T00:00:00',
    '00:00:01',
    '-62135596800000000',
    'YWI=',
  ),
  row(
    '\uFF5E',
    '123456789012345678.9',
    '123456789012345678.91',
    '1E-7',
    'true',
    '2024-10-01',
    '2024-10-01T00:00:00',
    '09:00:00',
    '253402300799999999',
    'YQ==',
  ),
  row(
    'aa',
    '123456789012345678.91',
    '-0.1',
    '1E+22',
    'false',
    '2024-01-10',
    '2024-01-10T00:00:00',
    '10:00:00',
    '1725185472000000',
    'Yg==',
  ),
  row(null, null, null, null, null, null, null, null, null, null),
];
const ids = ['9007199254740993', '9007199254740992', '-5', '+7', '007', null, '10', '3'];
const rows = values.map(
  (cells, index): Row => [
    ids[index] ?? null,
    ...cells,
    index === 2 ? null : ['05', ['1e3', 'NaN']],
    index === 3 ? [] : ['1', '02'],
    '{"b":1,"a":2}',
  ],
);

let context: EngineContext;
let scope: Scope;
beforeAll(async () => {
  const engine = await (sharesEngine ? takeEngine() : startEngine());
  context = { ...engine, gate: undefined };
  const store = memoryTableStore();
  store.addTable({ ...dataset, tableId: 't' }, schema, rows);
  const parameters = [
    scalar('seven', 'INT64', '7'),
    scalar('nothing', 'STRING', null),
    scalar('two', 'INT64', '2'),
    strings('texts', ['a', 'B', 'zz']),
  ];
  scope = {
    projectId: 'local',
    defaultDataset: dataset,
    parameters: readParameters(parameters),
    variables: new Map(),
    read: store.read,
    foreseen: new Map(),
    foreseenDatasets: new Set(),
    store,
    now: undefined,
  };
});
afterAll(() => (sharesEngine ? leaveEngine(context) : context.client.close()));

const plain = 'id, s, n, b, f, ok, d, dt, ti, ts, `by`, r, a';
const sortable = ['id', 's', 'n', 'b', 'f', 'ok', 'd', 'dt', 'ti', 'ts', '`by`'];

/** The rows without the engine, undefined where that is not done, and with it. */
async function both(sql: string) {
  const plan = await planQuery(context, { text: givenText(sql), scope });
  const withEngine = await evaluate(context, { ...plan, direct: undefined }, scope);
  const direct = plan.direct && (await evaluate({ ...context, client: noEngine }, plan, scope));
  return { direct, withEngine };
}

const refuse = () => Promise.reject(new Error('the engine was asked'));
const noEngine: EngineContext['client'] = {
  call: refuse,
  callEncoded: refuse,
  session: refuse,
  encode: () => Buffer.alloc(0),
  pid: () => 0,
  close: async () => undefined,
};

describe('a query that only chooses among the rows of a table', () => {
  it.each([
    `SELECT ${plain} FROM t`,
    'SELECT * EXCEPT (j) FROM t',
    'SELECT s AS other, id, s FROM t AS x WHERE TRUE AND ok',
    ...sortable.flatMap((column) => [
      `SELECT d AS other, ${column} FROM t ORDER BY ${column}, s, id`,
      `SELECT d AS other, ${column} FROM t ORDER BY ${column} DESC, s, id`,
    ]),
    'SELECT id FROM t ORDER BY n NULLS LAST, id DESC NULLS FIRST',
    'SELECT id FROM t ORDER BY n DESC NULLS FIRST LIMIT 3 OFFSET 1',
    'SELECT s FROM t LIMIT 2',
    'SELECT s FROM t LIMIT @two OFFSET @two',
    'SELECT s FROM t LIMIT 0',
    'SELECT s FROM t WHERE id = @seven',
    'SELECT s FROM t WHERE id > @seven AND id <= 9007199254740992',
    'SELECT s FROM t WHERE id >= 9007199254740993 ORDER BY id',
    'SELECT s FROM t WHERE 7 < id',
    "SELECT s FROM t WHERE s >= 'a' ORDER BY s",
    "SELECT s FROM t WHERE s > 'é' ORDER BY s",
    'SELECT s FROM t WHERE s = @nothing',
    'SELECT s FROM t WHERE s > @nothing',
    "SELECT s FROM t WHERE s IN ('a', 'B')",
    'SELECT s FROM t WHERE s IN UNNEST(@texts)',
    'SELECT s FROM t WHERE n BETWEEN 9 AND 10',
    "SELECT s FROM t WHERE n > NUMERIC '123456789012345678.9'",
    "SELECT s FROM t WHERE d < DATE '2024-09-01' AND dt >= DATETIME '0001-01-01 00:00:00'",
    "SELECT s FROM t WHERE ts > TIMESTAMP '1970-01-01 00:00:00.000009+00'",
    "SELECT s FROM t WHERE ti <= TIME '10:11:12.500000'",
    'SELECT s FROM t WHERE f IS NULL',
    'SELECT s FROM t WHERE id IS NOT NULL AND n IS NOT NULL',
    'SELECT x FROM (SELECT s AS x, id FROM t WHERE id > 3) WHERE x > "A" ORDER BY id',
  ])('needs no engine: %s', async (sql) => {
    const { direct, withEngine } = await both(sql);
    expect(direct).toEqual(withEngine);
  });

  it.each([
    'SELECT j FROM t',
    'SELECT s, 1 FROM t',
    'SELECT DISTINCT s FROM t',
    'SELECT s FROM t WHERE f > 1',
    "SELECT s FROM t WHERE s LIKE 'a%'",
    'SELECT s FROM t WHERE id = 1 OR id = 10',
    'SELECT s FROM t WHERE NOT ok',
    'SELECT s FROM t ORDER BY LOWER(s)',
    'SELECT s FROM (SELECT s FROM t LIMIT 3) ORDER BY s',
    'SELECT COUNT(*) FROM t',
    'SELECT a.s FROM t AS a JOIN t AS b USING (id)',
    'SELECT e FROM t, UNNEST(a) AS e',
    'SELECT r.x FROM t',
  ])('asks the engine: %s', async (sql) => {
    expect((await both(sql)).direct).toBeUndefined();
  });
});
