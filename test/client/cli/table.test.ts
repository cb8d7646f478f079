import { textTable } from '../../../client/cli';

describe('a table of text', () => {
  it('has columns as wide as what is in them, numbers to the right', () => {
    expect(
      textTable(
        ['name', 'n'],
        [
          ['a\nb', '1.5'],
          ['long one', '-10'],
        ],
      ),
    ).toBe(['name      n', '--------  ---', 'a b       1.5', 'long one  -10'].join('\n'));
    expect(textTable(['n'], [])).toBe('n\n-');
  });

  it('cuts what is too long, and counts columns that do not fit', () => {
    const [, , row = ''] = textTable(['x'], [['y'.repeat(100)]]).split('\n');
    expect(row).toBe(`${'y'.repeat(31)}…`);
    const names = Array.from({ length: 9 }, (_, index) => `column_${index}`.padEnd(32, 'x'));
    const lines = textTable(names, []).split('\n');
    expect(lines.at(-1)).toContain('and 5 more columns: column_4');
    expect(lines[0]?.length).toBeLessThanOrEqual(160);
  });
});
