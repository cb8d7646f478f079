import type { Cell, Field } from '../../model';
import { byteWriter, writeLittleEndian, written } from '../../sql/codec/byte-writer';
import { dateOfDays, daysOfDate, microsecondsOfTimestamp } from '../../sql/codec/civil-time';
import { formatFloat, fromLittleEndian } from '../../sql/codec/decode-cell';
import { formatDecimal, parseDecimal } from '../../store/values/scaled-decimals';
import { field, type TestEngine, testEngine } from '../support/test-engine';

const maximumNumeric = '99999999999999999999999999999.999999999';
const maximumBigNumeric = '578960446186580977117854925043439539266.34992332820282019728792003956564819967';
const minimumBigNumeric = '-578960446186580977117854925043439539266.34992332820282019728792003956564819968';
const struct = field('x', 'RECORD', {
  fields: [
    field('a', 'INTEGER'),
    field('b', 'STRING', { mode: 'REPEATED' }),
    field('c', 'RECORD', { fields: [field('d', 'DATE')] }),
  ],
});

const cells: readonly (readonly [Field, readonly Cell[]])[] = [
  [field('x', 'STRING'), ['', 'text', 'é€𝄞\n"\\', null, 'x'.repeat(200), 'x'.repeat(20_000)]],
  [field('x', 'BYTES'), ['', 'AAEC/w==', Buffer.alloc(300, 7).toString('base64'), null]],
  [
    field('x', 'INTEGER'),
    ['0', '1', '-1', '127', '128', '9007199254740993', '-9223372036854775808', '9223372036854775807'],
  ],
  [field('x', 'FLOAT'), ['0.0', '1.5', '-0.25', '1E21', '5E-324', 'NaN', 'Infinity', '-Infinity', null]],
  [field('x', 'BOOLEAN'), ['true', 'false', null]],
  [
    field('x', 'NUMERIC'),
    ['0', '1.25', '-3', '0.000000001', '-0.000000001', maximumNumeric, `-${maximumNumeric}`, null],
  ],
  [
    field('x', 'BIGNUMERIC'),
    ['0', '1.5', '-1', maximumBigNumeric, minimumBigNumeric, '0.00000000000000000000000000000000000001'],
  ],
  [field('x', 'DATE'), ['1970-01-01', '1969-12-31', '0001-01-01', '9999-12-31', '2024-02-29']],
  [field('x', 'TIME'), ['00:00:00', '10:11:12', '10:11:12.500000', '23:59:59.999999']],
  [
    field('x', 'DATETIME'),
    [
      '2024-09-01T10:11:12',
      '0001-01-01T00:00:00',
      '9999-12-31T23:59:59.999999',
      '1960-01-01T00:00:00.000001',
    ],
  ],
  [
    field('x', 'TIMESTAMP'),
    ['0', '-1', '1', '-315619199999999', '1725184800123456', '-62135596800000000', '253402300799999999'],
  ],
  [field('x', 'JSON'), ['{"a":1}', '[1,"x",null]', 'null', '"text"', null]],
  [field('x', 'STRING', { mode: 'REPEATED' }), [[], ['a'], ['', 'b', 'c']]],
  [
    field('x', 'INTEGER', { mode: 'REPEATED' }),
    [[], Array.from({ length: 200 }, (_, index) => String(index))],
  ],
  [struct, [null, ['1', ['x', 'y'], ['2024-01-01']], [null, [], null]]],
  [
    { ...struct, mode: 'REPEATED' },
    [
      [],
      [
        ['1', ['x'], null],
        [null, [], ['2024-01-01']],
      ],
    ],
  ],
];

describe('cells through the engine and back', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  afterAll(() => bench.close());

  it.each(
    cells.map(
      ([type, values]) =>
        [`${type.type}${type.mode === 'REPEATED' ? ' REPEATED' : ''}`, type, values] as const,
    ),
  )('keeps every %s', async (_, type, values) => {
    bench.table(
      'cells',
      [field('place', 'INTEGER'), type],
      values.map((value, index) => [String(index), value]),
    );
    const found = await bench.run('SELECT x FROM cells ORDER BY place + 0');
    expect(found.rows).toEqual(values.map((value) => [value]));
    expect(found.schema?.[0]).toMatchObject({ name: 'x', type: type.type });
  });

  it('reads what SQL literals mean', async () => {
    const sql = `SELECT TIMESTAMP '1960-01-01 00:00:00.000001+00', DATETIME '2024-01-02 03:04:05.6', TIME '01:02:03',
      NUMERIC '-1.25', BIGNUMERIC '1e-38', b'abc', JSON '{"a": 1.0}', DATE '1969-12-31', 1e300, CAST('nan' AS FLOAT64)`;
    expect(await bench.rows(sql)).toEqual([
      [
        '-315619199999999',
        '2024-01-02T03:04:05.600000',
        '01:02:03',
        '-1.25',
        '0.00000000000000000000000000000000000001',
        'YWJj',
        '{"a":1.0}',
        '1969-12-31',
        '1E300',
        'NaN',
      ],
    ]);
  });
});

describe('decimals', () => {
  it.each([
    ['1.25', 9, 1_250_000_000n],
    ['-0.0000000005', 9, -1n],
    ['-0.0000000004', 9, 0n],
    ['1e3', 2, 100_000n],
    ['.5', 1, 5n],
    ['+7.', 0, 7n],
  ])('reads %s at scale %d', (text, scale, value) => {
    expect(parseDecimal(text, scale)).toBe(value);
  });

  it.each(['', '.', 'abc', '1.2.3', '--1', '1e', '0x10'])('refuses %j', (text) => {
    expect(parseDecimal(text, 9)).toBeUndefined();
  });

  const valuesOfSize = Object.entries({
    1: [0n, 1n, -1n, 127n, -128n],
    2: [128n, -129n, 255n, 256n],
    8: [2n ** 63n - 1n, -(2n ** 63n)],
    9: [2n ** 63n, 2n ** 64n, -(2n ** 64n)],
    16: [10n ** 38n - 1n],
    17: [2n ** 127n],
    32: [2n ** 255n - 1n, -(2n ** 255n)],
  }).flatMap(([size, values]) => values.map((value) => ({ size: Number(size), value })));

  it.each(valuesOfSize)('writes $value in $size little-endian bytes', ({ value, size }) => {
    const writer = byteWriter(1);
    writeLittleEndian(writer, 1, value);
    const [tag, length, ...bytes] = written(writer);
    expect([tag, length, bytes.length]).toEqual([10, size, size]);
    expect(fromLittleEndian(Buffer.from(bytes))).toBe(value);
  });

  it('writes no needless zeros', () => {
    expect([formatDecimal(0n, 9), formatDecimal(-1_250_000_000n, 9), formatDecimal(1n, 9)]).toEqual([
      '0',
      '-1.25',
      '0.000000001',
    ]);
    expect([formatDecimal(-120n, 0), formatDecimal(0n, 0)]).toEqual(['-120', '0']);
  });
});

describe('dates and floats', () => {
  it('counts days both ways', () => {
    for (const date of ['0001-01-01', '1969-12-31', '1970-01-01', '2024-02-29', '9999-12-31'])
      expect(dateOfDays(daysOfDate(date) ?? Number.NaN)).toBe(date);
    expect(daysOfDate('2023-02-29')).toBeUndefined();
    expect(daysOfDate('0000-01-01')).toBeUndefined();
  });

  it.each([
    ['2024-09-01 10:00:00.123456+00:00', 1_725_184_800_123_456n],
    ['2024-09-01T10:00:00.000Z', 1_725_184_800_000_000n],
    ['2024-09-01 12:00:00+02', 1_725_184_800_000_000n],
    ['2024-09-01 10:00:00 UTC', 1_725_184_800_000_000n],
    ['2024-09-01', 1_725_148_800_000_000n],
    ['1969-12-31T23:59:59.999999Z', -1n],
  ])('reads the timestamp %s', (text, microseconds) => {
    expect(microsecondsOfTimestamp(text)).toBe(microseconds);
  });

  it.each(['', 'now', '2024-13-01', '2024-09-01 25:00:00', '2024-09-01T10:00:00+xx'])(
    'refuses the timestamp %j',
    (text) => {
      expect(microsecondsOfTimestamp(text)).toBeUndefined();
    },
  );

  it('writes floats as BigQuery does', () => {
    expect([1, 1.5, -0, 1e21, 1e-7].map(formatFloat)).toEqual(['1.0', '1.5', '-0.0', '1E21', '1E-7']);
  });
});
