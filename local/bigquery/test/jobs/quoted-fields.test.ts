import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { quotedFields } from '../../jobs/load/read-csv';

const texts = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' '), maxLength: 6 });
const plainTexts = fc.string({ unit: fc.constantFrom('a', 'ü', ' '), maxLength: 6 });
const fields = fc.oneof(
  texts.map((text) => ({ isQuoted: true, notation: `"${text.replaceAll('"', '""')}"`, text })),
  plainTexts.map((text) => ({ isQuoted: false, notation: text, text })),
);

describe('quotedFields', () => {
  it('says of every record that the parser reads which fields are in quotes', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 2, maxLength: 6 }), (record) => {
        const raw = `${record.map(({ notation }) => notation).join()}\r\n`;
        expect(parse(raw)).toEqual([record.map(({ text }) => text)]);
        expect(quotedFields(raw, ',', '"')).toEqual(record.map(({ isQuoted }) => isQuoted));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['after empty lines', '\r\n\n"a",b\n', [true, false]],
    ['of a single field', '"a"', [true]],
    ['that is empty', '"",,""', [true, false, true]],
    ['at the end of the file', 'a,"b""c"', [false, true]],
  ])('a field %s', (_, raw, expected) => {
    expect(quotedFields(raw, ',', '"')).toEqual(expected);
  });
});
