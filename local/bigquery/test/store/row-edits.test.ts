import fc from 'fast-check';
import type { Row } from '../../model';
import { editedRows, rowEdits } from '../../store/row-edits';

const rows = (count: number): Row[] => Array.from({ length: count }, (_, n) => [String(n)]);

/** What statements do to rows: most stay as they are, in their order; some change, go, or are new. */
const changed = fc
  .array(fc.constantFrom('stays', 'stays', 'stays', 'stays', 'changes', 'goes', 'new'), { maxLength: 60 })
  .map((fates) => {
    const before = rows(fates.length);
    const after = before.flatMap((row, place): Row[] => {
      if (fates[place] === 'goes') return [];
      if (fates[place] === 'changes') return [[`changed ${row[0]}`]];
      return fates[place] === 'new' ? [row, ['new']] : [row];
    });
    return { before, after };
  });

describe('edits of rows', () => {
  it('give the rows again, whatever was done to them', () => {
    fc.assert(
      fc.property(changed, fc.array(fc.nat()), ({ before, after }, order) => {
        const shuffled = order.map((place) => after[place % after.length] ?? ['none']);
        for (const wanted of [after, shuffled]) {
          const found = rowEdits(before, wanted);
          if (found !== undefined) expect(editedRows(before, found.edits, found.added)).toEqual(wanted);
        }
      }),
    );
  });

  it.each([
    ['a change in the middle', (row: Row, n: number) => (n === 50 ? [['x']] : [row]), 1],
    ['a change at the end', (row: Row, n: number) => (n === 99 ? [['x']] : [row]), 1],
    ['a row that is gone', (row: Row, n: number) => (n === 50 ? [] : [row]), 0],
    ['a row that is new', (row: Row, n: number) => (n === 50 ? [row, ['x']] : [row]), 1],
  ])('are few for %s', (_, fate, added) => {
    const before = rows(100);
    const found = rowEdits(before, before.flatMap(fate));
    expect(found?.added).toHaveLength(added);
    expect(found?.edits.length).toBeLessThanOrEqual(2);
  });

  it('are none where most rows are new, and refuse rows that they were not made for', () => {
    expect(rowEdits(rows(10), rows(10))).toBeUndefined();
    expect(rowEdits(rows(10), [])).toBeUndefined();
    expect(() => editedRows(rows(2), [[0, 3, 0]], [])).toThrow(/rows that are not there/);
    expect(() => editedRows(rows(2), [[0, 2, 0]], [['x']])).toThrow(/where all new rows go/);
  });
});
