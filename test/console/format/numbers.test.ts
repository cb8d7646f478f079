import { bytes, count, duration, limit, money, percent } from '../../../console/format/numbers';

describe('Figures, as people read them', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.6, '1,000 ms'],
    [1_000, '1 s'],
    [12_340, '12.3 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min'],
    [245_000, '4 min 5 s'],
    [3_600_000, '1 h'],
    [7_620_000, '2 h 7 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms: %s', (ms, told) => expect(duration(ms)).toBe(told));

  it.each([
    [0, '0 B'],
    [1_023, '1,023 B'],
    [1_024, '1 KiB'],
    [1_572_864, '1.5 MiB'],
    [10_485_760, '10 MiB'],
    [2 ** 60, '1,024 PiB'],
  ])('%d bytes: %s', (value, told) => expect(bytes(value)).toBe(told));

  it('numbers have their thousands apart, shares two digits at most, money its currency', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect([percent(0), percent(0.0533), percent(0.5), percent(1.02)]).toEqual([
      '0 %',
      '5.3 %',
      '50 %',
      '102 %',
    ]);
    expect([money(0, 'USD'), money(12.5, 'EUR'), money(0.00066, 'USD')]).toEqual([
      '$0.00',
      '€12.50',
      '$0.00066',
    ]);
    expect([limit(null), limit(2_000), limit(1_024, bytes)]).toEqual(['unlimited', '2,000', '1 KiB']);
  });
});
