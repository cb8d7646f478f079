import { createTakeTurns } from '../../../sql/engine/turns';

describe("turns at the engine's time", () => {
  /** Begins pieces of work whose order of beginning is kept, and which end when they are told to. */
  const bench = (atOnce: number, placeMs = 600_000) => {
    let now = 0;
    const times = { placeMs, sharedMs: 1_000, restFromMs: 20, longestRestMs: 100, monotonicMs: () => now };
    const takeTurns = createTakeTurns(atOnce, times);
    const begun: string[] = [];
    const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
    return {
      begun,
      pass(milliseconds: number): void {
        now += milliseconds;
      },
      begin: (key: string, name: string) =>
        takeTurns(key, () => {
          begun.push(name);
          return new Promise<void>((resolve, reject) => ends.set(name, { resolve, reject }));
        }),
      end: (name: string) => ends.get(name)?.resolve(),
      fail: (name: string) => ends.get(name)?.reject(new Error(name)),
    };
  };

  it('lets keys take turns, whatever came first, and one key in the order in which it came', async () => {
    const { begin, begun, end } = bench(1);
    const all = [
      ...['a1', 'a2', 'a3', 'a4'].map((name) => begin('a', name)),
      ...['b1', 'b2'].map((name) => begin('b', name)),
      begin('c', 'c1'),
    ];
    const order = ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'];
    for (const [index, name] of order.entries()) {
      await untilBegun(begun, index + 1);
      end(name);
    }
    await Promise.all(all);
    expect(begun).toEqual(order);
  });

  it('does not let what takes long keep the others waiting', async () => {
    const { begin, begun, end } = bench(1, 1);
    const all = ['long', 'longer', 'short'].map((name) => begin('a', name));
    await untilBegun(begun, 3);
    for (const name of ['short', 'long', 'longer']) end(name);
    await Promise.all(all);
    const next = begin('b', 'next');
    await untilBegun(begun, 4);
    end('next');
    await next;
  });

  it('keeps a place free of a key with much for as long as others come', async () => {
    const { begin, begun, end, pass } = bench(2);
    const little = begin('little', 'first');
    const many = ['1', '2', '3', '4'].map((name) => begin('many', name));
    await untilBegun(begun, 2);
    end('first');
    await little;
    expect(begun).toEqual(['first', '1']);
    // The one that comes with little finds a place, whatever the other has waiting.
    pass(999);
    const again = begin('little', 'second');
    await untilBegun(begun, 3);
    expect(begun).toEqual(['first', '1', 'second']);
    end('second');
    await again;
    // And when it has not come for a while, the other has all places.
    pass(1_000);
    end('1');
    await untilBegun(begun, 5);
    expect(begun).toEqual(['first', '1', 'second', '2', '3']);
    end('2');
    await untilBegun(begun, 6);
    for (const name of ['3', '4']) end(name);
    await Promise.all(many);
  });

  it('lets a key rest after work that took its time, for as long as others come', async () => {
    const { begin, begun, end, pass } = bench(2);
    const little = begin('little', 'little');
    const long = begin('many', 'long');
    await untilBegun(begun, 2);
    end('little');
    await little;
    pass(50);
    end('long');
    await long;
    const rested = begin('many', 'rested');
    const other = begin('little', 'other');
    await untilBegun(begun, 3);
    expect(begun).toEqual(['little', 'long', 'other']);
    pass(50);
    await untilBegun(begun, 4);
    for (const name of ['other', 'rested']) end(name);
    await Promise.all([rested, other]);
    // No rest lasts longer than the test.
    pass(1_000);
  });

  it('gives keys that share it all places', async () => {
    const { begin, begun, end } = bench(3);
    const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => begin(name.slice(0, 1), name));
    await untilBegun(begun, 3);
    // The first key was alone when it came.
    expect(begun).toEqual(['a1', 'a2', 'a3']);
    end('a1');
    await untilBegun(begun, 4);
    end('a2');
    await untilBegun(begun, 5);
    for (const name of ['a3', 'b1', 'c1']) end(name);
    await Promise.all(all);
  });

  it('runs as many at once as it may, and goes on after an error', async () => {
    const { begin, begun, end, fail } = bench(2);
    const [first, second, third] = ['1', '2', '3'].map((name) => begin('a', name));
    await untilBegun(begun, 2);
    expect(begun).toEqual(['1', '2']);
    fail('1');
    await expect(first).rejects.toThrow('1');
    await untilBegun(begun, 3);
    for (const name of ['2', '3']) end(name);
    await Promise.all([second, third]);
    const fourth = begin('a', '4');
    const fifth = begin('b', '5');
    await untilBegun(begun, 5);
    for (const name of ['4', '5']) end(name);
    await Promise.all([fourth, fifth]);
  });
});

/** Fails by the test's time limit. */
async function untilBegun(begun: readonly string[], count: number): Promise<void> {
  while (begun.length < count) await new Promise((resolve) => setImmediate(resolve));
}
