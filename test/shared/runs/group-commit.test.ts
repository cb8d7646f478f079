import { setImmediate as turn } from 'node:timers/promises';
import { createGroupCommit } from '../../../shared/runs/group-commit';
import { activeTimers, again, byHand, done, Retryable, settings } from './group-commit-by-hand';

describe('Group commit', () => {
  it('commits a single item at once', async () => {
    const { submit, commits } = byHand();
    const result = submit('acme', 'a');
    expect(commits).toMatchObject([{ key: 'acme', items: ['a'] }]);
    commits[0]?.succeed();
    expect(await result).toBe('a is done');
  });

  it('keeps items that come during a commit for the next one, together and in order', async () => {
    const { submit, commit, commits } = byHand();
    const results = ['a', 'b', 'c', 'd'].map((item) => submit('acme', item));
    await turn();
    expect(commits).toHaveLength(1);
    (await commit(0)).succeed();
    expect((await commit(1)).items).toEqual(['b', 'c', 'd']);
    results.push(submit('acme', 'e'));
    (await commit(1)).succeed();
    expect((await commit(2)).items).toEqual(['e']);
    (await commit(2)).succeed();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e'].map((item) => `${item} is done`));
    expect(commits).toHaveLength(3);
  });

  it('gives each item its own result', async () => {
    const { submit, commit } = byHand();
    const results = [submit('acme', 'a'), submit('acme', 'b'), submit('acme', 'c')];
    (await commit(0)).succeed();
    (await commit(1)).succeed([
      { kind: 'done', result: 'B' },
      { kind: 'done', result: 'C' },
    ]);
    expect(await Promise.all(results)).toEqual(['a is done', 'B', 'C']);
  });

  it('keeps keys apart: one that hangs does not hold up another', async () => {
    const { submit, commit, commits } = byHand();
    const hanging = submit('slow', 'a');
    const quick = submit('quick', 'b');
    expect(commits.map(({ key }) => key)).toEqual(['slow', 'quick']);
    (await commit(1)).succeed();
    expect(await quick).toBe('b is done');
    (await commit(0)).succeed();
    await hanging;
  });

  it.each([
    ['items', { maximumItems: 2 }, ['b', 'c', 'd', 'e', 'f'], [['b', 'c'], ['d', 'e'], ['f']]],
    [
      'bytes',
      { maximumBytes: 5 },
      ['bbb', 'cc', 'd', 'ee'],
      [
        ['bbb', 'cc'],
        ['d', 'ee'],
      ],
    ],
    [
      'bytes, an item past them alone',
      { maximumBytes: 2 },
      ['bbbb', 'c', 'd', 'eee'],
      [['bbbb'], ['c', 'd'], ['eee']],
    ],
    ['items of one', { maximumItems: 1 }, ['b', 'c'], [['b'], ['c']]],
  ])('takes no more than fits into one commit: %s', async (_what, limits, items, expected) => {
    const { submit, commit, commits } = byHand(limits);
    const results = ['a', ...items].map((item) => submit('acme', item));
    for (let index = 0; index <= expected.length; index++) (await commit(index)).succeed();
    await Promise.all(results);
    expect(commits.slice(1).map((made) => made.items)).toEqual(expected);
  });

  it('commits the same items again after a retryable error, with those that came since behind them', async () => {
    const { submit, commit, commits } = byHand();
    const results = [submit('acme', 'a')];
    (await commit(0)).fail(new Retryable());
    results.push(submit('acme', 'b'), submit('acme', 'c'));
    expect((await commit(1)).items).toEqual(['a', 'b', 'c']);
    (await commit(1)).fail(new Retryable());
    expect((await commit(2)).items).toEqual(['a', 'b', 'c']);
    (await commit(2)).succeed();
    await Promise.all(results);
    expect(commits).toHaveLength(3);
  });

  it('throws any other error to every item of the commit, and to no other', async () => {
    const { submit, commit } = byHand();
    const first = submit('acme', 'a');
    const [second, third] = [submit('acme', 'b'), submit('acme', 'c')];
    const outcomes = Promise.allSettled([second, third]);
    (await commit(0)).succeed();
    const last = commit(1).then(({ fail }) => {
      const result = submit('acme', 'd');
      fail(new Error('no such column'));
      return result;
    });
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'no such column' } },
      { status: 'rejected', reason: { message: 'no such column' } },
    ]);
    expect((await commit(2)).items).toEqual(['d']);
    (await commit(2)).succeed();
    expect(await Promise.all([first, last])).toEqual(['a is done', 'd is done']);
  });

  it('treats a commit that throws at once like one that rejects', async () => {
    const submit = createGroupCommit<string, string>({
      ...settings,
      commit: () => {
        throw new Error('at once');
      },
    });
    await expect(submit('acme', 'a')).rejects.toThrow('at once');
    await expect(submit('acme', 'a')).rejects.toThrow('at once');
  });

  it('commits again, ahead of the others, only the items that the commit asks for again', async () => {
    const { submit, commit } = byHand();
    const results = ['a', 'b', 'c', 'd'].map((item) => submit('acme', item));
    (await commit(0)).succeed();
    (await commit(1)).succeed([again, done('c'), again]);
    results.push(submit('acme', 'e'));
    expect((await commit(2)).items).toEqual(['b', 'd', 'e']);
    (await commit(2)).succeed();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e'].map((item) => `${item} is done`));
  });

  it('commits an item again if the commit gives no outcome for it', async () => {
    const { submit, commit } = byHand();
    const results = ['a', 'b', 'c'].map((item) => submit('acme', item));
    (await commit(0)).succeed();
    (await commit(1)).succeed([done('b')]);
    expect((await commit(2)).items).toEqual(['c']);
    (await commit(2)).succeed();
    await Promise.all(results);
  });

  it('keeps nothing of a key once everything is done', async () => {
    const { submit, commit, commits } = byHand();
    const timersBefore = activeTimers();
    for (let round = 0; round < 3; round++) {
      const result = submit('acme', `item ${round}`);
      // At once: the round before left nothing behind that would have to go first.
      expect(commits).toHaveLength(round + 1);
      (await commit(round)).succeed();
      await result;
      await turn();
    }
    expect(activeTimers()).toBe(timersBefore);
  });
});
