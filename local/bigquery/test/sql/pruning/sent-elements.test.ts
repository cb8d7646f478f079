import { field, row, scalar, strings, type TestEngine, testEngine } from '../../support/test-engine';

/** Long enough that an array of them does not fit into one request to the native engine. */
const count = 3_000;
const filler = 'x'.repeat(2_000);
const elements = Array.from({ length: count }, (_, index) => [
  `run-${index}`,
  String(index),
  index % 2 === 0 ? null : '5000',
  filler,
]);

describe('reading large arrays', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    const fields = [
      field('run_id', 'STRING'),
      field('n', 'INTEGER'),
      field('moment', 'TIMESTAMP'),
      field('filler', 'STRING'),
    ];
    bench.table(
      'tenants',
      [field('tenant_id', 'STRING'), field('runs', 'RECORD', { mode: 'REPEATED', fields })],
      [row('a', elements), row('b', [])],
    );
  });
  afterAll(() => bench.close());

  const ids = strings('ids', ['run-4', 'run-3', 'none']);
  const found = (what: string, where: string) =>
    `SELECT ARRAY(SELECT ${what} FROM UNNEST(runs) AS run WHERE ${where}) AS found FROM tenants WHERE tenant_id = 'a'`;

  it.each([
    ['values of a parameter', found('run.n', 'run.run_id IN UNNEST(@ids)'), [[['3', '4']]]],
    ['a null field', found('run.n', 'run.moment IS NULL AND run.run_id IN UNNEST(@ids)'), [[['4']]]],
    ['a number', found('run.run_id', '2998 <= run.n'), [[['run-2998', 'run-2999']]]],
    [
      'whole elements',
      found('run', "run.run_id = 'run-7' AND LENGTH(run.filler) = 2000"),
      [[[['run-7', '7', '5000', filler]]]],
    ],
    [
      'alternatives of two reads',
      `SELECT (SELECT COUNT(*) FROM UNNEST(runs) AS run WHERE run.n = 1),
         (SELECT SUM(run.n) FROM UNNEST(runs) AS run WHERE run.n < 3)
       FROM tenants WHERE tenant_id = 'a'`,
      [['1', '3']],
    ],
    ['no element', found('run.n', 'run.run_id = @none'), [[[]]]],
  ])('sends only the elements for %s', async (_, sql, rows) => {
    expect(await bench.rows(sql, [ids, scalar('none', 'STRING', null)])).toEqual(rows);
  });

  it.each([
    ['is used as a whole besides', found('run.n', 'run.n = 1 AND ARRAY_LENGTH(tenants.runs) = 3000')],
    ['is answered besides', `SELECT runs, (SELECT 1 FROM UNNEST(runs) AS run WHERE run.n = 1) FROM tenants`],
    [
      'is passed on by a query inside',
      `SELECT ARRAY_LENGTH(runs) FROM (
         SELECT runs, (SELECT 1 FROM UNNEST(runs) AS run WHERE run.n = 1) AS one FROM tenants WHERE tenant_id = 'a')`,
    ],
    [
      'is compared otherwise in another place',
      `SELECT (SELECT run.run_id FROM UNNEST(runs) AS run WHERE run.n = 1),
         (SELECT COUNT(*) FROM UNNEST(runs) AS run WHERE LENGTH(run.run_id) = 5) FROM tenants`,
    ],
    [
      'is read with places',
      `SELECT ARRAY(SELECT place FROM UNNEST(runs) AS run WITH OFFSET AS place WHERE run.n = 7) FROM tenants`,
    ],
    ['need not meet the condition', found('run.n', 'run.n = 1 OR run.n = 2')],
  ])('sends all elements of a column that %s', async (_, sql) => {
    expect(await bench.failure(sql)).toMatch(/^resourcesExceeded/);
  });

  it('means the same where many rows are evaluated by joins', async () => {
    bench.table(
      'small',
      [
        field('tenant_id', 'STRING'),
        field('runs', 'RECORD', { mode: 'REPEATED', fields: [field('run_id', 'STRING')] }),
      ],
      Array.from({ length: 1_000 }, (_, index) => row(String(index), [[`run-${index}`], ['run-4']])),
    );
    const sql = `SELECT SUM(ARRAY_LENGTH(found)) FROM (
      SELECT ARRAY(SELECT run.run_id FROM UNNEST(runs) AS run WHERE run.run_id IN UNNEST(@ids)) AS found FROM small)`;
    for (let time = 0; time < 3; time += 1) expect(await bench.rows(sql, [ids])).toEqual([['1002']]);
  });
});
