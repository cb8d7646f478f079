import { rowsOfPages } from '../../../console/data/page-rows';

describe('The rows of a list that came page by page', () => {
  const row = (name: string, runs = 0) => ({ name, runs });
  const before = ['a', 'b', 'c', 'd'].map((name) => row(name));
  const shown = (first: readonly { name: string; runs: number }[]) =>
    rowsOfPages(first, before, ({ name }) => name);

  it('are as the first page has them now', () => {
    expect(shown([row('a', 1), row('b')])).toEqual([row('a', 1), row('b'), row('c'), row('d')]);
  });

  it('keep what a new one has pushed off the first page', () => {
    expect(shown([row('new'), row('a')])).toEqual([row('new'), ...before]);
  });
});
