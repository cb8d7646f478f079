import type { Clock } from '@sinonjs/fake-timers';
import { type CommitOutcome, createGroupCommit } from '../../../shared/runs/group-commit';
import { retrying } from '../../../shared/support/retry';
import { beginVirtualTime } from '../../support/virtual-time';

let clock: Clock;
beforeEach(() => {
  clock = beginVirtualTime();
});
afterEach(() => {
  clock.uninstall();
});

/** What the work comes to, in virtual time. */
async function outcomeOf<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  await clock.runAllAsync();
  return await work;
}

/** Fails as often as it is told, and notes when it was called, in milliseconds. */
function failingTimes(times: number, error = new Error('come back later')) {
  const calledAt: number[] = [];
  const work = async () => {
    calledAt.push(clock.now);
    if (calledAt.length <= times) throw error;
    return `after ${calledAt.length} calls`;
  };
  return { work, pauses: () => differences(calledAt) };
}

const differences = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));

const policy = {
  budgetMs: 60_000,
  initialBackoffMs: 100,
  maximumBackoffMs: 1_000,
  isRetryable: () => true,
  random: () => 1,
};

type Options = typeof policy;
type Commit = (items: readonly string[]) => Promise<readonly CommitOutcome<string>[]>;

const groupCommit = (commit: Commit, options: Options = policy) =>
  createGroupCommit<string, string>({
    ...options,
    maximumItems: 10,
    maximumBytes: 10,
    bytesOf: () => 1,
    commit: (_key, items) => commit(items),
  });

const done = (result: string) => ({ kind: 'done', result }) as const;
const again = { kind: 'again' } as const;

/** What backs off: each runs the work until it does not fail. */
const kinds: readonly (readonly [
  string,
  (work: () => Promise<string>, options: Options) => Promise<string>,
])[] = [
  ['retrying', (work, options) => retrying(options, work)],
  [
    'a group commit that fails',
    (work, options) => groupCommit(async () => [done(await work())], options)('key', 'item'),
  ],
  [
    'an item of a group commit that has to go again',
    (work, options) =>
      groupCommit(async () => [await work().then(done, () => again)], options)('key', 'item'),
  ],
];

describe('Back-off', () => {
  it.each(kinds)('of %s doubles from the initial to the maximum', async (_what, run) => {
    const { work, pauses } = failingTimes(6);
    expect(await outcomeOf(run(work, policy))).toBe('after 7 calls');
    expect(pauses()).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it.each(kinds)('of %s has full jitter: it may be as short as nothing', async (_what, run) => {
    const { work, pauses } = failingTimes(3);
    const draws = [0, 0.5, 0.25];
    await outcomeOf(run(work, { ...policy, random: () => draws.shift() ?? 1 }));
    expect(pauses()).toEqual([0, 100, 100]);
  });

  it('of a group commit starts again after a commit that did not fail', async () => {
    const calledAt: number[] = [];
    const fails = [true, true, false, true, false];
    let second: Promise<string> | undefined;
    const submit = groupCommit(async (items) => {
      calledAt.push(clock.now);
      if (fails.shift()) throw new Error('come back later');
      // It waits while the first is committed, so the key is never without work.
      second ??= submit('key', 'second');
      return items.map(() => done('done'));
    });
    await outcomeOf(submit('key', 'first'));
    expect(await second).toBe('done');
    expect(differences(calledAt)).toEqual([100, 200, 0, 100]);
  });
});

describe('An item of a group commit that has to go again', () => {
  /** Commits take 10 ms and ask for the item `late` again until the time given. */
  function lateUntil(lastsMs: number, options: Options = policy) {
    const commits: (readonly [number, string])[] = [];
    const submit = groupCommit(async (items) => {
      commits.push([clock.now, items.join()]);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return items.map((item) => (item === 'late' && clock.now < lastsMs ? again : done(item)));
    }, options);
    const at = async (milliseconds: number, item: string) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return await submit('key', item);
    };
    return { commits, at };
  }

  it('delays no other item of its key, and joins the commit that is due when its pause is over', async () => {
    const { commits, at } = lateUntil(200);
    const items = [at(0, 'late'), at(15, 'a'), at(40, 'b'), at(108, 'c'), at(109, 'd'), at(325, 'e')];
    expect(await outcomeOf(Promise.all(items))).toEqual(['late', 'a', 'b', 'c', 'd', 'e']);
    expect(commits).toEqual([
      [0, 'late'],
      [15, 'a'],
      [40, 'b'],
      [108, 'c'],
      // Its first pause is over at 110, while c is committed. It came before d.
      [118, 'late,d'],
      [325, 'e'],
      // Its second pause, twice as long, is over at 328.
      [335, 'late'],
    ]);
  });

  it('is not held up by the pauses of others', async () => {
    const commits: (readonly [number, string])[] = [];
    const draws = [1, 0.2, 0.5];
    const submit = groupCommit(
      async (items) => {
        commits.push([clock.now, items.join()]);
        return items.map((item) => (clock.now === 0 && commits.length > 1 ? again : done(item)));
      },
      { ...policy, random: () => draws.shift() ?? 1 },
    );
    await outcomeOf(Promise.all(['first', 'a', 'b', 'c'].map((item) => submit('key', item))));
    expect(commits).toEqual([
      [0, 'first'],
      [0, 'a,b,c'],
      [20, 'b'],
      [50, 'c'],
      [100, 'a'],
    ]);
  });

  it('waits like the others of its key while the key backs off after an error', async () => {
    const commits: (readonly [number, string])[] = [];
    const submit = groupCommit(async (items) => {
      commits.push([clock.now, items.join()]);
      if (commits.length === 1) return [again];
      if (commits.length <= 3) throw new Error('come back later');
      return items.map(done);
    });
    const late = submit('key', 'late');
    await clock.tickAsync(50);
    const other = submit('key', 'other');
    expect(await outcomeOf(Promise.all([late, other]))).toEqual(['late', 'other']);
    expect(commits).toEqual([
      [0, 'late'],
      [50, 'other'],
      // Both its pause of 100 ms, over at 100, and the key's, over at 150, have to be over.
      [150, 'late,other'],
      [350, 'late,other'],
    ]);
  });

  it('is answered when its time is up, also during its pause, and leaves no timer', async () => {
    const { commits, at } = lateUntil(Number.POSITIVE_INFINITY, { ...policy, budgetMs: 200 });
    const late = at(0, 'late');
    late.catch(() => undefined);
    await clock.tickAsync(200);
    await expect(late).rejects.toMatchObject({ wasTried: true, message: 'The time for a commit is up' });
    expect(clock.countTimers()).toBe(0);
    expect(commits).toEqual([
      [0, 'late'],
      [110, 'late'],
    ]);
  });
});

describe('Retrying', () => {
  const short = { ...policy, budgetMs: 1_000, maximumBackoffMs: 5_000 };

  it('returns what the work returns, at once if it does not throw', async () => {
    const { work, pauses } = failingTimes(0);
    expect(await retrying(short, work)).toBe('after 1 calls');
    expect(pauses()).toEqual([]);
  });

  it('throws at once what is not retryable', async () => {
    const error = new Error('no such table');
    const { work } = failingTimes(1, error);
    await expect(retrying({ ...short, isRetryable: (thrown) => thrown !== error }, work)).rejects.toBe(error);
    expect(clock.now).toBe(0);
    expect(await work()).toBe('after 2 calls');
  });

  it('throws the last error before a pause would end past the budget', async () => {
    let calls = 0;
    const work = async () => {
      calls += 1;
      throw new Error(`failure ${calls}`);
    };
    // 100 + 200 + 400 are 700; 800 more would be past 1,000.
    await expect(outcomeOf(retrying(short, work))).rejects.toThrow('failure 4');
    expect(clock.now).toBe(700);
  });

  it('makes one attempt if the budget is 0', async () => {
    const { work, pauses } = failingTimes(1);
    await expect(retrying({ ...short, budgetMs: 0 }, work)).rejects.toThrow('come back later');
    expect(pauses()).toEqual([]);
    expect(clock.now).toBe(0);
  });

  it('draws its jitter from Math.random where it is given nothing else', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const { work, pauses } = failingTimes(2);
    const { random: _, ...without } = short;
    await outcomeOf(retrying(without, work));
    jest.restoreAllMocks();
    expect(pauses()).toEqual([50, 100]);
  });
});
