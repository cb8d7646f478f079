import {
  indexNear,
  mostNewRows,
  type RowRange,
  rowsAndGaps,
  rowsInView,
  rowsNext,
  topRow,
} from '../../../../console/ui/lists/rows-in-view';

const list = { height: 720, rowHeight: 36, rowCount: 10_000 };

describe('Which rows of a long list are in the page', () => {
  it.each([0, 1, 35, 36, 1_000, 123_456, 359_280, 400_000])(
    'holds all that are in view at %d px',
    (scrollTop) => {
      const { first, end } = rowsInView({ ...list, scrollTop });
      const top = Math.min(9_999, Math.floor(scrollTop / 36));
      expect(first).toBeLessThanOrEqual(top);
      expect(end).toBeGreaterThanOrEqual(Math.min(10_000, Math.ceil((scrollTop + 720) / 36)));
      expect(end - first).toBeLessThan(80);
    },
  );

  it('stays the same for small steps', () => {
    const at = (scrollTop: number) => rowsInView({ ...list, scrollTop });
    expect(
      new Set(Array.from({ length: 100 }, (_, step) => JSON.stringify(at(7_200 + step)))).size,
    ).toBeLessThan(4);
  });

  it('is nothing of an empty list', () => {
    expect(rowsInView({ ...list, rowCount: 0, scrollTop: 500 })).toEqual({ first: 0, end: 0 });
  });
});

describe('What comes into the page next', () => {
  /** All ranges from one until nothing is missing. */
  const steps = (shown: RowRange, scrollTop: number): readonly RowRange[] => {
    const wanted = rowsInView({ ...list, scrollTop });
    const next = rowsNext(shown, wanted, topRow({ ...list, scrollTop }));
    return JSON.stringify(next) === JSON.stringify(shown) ? [] : [next, ...steps(next, scrollTop)];
  };

  it.each([
    ['far down', { first: 0, end: 36 }, 123_456],
    ['far up', { first: 9_000, end: 9_036 }, 123_456],
    ['to the end', { first: 0, end: 36 }, 359_280],
    ['a page down', { first: 3_414, end: 3_462 }, 124_000],
    ['a page up', { first: 3_450, end: 3_490 }, 123_456],
    ['at the beginning', { first: 0, end: mostNewRows }, 0],
  ])('is all of it after some steps, each with few new rows, what is in view first: %s', (_, from, at) => {
    const wanted = rowsInView({ ...list, scrollTop: at });
    const all = steps(from, at);
    expect(all.at(-1)).toEqual(wanted);
    expect(all.length).toBeLessThanOrEqual(5);
    let before: RowRange = from;
    for (const range of all) {
      const isNew = (row: number) => row < before.first || row >= before.end;
      const rows = Array.from({ length: range.end - range.first }, (_, index) => range.first + index);
      expect(rows.filter(isNew).length).toBeLessThanOrEqual(mostNewRows);
      before = range;
    }
    const [first] = all;
    const inView = [Math.floor(at / 36), Math.ceil((at + 720) / 36)] as const;
    if (first !== undefined) expect(first.first < inView[1] && first.end > inView[0]).toBe(true);
  });
});

describe('Rows and gaps', () => {
  const told = (first: number, end: number, count: number, kept?: number) =>
    rowsAndGaps({ first, end }, count, kept)
      .map((part) => (part.kind === 'row' ? part.index : `gap of ${part.rows}`))
      .join(' ');

  it('are all rows in order', () => {
    expect(told(2, 4, 10)).toBe('gap of 2 2 3 gap of 6');
    expect(told(0, 3, 3)).toBe('0 1 2');
  });

  it('keep a row that has the focus, wherever it is', () => {
    expect(told(4, 6, 10, 1)).toBe('gap of 1 1 gap of 2 4 5 gap of 4');
    expect(told(4, 6, 10, 8)).toBe('gap of 4 4 5 gap of 2 8 gap of 1');
    expect(told(4, 6, 10, 5)).toBe('gap of 4 4 5 gap of 4');
    expect(told(4, 6, 10, -1)).toBe('gap of 4 4 5 gap of 4');
  });
});

it.each([
  ['b', 1, 1],
  ['a', 3, 0],
  ['d', 0, 3],
  ['c', 9, 2],
  ['gone', 2, -1],
])('the row %s that was at %d is found at %d', (name, before, expected) => {
  expect(indexNear(['a', 'b', 'c', 'd'], before, (row) => row === name)).toBe(expected);
});
