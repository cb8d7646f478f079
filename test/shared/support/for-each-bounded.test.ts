import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { forEachBounded } from '../../../shared/support/for-each-bounded';

describe('For each, bounded', () => {
  it('does the work once for each item, in order, and at most so much at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (turns, limit) => {
          const begun: number[] = [];
          let underWay = 0;
          let most = 0;
          await forEachBounded(turns.keys(), limit, async (index) => {
            begun.push(index);
            underWay += 1;
            most = Math.max(most, underWay);
            for (let count = 0; count < (turns[index] ?? 0); count++) await turn();
            underWay -= 1;
          });
          expect(begun).toEqual([...turns.keys()]);
          expect(underWay).toBe(0);
          expect(most).toBe(Math.min(limit, turns.length));
        },
      ),
    );
  });

  it('rejects with the first error, once what is under way is over; the other lanes go on', async () => {
    const ended: string[] = [];
    const work = forEachBounded(['fails', 'is slow', 'comes last'], 2, async (item) => {
      if (item === 'fails') throw new Error('the first error');
      for (let count = 0; count < 5; count++) await turn();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('the first error');
    expect(ended).toEqual(['is slow', 'comes last']);
  });

  it('is over at once where there is nothing to do', async () => {
    await expect(
      forEachBounded([], 3, () => Promise.reject(new Error('unreached'))),
    ).resolves.toBeUndefined();
  });
});
