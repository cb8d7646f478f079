import type { QueryParameter } from '../../query-parameters';
import { field, scalar, strings, type TestEngine, testEngine } from '../support/test-engine';

const people: QueryParameter = {
  name: 'people',
  parameterType: {
    type: 'ARRAY',
    arrayType: {
      type: 'STRUCT',
      structTypes: [
        { name: 'name', type: { type: 'STRING' } },
        { name: 'born', type: { type: 'DATE' } },
        { name: 'tags', type: { type: 'ARRAY', arrayType: { type: 'STRING' } } },
      ],
    },
  },
  parameterValue: {
    arrayValues: [
      {
        structValues: {
          name: { value: 'Ada' },
          born: { value: '1815-12-10' },
          tags: { arrayValues: [{ value: 'x' }, { value: 'y' }] },
        },
      },
      { structValues: { name: { value: null } } },
    ],
  },
};

describe('query parameters', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
    bench.table(
      't',
      [field('id', 'STRING'), field('n', 'INTEGER')],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    );
  });
  afterAll(() => bench.close());

  it.each([
    ['STRING', "it's", "it's"],
    ['BYTES', 'AAH/', 'AAH/'],
    ['INT64', '-9223372036854775808', '-9223372036854775808'],
    ['INTEGER', '7', '7'],
    ['FLOAT64', '1.5', '1.5'],
    ['FLOAT64', 'NaN', 'NaN'],
    ['FLOAT64', '-Infinity', '-Infinity'],
    ['BOOL', 'TRUE', 'true'],
    ['NUMERIC', '1.250', '1.25'],
    ['BIGNUMERIC', '-0.5', '-0.5'],
    ['DATE', '2024-09-01', '2024-09-01'],
    ['DATETIME', '2024-09-01 10:00:00.5', '2024-09-01T10:00:00.500000'],
    ['TIME', '10:11:12', '10:11:12'],
    ['TIMESTAMP', '2024-09-01 10:00:00.123456+00:00', '1725184800123456'],
    ['TIMESTAMP', '2024-09-01T10:00:00.000Z', '1725184800000000'],
    ['JSON', '{"a":[1]}', '{"a":[1]}'],
    ['GEOGRAPHY', 'POINT( 1.0  2)', 'POINT(1 2)'],
    ['GEOGRAPHY', 'POLYGON((0 0, 1 0, 1 1, 0 0))', 'POLYGON((0 0, 1 0, 1 1, 0 0))'],
  ])('takes a %s %s', async (type, value, cell) => {
    expect(await bench.rows('SELECT @p', [scalar('p', type, value)])).toEqual([[cell]]);
    expect(await bench.rows('SELECT @p IS NULL', [scalar('p', type, null)])).toEqual([['true']]);
  });

  it.each([
    ['INT64', '1.5'],
    ['INT64', '9223372036854775808'],
    ['INT64', ''],
    ['FLOAT64', 'much'],
    ['BOOL', 'yes'],
    ['NUMERIC', '1e30'],
    ['DATE', '2024-02-30'],
    ['TIMESTAMP', 'tomorrow'],
    ['TIME', '24:00:00'],
    ['BYTES', '***'],
    ['JSON', '{'],
    ['GEOGRAPHY', 'Paris'],
    ['GEOGRAPHY', 'POINT(0 91)'],
  ])('refuses a %s %j, naming the parameter', async (type, value) => {
    expect(await bench.failure('SELECT @p', [scalar('p', type, value)])).toMatch(/^invalid: .*@p/);
  });

  it('takes arrays, empty ones too', async () => {
    expect(await bench.rows('SELECT @p, ARRAY_LENGTH(@p)', [strings('p', ['x', 'y'])])).toEqual([
      [['x', 'y'], '2'],
    ]);
    expect(await bench.rows('SELECT @p, ARRAY_LENGTH(@p)', [strings('p', [])])).toEqual([[[], '0']]);
    expect(await bench.rows('SELECT id FROM t WHERE id IN UNNEST(@p)', [strings('p', ['b', 'c'])])).toEqual([
      ['b'],
    ]);
    expect(await bench.rows('SELECT id FROM t WHERE id IN UNNEST(@p)', [strings('p', [])])).toEqual([]);
  });

  it('takes arrays of structs with arrays inside', async () => {
    const sql = 'SELECT name, born, tags FROM UNNEST(@people) WITH OFFSET AS place ORDER BY place';
    expect(await bench.rows(sql, [people])).toEqual([
      ['Ada', '1815-12-10', ['x', 'y']],
      [null, null, []],
    ]);
  });

  it('takes positional parameters, in DML as well', async () => {
    const positional = (type: string, value: string): QueryParameter => ({
      parameterType: { type },
      parameterValue: { value },
    });
    const both = [positional('INT64', '5'), positional('STRING', 'a')];
    expect(await bench.rows('SELECT ? AS one, ? AS two', both)).toEqual([['5', 'a']]);
    await bench.run('UPDATE t SET n = ? WHERE id = ?', both);
    expect(await bench.rows('SELECT n FROM t WHERE id = ?', [positional('STRING', 'a')])).toEqual([['5']]);
  });

  it('finds names in either case, and says which are missing', async () => {
    expect(await bench.rows('SELECT @Name', [scalar('name', 'STRING', 'x')])).toEqual([['x']]);
    expect(await bench.failure('SELECT @other', [scalar('p', 'STRING', 'x')])).toBe(
      "invalidQuery: Query parameter 'other' not found at [1:8]",
    );
  });
});
