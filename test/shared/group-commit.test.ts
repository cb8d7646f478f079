import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import {
  type CommitOutcome,
  createGroupCommit,
  type GroupCommitOptions,
  TimeIsUp,
} from '../../shared/group-commit';

type Outcomes = readonly CommitOutcome<string>[];
type Options = GroupCommitOptions<string, string>;

class Retryable extends Error {}

const again: CommitOutcome<string> = { kind: 'again' };
const done = (item: string): CommitOutcome<string> => ({ kind: 'done', result: `${item} is done` });

const settings = {
  isRetryable: (error: unknown) => error instanceof Retryable,
  budgetMs: 30_000,
  initialBackoffMs: 0,
  maximumBackoffMs: 0,
  maximumItems: 1_000,
  maximumBytes: 1_000_000,
  bytesOf: (item: string) => item.length,
};

interface Commit {
  readonly key: string;
  readonly items: readonly string[];
  /** Everything done, unless outcomes are given. */
  readonly succeed: (outcomes?: Outcomes) => void;
  readonly fail: (error: unknown) => void;
}

/** A group commit whose commits end when, and as, the test says. */
function byHand(change: Partial<Options> = {}) {
  const commits: Commit[] = [];
  let changed = () => {};
  const submit = createGroupCommit<string, string>({
    ...settings,
    ...change,
    commit: (key, items) =>
      new Promise((resolve, reject) => {
        const succeed = (outcomes: Outcomes = items.map(done)) => resolve(outcomes);
        commits.push({ key, items: [...items], succeed, fail: reject });
        changed();
      }),
  });
  /** The nth commit, once it has begun. */
  const commit = async (index: number): Promise<Commit> => {
    for (;;) {
      const begun = commits[index];
      if (begun !== undefined) return begun;
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  };
  return { submit, commit, commits };
}

const activeTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('Group commit', () => {
  it('commits an item that comes alone at once', async () => {
    const { submit, commits } = byHand();
    const result = submit('acme', 'a');
    expect(commits).toMatchObject([{ key: 'acme', items: ['a'] }]);
    commits[0]?.succeed();
    expect(await result).toBe('a is done');
  });

  it('lets what comes during a commit wait, and go together in the next, in order', async () => {
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

  it('gives any other error to everyone in the commit, and to nobody else', async () => {
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

  it('takes a commit that throws before it begins as it takes one that rejects', async () => {
    const submit = createGroupCommit<string, string>({
      ...settings,
      commit: () => {
        throw new Error('at once');
      },
    });
    await expect(submit('acme', 'a')).rejects.toThrow('at once');
    await expect(submit('acme', 'a')).rejects.toThrow('at once');
  });

  it('commits items again that the commit wants again, ahead of the others, and only those', async () => {
    const { submit, commit } = byHand();
    const results = ['a', 'b', 'c', 'd'].map((item) => submit('acme', item));
    (await commit(0)).succeed();
    (await commit(1)).succeed([again, done('c'), again]);
    results.push(submit('acme', 'e'));
    expect((await commit(2)).items).toEqual(['b', 'd', 'e']);
    (await commit(2)).succeed();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e'].map((item) => `${item} is done`));
  });

  it('commits an item again that a commit says nothing of', async () => {
    const { submit, commit } = byHand();
    const results = ['a', 'b', 'c'].map((item) => submit('acme', item));
    (await commit(0)).succeed();
    (await commit(1)).succeed([done('b')]);
    expect((await commit(2)).items).toEqual(['c']);
    (await commit(2)).succeed();
    await Promise.all(results);
  });

  it('begins anew once everything is done: nothing is left of a key', async () => {
    const { submit, commit, commits } = byHand();
    const timersBefore = activeTimers();
    for (let round = 0; round < 3; round++) {
      const result = submit('acme', `item ${round}`);
      // At once: the round before has left nobody behind who would have to come back first.
      expect(commits).toHaveLength(round + 1);
      (await commit(round)).succeed();
      await result;
      await turn();
    }
    expect(activeTimers()).toBe(timersBefore);
  });
});

describe('The time of an item in a group commit', () => {
  const soon = { budgetMs: 20 };

  it('is up while its commit hangs: it was tried', async () => {
    const { submit, commit, commits } = byHand(soon);
    await expect(submit('acme', 'a')).rejects.toMatchObject({ wasTried: true, cause: undefined });
    // What was decided too late is nobody's, and is not committed again.
    const next = submit('acme', 'b');
    (await commit(0)).fail(new Retryable());
    expect((await commit(1)).items).toEqual(['b']);
    (await commit(1)).succeed();
    expect(await next).toBe('b is done');
    expect(commits).toHaveLength(2);
  });

  it('says when the commit that the item is in has ended, however it ends', async () => {
    const { submit, commit } = byHand(soon);
    const outcomes = await Promise.allSettled([submit('acme', 'a'), submit('acme', 'b')]);
    expect(outcomes).toMatchObject([
      { reason: { underWay: expect.any(Promise) } },
      { reason: { underWay: undefined } },
    ]);
    const [inCommit] = outcomes;
    const underWay = inCommit?.status === 'rejected' ? inCommit.reason.underWay : undefined;
    let hasEnded = false;
    const ended = underWay.then(() => {
      hasEnded = true;
    });
    await turn();
    expect(hasEnded).toBe(false);
    (await commit(0)).fail(new Error('in vain'));
    await ended;
  });

  it('is up while it waits behind one that hangs: it was not tried, and never is', async () => {
    const { submit, commit, commits } = byHand(soon);
    const outcomes = await Promise.allSettled([submit('acme', 'a'), submit('acme', 'b')]);
    expect(outcomes).toMatchObject([
      { reason: { wasTried: true } },
      { reason: { wasTried: false, message: 'The time for a commit is up' } },
    ]);
    (await commit(0)).succeed();
    await turn();
    const next = submit('acme', 'c');
    expect((await commit(1)).items).toEqual(['c']);
    (await commit(1)).succeed();
    await next;
    expect(commits).toHaveLength(2);
  });

  it('is up in the end where every commit fails, with the last error as its cause', async () => {
    let commits = 0;
    const submit = createGroupCommit<string, string>({
      ...settings,
      ...soon,
      commit: async () => {
        commits += 1;
        throw new Retryable(`failure ${commits}`);
      },
    });
    const error: unknown = await submit('acme', 'a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TimeIsUp);
    expect(error).toMatchObject({ wasTried: true, cause: expect.any(Retryable) });
    expect(commits).toBeGreaterThan(1);
    const commitsThen = commits;
    await turn();
    await expect(submit('acme', 'b')).rejects.toBeInstanceOf(TimeIsUp);
    expect(commits).toBeGreaterThan(commitsThen);
  });

  it('is each item’s own: those that came later are still committed', async () => {
    const { submit, commit } = byHand(soon);
    const early = submit('acme', 'a');
    await expect(early).rejects.toBeInstanceOf(TimeIsUp);
    const late = submit('acme', 'b');
    (await commit(0)).succeed();
    (await commit(1)).succeed();
    expect(await late).toBe('b is done');
  });

  it('leaves no timer behind, whether it was up or not', async () => {
    const timersBefore = activeTimers();
    const { submit, commit } = byHand(soon);
    await submit('acme', 'a').catch(() => undefined);
    (await commit(0)).succeed();
    await turn();
    expect(activeTimers()).toBe(timersBefore);
  });
});

describe('Group commit, whatever comes when', () => {
  const keys = ['one', 'two', 'three'];
  const ending = fc.oneof(
    { weight: 5, arbitrary: fc.constant('done' as const) },
    { weight: 2, arbitrary: fc.constant('retryable' as const) },
    { weight: 1, arbitrary: fc.constant('fatal' as const) },
    { weight: 3, arbitrary: fc.record({ again: fc.infiniteStream(fc.boolean()) }) },
  );
  const arrivals = fc.array(
    fc.record({ key: fc.constantFrom(...keys), turnsBefore: fc.integer({ min: 0, max: 3 }) }),
    { minLength: 1, maxLength: 60 },
  );

  it('commits each item exactly once, in order, one commit per key at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.array(fc.record({ ending, turns: fc.integer({ min: 0, max: 4 }) }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (given, script, maximumItems) => {
          const underWay = new Set<string>();
          const committed: string[] = [];
          const failed: string[] = [];
          const firstTried = new Map<string, string[]>(keys.map((key) => [key, []]));
          let calls = 0;
          const submit = createGroupCommit<string, string>({
            ...settings,
            maximumItems,
            commit: async (key, items) => {
              expect(underWay).not.toContain(key);
              expect(items.length).toBeLessThanOrEqual(maximumItems);
              underWay.add(key);
              const tried = firstTried.get(key) ?? [];
              tried.push(...items.filter((item) => !tried.includes(item)));
              const { ending: how, turns } = script[calls++] ?? { ending: 'done', turns: 0 };
              for (let count = 0; count < turns; count++) await turn();
              underWay.delete(key);
              if (how === 'retryable') throw new Retryable();
              if (how === 'fatal') {
                failed.push(...items);
                throw new Error('fatal');
              }
              return items.map((item) => {
                if (how !== 'done' && how.again.next().value) return again;
                committed.push(item);
                return done(item);
              });
            },
          });

          const results: Promise<string>[] = [];
          const submitted = new Map<string, string[]>(keys.map((key) => [key, []]));
          for (const [index, { key, turnsBefore }] of given.entries()) {
            for (let count = 0; count < turnsBefore; count++) await turn();
            submitted.get(key)?.push(`item ${index}`);
            const result = submit(key, `item ${index}`);
            result.catch(() => undefined);
            results.push(result);
          }
          const outcomes = await Promise.allSettled(results);

          const resolved = outcomes.flatMap(({ status }, index) =>
            status === 'fulfilled' ? [`item ${index}`] : [],
          );
          expect([...committed].sort()).toEqual(resolved.sort());
          expect([...committed, ...failed].sort()).toEqual(given.map((_, index) => `item ${index}`).sort());
          expect(firstTried).toEqual(submitted);
        },
      ),
      { numRuns: 150 },
    );
  });
});
