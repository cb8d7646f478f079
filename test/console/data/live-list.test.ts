import {
  isLiveBelow,
  type ListPage,
  pauseOf,
  reaches,
  withKept,
  withNewTop,
  withPageBelow,
} from '../../../console/data/live-list';

interface Item {
  readonly place: string;
  readonly isLive: boolean;
}

const placeOf = (item: Item) => item.place;
const list = (places: string, next: string | null): ListPage<Item> => ({
  rows: [...places].map((place) => ({ place, isLive: place === place.toUpperCase() })),
  next,
});
const told = ({ rows, next }: ListPage<Item>) => `${rows.map(placeOf).join('')} ${next}`;

describe('A list that comes page by page and is asked for anew', () => {
  it('has a page below it, without what came twice', () => {
    expect(told(withPageBelow(list('zyx', 'x'), list('xwv', 'v'), placeOf))).toBe('zyxwv v');
    expect(told(withPageBelow(list('', null), list('ba', null), placeOf))).toBe('ba null');
  });

  it.each([
    ['what is new comes above', list('yx', 'x'), list('zy', 'y'), 'zyx x'],
    ['what has left the newest part is gone', list('yxwv', 'v'), list('yw', 'w'), 'ywv v'],
    ['a list that fits its newest part is that', list('yxw', 'w'), list('zx', null), 'zx null'],
    ['of a list that is all new nothing is left', list('cb', 'b'), list('zy', 'y'), 'zy y'],
    ['an empty answer empties the list', list('cb', 'b'), list('', null), ' null'],
    [
      'nothing is left out where the newest part ends with the first of the list',
      list('yx', 'x'),
      list('zy', 'y'),
      'zyx x',
    ],
    ['the end of a shorter list is that of the newest part', list('z', null), list('zy', 'y'), 'zy y'],
  ])('%s', (_, before, top, expected) => {
    expect(told(withNewTop(before, top, placeOf))).toBe(expected);
  });

  it('keeps the very rows that are as before, and is itself where all are', () => {
    const before = list('zyx', 'x');
    expect(withKept(before, list('zyx', 'x'), placeOf)).toBe(before);
    expect(withKept(before, list('zyx', null), placeOf)).toEqual(list('zyx', null));
    const after = withKept(before, list('zYx', 'x'), (item) => item.place.toLowerCase());
    expect(after.rows.map((item, at) => item === before.rows[at])).toEqual([true, false, true]);
    expect(after.rows[1]).toEqual({ place: 'Y', isLive: true });
  });

  it('is asked for further down where something below may still change', () => {
    const isLive = (item: Item) => item.isLive;
    expect(isLiveBelow(list('zyXw', 'w'), list('zy', 'y'), placeOf, isLive)).toBe(true);
    expect(isLiveBelow(list('zYxw', 'w'), list('zY', 'Y'), placeOf, isLive)).toBe(false);
  });

  it('is asked for further down until the newest part and the list meet', () => {
    expect(reaches(list('yx', 'x'), list('zy', 'y'), placeOf)).toBe(true);
    expect(reaches(list('yx', 'x'), list('zx', 'x'), placeOf)).toBe(true);
    expect(reaches(list('cb', 'b'), list('zy', 'y'), placeOf)).toBe(false);
    expect(reaches(list('', null), list('zy', 'y'), placeOf)).toBe(true);
  });
});

describe('A list that does not change', () => {
  const looking = { isLive: false, liveMs: 4_000, stillMs: 10_000, unchanged: 0 };

  it.each([
    ['still', {}, [10_000, 20_000, 40_000, 60_000, 60_000]],
    ['live', { isLive: true }, [4_000, 8_000, 10_000, 10_000, 10_000]],
    ['slow anyhow', { stillMs: 90_000 }, [90_000, 90_000, 90_000, 90_000, 90_000]],
  ])('is asked for less often: %s', (_, given, expected) => {
    expect([0, 1, 2, 3, 4].map((unchanged) => pauseOf({ ...looking, ...given, unchanged }))).toEqual(
      expected,
    );
  });
});
