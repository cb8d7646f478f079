import { createKept } from '../../../shared/support/kept';

describe('A reading that is kept', () => {
  let ms: number;
  let reads: number;
  const keptOf = (read: () => Promise<number>) => createKept(read, 1_000, { monotonicMs: () => ms });
  beforeEach(() => {
    ms = 0;
    reads = 0;
  });

  it('is made once for all who ask within its time, also while it is under way', async () => {
    const ask = keptOf(async () => ++reads);
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
    ms = 999;
    expect(await ask()).toBe(1);
    ms = 1_000;
    expect(await ask()).toBe(2);
  });

  it('is under way once at a time, however long it takes', async () => {
    const ends: (() => void)[] = [];
    const ask = keptOf(() => new Promise((resolve) => ends.push(() => resolve(++reads))));
    const first = ask();
    ms = 5_000;
    const second = ask();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    void ask();
    expect(ends).toHaveLength(2);
  });

  it('is made again after it failed', async () => {
    const ask = keptOf(async () => {
      if (++reads === 1) throw new Error('away');
      return reads;
    });
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});
