import fc from 'fast-check';
import type { Field } from '../../model';
import { scalarOfText } from '../../store/values/scalars';
import { toDecimal } from '../../store/values/scaled-decimals';

type Scalar = Exclude<Field['type'], 'RECORD'>;

function cellOf(type: Scalar, text: string, more: Partial<Field> = {}): string | undefined {
  const converted = scalarOfText(text, { name: 'x', type, mode: 'NULLABLE', ...more });
  return 'cell' in converted ? converted.cell : undefined;
}

describe('the cell of a text', () => {
  it.each<[Scalar, string, string | undefined]>([
    ['INTEGER', '007', '7'],
    ['INTEGER', '-9223372036854775808', '-9223372036854775808'],
    ['INTEGER', '9223372036854775808', undefined],
    ['INTEGER', '1.5', undefined],
    ['INTEGER', '', undefined],
    ['FLOAT', '1', '1.0'],
    ['FLOAT', '-1.5e3', '-1500.0'],
    ['FLOAT', 'nan', 'NaN'],
    ['FLOAT', '-inf', '-Infinity'],
    ['FLOAT', '1e999', undefined],
    ['FLOAT', '0x10', undefined],
    ['BOOLEAN', 'TRUE', 'true'],
    ['BOOLEAN', 'n', 'false'],
    ['BOOLEAN', '2', undefined],
    ['NUMERIC', '0.0000000005', '0.000000001'],
    ['NUMERIC', '-0.0000000005', '-0.000000001'],
    ['NUMERIC', '-0.0000000004', '0'],
    ['NUMERIC', '99999999999999999999999999999.999999999', '99999999999999999999999999999.999999999'],
    ['NUMERIC', '99999999999999999999999999999.9999999995', undefined],
    ['NUMERIC', '1.2.3', undefined],
    ['NUMERIC', '.', undefined],
    ['BIGNUMERIC', '1e-38', '0.00000000000000000000000000000000000001'],
    ['BIGNUMERIC', '1e39', undefined],
    ['GEOGRAPHY', 'point(1 2.50)', 'POINT(1 2.5)'],
    ['GEOGRAPHY', 'MULTIPOINT EMPTY', 'MULTIPOINT EMPTY'],
    ['GEOGRAPHY', '{"type":"Point","coordinates":[1,2]}', '{"type":"Point","coordinates":[1,2]}'],
    ['GEOGRAPHY', '1 2', undefined],
    ['BYTES', 'AP8=', 'AP8='],
    ['BYTES', 'a', undefined],
    ['DATE', '2024-2-9', '2024-02-09'],
    ['DATE', '2023-02-29', undefined],
    ['DATE', '2000-02-29', '2000-02-29'],
    ['DATE', '1900-02-29', undefined],
    ['DATE', '2024-01-01 00:00:00', undefined],
    ['TIME', '1:2:3.5', '01:02:03.500000'],
    ['TIME', '24:00:00', undefined],
    ['DATETIME', '2024-09-01 10:11:12', '2024-09-01T10:11:12'],
    ['DATETIME', '2024-09-01T10:11:12Z', undefined],
    ['TIMESTAMP', '2024-09-18 22:00:00', '1726696800000000'],
    ['TIMESTAMP', '2024-09-18 22:00:00 UTC', '1726696800000000'],
    ['TIMESTAMP', '2024-09-19T00:00:00.000001+02:00', '1726696800000001'],
    ['TIMESTAMP', '2024/09/18', '1726617600000000'],
    ['TIMESTAMP', '1969-12-31 23:59:59.5', '-500000'],
    ['TIMESTAMP', '0001-01-01', '-62135596800000000'],
    ['TIMESTAMP', '1.5', '1500000'],
    ['TIMESTAMP', '2024-13-01', undefined],
    ['TIMESTAMP', '2024-01-01 00:00:00 Nowhere/City', undefined],
    ['JSON', ' {"a": 1} ', '{"a":1}'],
    ['JSON', '{a}', undefined],
  ])('%s %p is %p', (type, text, cell) => {
    expect(cellOf(type, text)).toBe(cell);
  });

  it('keeps to the column’s own precision, scale and length', () => {
    expect(cellOf('NUMERIC', '123.456', { precision: '5', scale: '2' })).toBe('123.46');
    expect(cellOf('NUMERIC', '1234.5', { precision: '5', scale: '2' })).toBeUndefined();
    expect(cellOf('NUMERIC', '-99.5', { precision: '3' })).toBe('-100');
    expect(cellOf('NUMERIC', '-999.5', { precision: '3' })).toBeUndefined();
    expect(cellOf('STRING', 'häß', { maxLength: '3' })).toBe('häß');
    expect(cellOf('STRING', 'four', { maxLength: '3' })).toBeUndefined();
  });
});

describe('decimals', () => {
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.integer({ min: 0, max: 38 }))
    .map(([digits, scale]) => ({ digits, scale }));

  it('hold every digit, however they are written', () => {
    fc.assert(
      fc.property(decimals, ({ digits, scale }) => {
        const cell = toDecimal(`${digits}e-${scale}`, 'BIGNUMERIC');
        expect(cell).toBeDefined();
        expect(cell).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        const [whole = '', fraction = ''] = (cell ?? '').split('.');
        expect(BigInt(whole.replace('-', '') + fraction.padEnd(scale, '0'))).toBe(
          digits < 0n ? -digits : digits,
        );
        expect(toDecimal(cell ?? '', 'BIGNUMERIC')).toBe(cell);
      }),
    );
  });
});
