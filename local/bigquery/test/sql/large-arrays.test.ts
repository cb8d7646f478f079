import { casesInShort, itAtLength } from '../support/cases/at-length';
import { field, scalar, type TestEngine, testEngine } from '../support/test-engine';

const count = 5_000;
const text = (index: number) => `${index}`.padStart(6, '0').padEnd(300, 'x');
const texts = Array.from({ length: count }, (_, index) => text(index));

/** The engine makes no array of more than 1 MiB; these are of 1.5 MB. */
describe('Arrays that are larger than the engine can hold', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table(
      't',
      [field('id', 'STRING'), field('list', 'STRING', { mode: 'REPEATED' }), field('n', 'INTEGER')],
      [
        ['small', ['a', 'b', 'c'], '1'],
        ['large', texts, '2'],
      ],
    );
  });
  afterAll(() => bench.close());

  const lists = () => bench.stored('t').map(([, list]) => list);

  it.each(
    casesInShort<readonly [string, string, readonly unknown[], readonly unknown[]]>(3, [
      ['ARRAY_CONCAT', "ARRAY_CONCAT(list, ['new'])", ['a', 'b', 'c', 'new'], [...texts, 'new']],
      [
        'ARRAY_CONCAT in itself',
        "ARRAY_CONCAT(['first'], (ARRAY_CONCAT(list, ['new'])), [])",
        ['first', 'a', 'b', 'c', 'new'],
        ['first', ...texts, 'new'],
      ],
      [
        'a query, in its order',
        'ARRAY(SELECT item FROM UNNEST(t.list) AS item WITH OFFSET AS place ORDER BY place DESC)',
        ['c', 'b', 'a'],
        texts.toReversed(),
      ],
      [
        'some of its own elements, by a join',
        'ARRAY(SELECT item FROM UNNEST(t.list) AS item WITH OFFSET AS place LEFT JOIN (SELECT "b" AS b) ON item = b WHERE b IS NULL ORDER BY place)',
        ['a', 'c'],
        texts,
      ],
      [
        'some of its own elements, after others',
        "ARRAY_CONCAT(['first'], ARRAY(SELECT item FROM UNNEST(list) AS item WITH OFFSET WHERE offset < 2 ORDER BY offset DESC), IFNULL(list, []))",
        ['first', 'b', 'a', 'a', 'b', 'c'],
        ['first', texts[1], texts[0], ...texts],
      ],
      [
        'elements in the order of the first column',
        'ARRAY(SELECT item FROM UNNEST(list) AS item WITH OFFSET AS place ORDER BY 1 DESC)',
        ['c', 'b', 'a'],
        texts.toReversed(),
      ],
      [
        'an element that another name stands for',
        'ARRAY(SELECT item AS place FROM UNNEST(list) AS item WITH OFFSET AS place ORDER BY item DESC)',
        ['c', 'b', 'a'],
        texts.toReversed(),
      ],
      [
        'a query without an order',
        "ARRAY(SELECT item FROM UNNEST(t.list) AS item WHERE item NOT LIKE '000000%')",
        ['a', 'b', 'c'],
        texts.slice(1),
      ],
      ['a part that is null', "ARRAY_CONCAT(list, IF(id = 'small', NULL, ['new']))", [], [...texts, 'new']],
    ]),
  )('UPDATE makes them of %s', async (_, value, small, large) => {
    const sql = `UPDATE t SET n = n + 1, list = ${value}, id = CONCAT(id, '!') WHERE TRUE`;
    const { dmlStats } = await bench.run(sql);
    expect(dmlStats?.updatedRowCount).toBe(2);
    expect(lists()).toEqual([small, large]);
    expect(bench.stored('t').map(([id, , n]) => [id, n])).toEqual([
      ['small!', '2'],
      ['large!', '3'],
    ]);
  });

  it('says so where an expression cannot be taken apart', async () => {
    expect(await bench.failure('UPDATE t SET list = IF(TRUE, ARRAY_CONCAT(list, list), []) WHERE TRUE')).toBe(
      'resourcesExceeded: Resources exceeded during query execution: the local SQL engine makes no array of more than 1 MiB, and this query needs one.',
    );
    expect(lists()).toEqual([['a', 'b', 'c'], texts]);
  });

  itAtLength('the same statement again and again, also where the array is small by then', async () => {
    const keepFrom = (from: number) =>
      bench.run(
        'UPDATE t SET list = ARRAY(SELECT item FROM UNNEST(t.list) AS item WHERE item >= @from) WHERE id = "large"',
        [scalar('from', 'STRING', text(from))],
      );
    for (const from of [1, 2, 2, 4_990]) await keepFrom(from);
    expect(lists()).toEqual([['a', 'b', 'c'], texts.slice(4_990)]);
  });
});

describe('Arrays that are longer than the engine generates', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    bench.table('ends', [field('n', 'INTEGER')], [['20000'], ['3']]);
  });
  afterAll(() => bench.close());

  it.each(
    casesInShort<readonly [string, string, readonly unknown[]]>(3, [
      [
        'of numbers',
        'SELECT COUNT(*), SUM(n), MAX(n) FROM UNNEST(GENERATE_ARRAY(1, 300000)) AS n',
        [['300000', '45000150000', '300000']],
      ],
      [
        'downwards',
        'SELECT COUNT(*), SUM(n), MIN(n) FROM UNNEST(GENERATE_ARRAY(50000, 1, -2)) AS n',
        [['25000', '625025000', '2']],
      ],
      [
        'of decimals',
        "SELECT COUNT(*), MAX(n) FROM UNNEST(GENERATE_ARRAY(NUMERIC '0', 20000, NUMERIC '0.5')) AS n",
        [['40001', '20000']],
      ],
      [
        'in order, with places',
        'SELECT COUNTIF(n != place + 7), COUNT(*) FROM UNNEST(GENERATE_ARRAY(7, 30000)) AS n WITH OFFSET AS place',
        [['0', '29994']],
      ],
      ['by parameters', 'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, @n))', [['17000']]],
      [
        'as a value',
        'SELECT ARRAY_LENGTH(GENERATE_ARRAY(0, 20000)), GENERATE_ARRAY(0, 40000, 2)[OFFSET(20000)]',
        [['20001', '40000']],
      ],
      [
        'for each row',
        'SELECT n, ARRAY_LENGTH(GENERATE_ARRAY(1, n)) FROM ends ORDER BY n',
        [
          ['3', '3'],
          ['20000', '20000'],
        ],
      ],
      [
        'of times',
        "SELECT COUNT(*), MAX(t) FROM UNNEST(GENERATE_TIMESTAMP_ARRAY('2024-01-01', '2024-01-31', INTERVAL 1 MINUTE)) AS t",
        [['43201', '1706659200000000']],
      ],
    ]),
  )('are generated in pieces: %s', async (_, sql, rows) => {
    expect(await bench.rows(sql, [scalar('n', 'INT64', '17000')])).toEqual(rows);
  });

  it('are refused where their pieces could be others', async () => {
    expect(await bench.failure('SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(0.0, 20000.5, 0.1))')).toBe(
      'resourcesExceeded: Resources exceeded during query execution: the local SQL engine generates no array of more than 16,000 elements, and here cannot put it together of several.',
    );
  });
});
