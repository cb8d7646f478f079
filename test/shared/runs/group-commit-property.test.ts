import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { createGroupCommit } from '../../../shared/runs/group-commit';
import { again, done, Retryable, settings } from './group-commit-by-hand';

describe('Group commit, with items that come at any time', () => {
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
