import { parse } from 'csv-parse/sync';
import { csvText } from '../../../shared/http/csv';

describe('CSV', () => {
  it('is read back as it was written', () => {
    const lines = [
      ['name', 'said', 'count'],
      ['a,b', 'line 1\r\nline "2"', 3],
      ['', null, true],
    ];
    expect(parse(csvText(lines))).toEqual([
      ['name', 'said', 'count'],
      ['a,b', 'line 1\r\nline "2"', '3'],
      ['', '', 'true'],
    ]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'no text is a formula to a spreadsheet: %j',
    (text) => {
      expect(parse(csvText([[text]]))).toEqual([[`'${text}`]]);
      // A number may be below 0.
      expect(csvText([[-1]])).toBe('-1\r\n');
    },
  );
});
