import type { ListPage } from '../../../console/data/live-list';
import { newestAnew, pagesAnew } from '../../../console/data/pages-anew';

/** A list of letters, two to a page; what is asked for is written down. */
function server(letters: string) {
  const asked: (string | undefined)[] = [];
  const askPage = async (cursor: string | undefined): Promise<ListPage<string>> => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const rows = [...letters.slice(from, from + 2)];
    return { rows, next: from + 2 < letters.length ? String(from + 2) : null };
  };
  return { askPage, asked };
}

const shown = (letters: string, next: string | null) => ({
  rows: [...letters],
  next,
  pages: Math.ceil(letters.length / 2),
});
const keyOf = (letter: string) => letter;

describe('Pages that are shown, asked for anew', () => {
  it('have what has changed on any of them, and not what is gone', async () => {
    const { askPage, asked } = server('abdefg');
    expect(await pagesAnew(askPage, shown('abcd', '4'), keyOf)).toEqual(shown('abde', '4'));
    expect(asked).toEqual([undefined, '2']);
  });

  it('are fewer where the list has become shorter', async () => {
    const { askPage, asked } = server('a');
    expect(await pagesAnew(askPage, shown('abcd', '4'), keyOf)).toEqual(shown('a', null));
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['and what has left the list above it is gone', 'bcdefghijkl', 'bcdefghij', '10', 5],
    ['and what stands in place of another', 'xbcdefghijkl', 'xbcdefghij', '10', 5],
    ['and what has slipped off their end', 'xyabcdefghijkl', 'xyabcdefghij', '10', 5],
    ['and what others have moved down to', 'bcdefghaijkl', 'bcdefghaij', '10', 5],
    ['but not where it is not reached any more', 'qrstuvwxabcdefghij', 'qrstuvwx', '8', 4],
  ])('are four at most: what is below them stays, %s', async (_, letters, rows, next, pages) => {
    const { askPage, asked } = server(letters);
    const anew = await pagesAnew(askPage, shown('abcdefghij', '10'), keyOf);
    expect(asked).toHaveLength(4);
    expect([anew.rows.join(''), anew.next, anew.pages]).toEqual([rows, next, pages]);
  });
});

describe('The newest of a list in order, asked for anew', () => {
  // The list goes from z down.
  const order = { keyOf, placeOf: keyOf, mayChange: () => false };

  it('are one page where that reaches what is shown', async () => {
    const { askPage, asked } = server('zyxwv');
    const { rows } = await newestAnew(askPage, shown('yxwv', null), order);
    expect([rows.join(''), asked.length]).toEqual(['zyxwv', 1]);
  });

  it('are as many as it takes to reach it, so that there is no hole', async () => {
    const { askPage, asked } = server('zyxwvutsrq');
    const { rows } = await newestAnew(askPage, shown('vuts', '9'), order);
    expect([rows.join(''), asked.length]).toEqual(['zyxwvuts', 3]);
  });

  it('reach down to what may have changed', async () => {
    const { askPage, asked } = server('zyxwut');
    const { rows } = await newestAnew(askPage, shown('zyxwvu', null), {
      ...order,
      mayChange: (letter) => letter === 'v',
    });
    expect([rows.join(''), asked.length]).toEqual(['zyxwut', 3]);
  });

  it('are what was shown itself where nothing is new', async () => {
    const before = shown('zyx', null);
    expect(await newestAnew(server('zyx').askPage, before, order)).toBe(before);
  });
});
