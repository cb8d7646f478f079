import { createGroupCommit } from '../../../shared/runs/group-commit';
import { retrying } from '../../../shared/support/retry';

const pauses: number[] = [];
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual('node:timers/promises'),
  setTimeout: async (milliseconds: number) => {
    pauses.push(milliseconds);
  },
}));

const failingTimes = (times: number, error = new Error('come back later')) => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return `after ${calls} calls`;
  };
};

describe('Back-off', () => {
  const policy = {
    budgetMs: 60_000,
    initialBackoffMs: 100,
    maximumBackoffMs: 1_000,
    isRetryable: () => true,
  };
  beforeEach(() => {
    pauses.length = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const groupOfOne = (commit: () => Promise<string>) =>
    createGroupCommit<string, string>({
      ...policy,
      maximumItems: 10,
      maximumBytes: 10,
      bytesOf: () => 1,
      commit: async (_key, items) => {
        const result = await commit();
        return items.map(() => ({ kind: 'done', result }));
      },
    });

  it.each([
    ['retrying', (work: () => Promise<string>) => retrying(policy, work)],
    ['a group commit', (work: () => Promise<string>) => groupOfOne(work)('key', 'item')],
  ])('of %s doubles from the initial to the maximum', async (_what, run) => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    expect(await run(failingTimes(6))).toBe('after 7 calls');
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it.each([
    ['retrying', (work: () => Promise<string>) => retrying(policy, work)],
    ['a group commit', (work: () => Promise<string>) => groupOfOne(work)('key', 'item')],
  ])('of %s has full jitter: it may be as short as nothing', async (_what, run) => {
    const draws = [0, 0.5, 0.25];
    jest.spyOn(Math, 'random').mockImplementation(() => draws.shift() ?? 1);
    await run(failingTimes(3));
    expect(pauses).toEqual([0, 100, 100]);
  });

  it('of a group commit starts again after a commit that left nothing over', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const fails = [true, true, false, true, false];
    let second: Promise<string> | undefined;
    const submit = groupOfOne(async () => {
      if (fails.shift()) throw new Error('come back later');
      // It waits while the first is committed, so the key is never without work.
      second ??= submit('key', 'second');
      return 'done';
    });
    await submit('key', 'first');
    expect(await second).toBe('done');
    expect(pauses).toEqual([100, 200, 100]);
  });
});

describe('Retrying', () => {
  const policy = { budgetMs: 1_000, initialBackoffMs: 100, maximumBackoffMs: 5_000, isRetryable: () => true };
  beforeEach(() => {
    pauses.length = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('returns what the work returns, at once if it does not throw', async () => {
    expect(await retrying(policy, failingTimes(0))).toBe('after 1 calls');
    expect(pauses).toEqual([]);
  });

  it('throws at once what is not retryable', async () => {
    const error = new Error('no such table');
    const work = failingTimes(1, error);
    await expect(retrying({ ...policy, isRetryable: (thrown) => thrown !== error }, work)).rejects.toBe(
      error,
    );
    expect(pauses).toEqual([]);
    expect(await work()).toBe('after 2 calls');
  });

  it('throws the last error before a pause would end past the budget', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    let elapsed = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => elapsed);
    let calls = 0;
    const work = async () => {
      calls += 1;
      elapsed = pauses.reduce((sum, pause) => sum + pause, 0);
      throw new Error(`failure ${calls}`);
    };
    // 100 + 200 + 400 are 700; 800 more would be past 1,000.
    await expect(retrying(policy, work)).rejects.toThrow('failure 4');
    expect(pauses).toEqual([100, 200, 400]);
  });

  it('makes one attempt if the budget is 0', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    await expect(retrying({ ...policy, budgetMs: 0 }, failingTimes(1))).rejects.toThrow('come back later');
    expect(pauses).toEqual([]);
  });
});
