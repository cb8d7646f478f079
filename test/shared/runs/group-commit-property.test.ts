import type { Clock } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { createGroupCommit } from '../../../shared/runs/group-commit';
import { beginVirtualTime } from '../../support/virtual-time';
import { again, done, Retryable, settings } from './group-commit-by-hand';

describe('Group commit, with items that come at any time', () => {
  const keys = ['one', 'two', 'three'];
  const ending = fc.oneof(
    { weight: 5, arbitrary: fc.constant('done' as const) },
    { weight: 2, arbitrary: fc.constant('retryable' as const) },
    { weight: 1, arbitrary: fc.constant('fatal' as const) },
    { weight: 3, arbitrary: fc.record({ again: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }) }) },
  );
  const arrivals = fc.array(
    fc.record({ key: fc.constantFrom(...keys), msBefore: fc.integer({ min: 0, max: 3 }) }),
    { minLength: 1, maxLength: 60 },
  );
  const history = fc.record({
    arrivals,
    script: fc.array(fc.record({ ending, ms: fc.integer({ min: 0, max: 4 }) }), { maxLength: 40 }),
    maximumItems: fc.integer({ min: 1, max: 8 }),
    initialBackoffMs: fc.constantFrom(0, 1, 5),
    draws: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
  });
  type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

  let clock: Clock;
  beforeEach(() => {
    clock = beginVirtualTime();
  });
  afterEach(() => {
    clock.uninstall();
  });

  const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function play(given: History) {
    clock.reset();
    const underWay = new Set<string>();
    const committed: string[] = [];
    const failed: string[] = [];
    const firstTried = new Map<string, string[]>(keys.map((key) => [key, []]));
    const log: string[] = [];
    let calls = 0;
    let draws = 0;
    const submit = createGroupCommit<string, string>({
      ...settings,
      maximumItems: given.maximumItems,
      initialBackoffMs: given.initialBackoffMs,
      maximumBackoffMs: 20,
      random: () => given.draws[draws++ % given.draws.length] ?? 0,
      commit: async (key, items) => {
        expect(underWay).not.toContain(key);
        expect(items.length).toBeLessThanOrEqual(given.maximumItems);
        expect(items).toEqual([...items].sort());
        log.push(`${clock.now} ${key}: ${items.join()}`);
        underWay.add(key);
        const tried = firstTried.get(key) ?? [];
        tried.push(...items.filter((item) => !tried.includes(item)));
        const { ending: how, ms } = given.script[calls++] ?? { ending: 'done', ms: 0 };
        if (ms > 0) await pass(ms);
        underWay.delete(key);
        if (how === 'retryable') throw new Retryable();
        if (how === 'fatal') {
          failed.push(...items);
          throw new Error('fatal');
        }
        return items.map((item, index) => {
          if (how !== 'done' && how.again[index % how.again.length]) return again;
          committed.push(item);
          return done(item);
        });
      },
    });

    const names = given.arrivals.map((_, index) => `item ${String(index).padStart(2, '0')}`);
    const submitted = new Map<string, string[]>(keys.map((key) => [key, []]));
    let at = 0;
    const results = given.arrivals.map(async ({ key, msBefore }, index) => {
      const item = names[index] ?? '';
      submitted.get(key)?.push(item);
      at += msBefore;
      if (at > 0) await pass(at);
      return await submit(key, item);
    });
    const outcomes = Promise.allSettled(results);
    await clock.runAllAsync();
    const resolved = (await outcomes).flatMap(({ status }, index) =>
      status === 'fulfilled' ? [names[index]] : [],
    );
    return { names, resolved, committed, failed, firstTried, submitted, log };
  }

  it('commits each item exactly once, in order, one commit per key at a time', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const { names, resolved, committed, failed, firstTried, submitted } = await play(given);
        expect([...committed].sort()).toEqual(resolved.sort());
        expect([...committed, ...failed].sort()).toEqual(names);
        expect(firstTried).toEqual(submitted);
        expect(clock.countTimers()).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('does the same again, to the millisecond, if it draws the same', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const { log } = await play(given);
        expect((await play(given)).log).toEqual(log);
      }),
      { numRuns: 20 },
    );
  });
});
