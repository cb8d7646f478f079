import { createPlaces } from '../../../shared/support/places';

describe('Places of a process that is late itself', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Places for one piece of work each, two of them as usual, and a process that can be late. */
  function placesOfLateProcess() {
    let nowMs = 0;
    const places = createPlaces({
      usual: 2,
      kind: { name: 'own', shareOf: () => 1 },
      refusal: 'Full',
      monotonicMs: () => nowMs,
    });
    const ends: (() => void)[] = [];
    const begin = () => places.inPlace('', () => new Promise<void>((resolve) => ends.push(resolve)));
    /** How much more can be begun now. All of it has ended afterwards. */
    const room = async () => {
      const begun: Promise<void>[] = [];
      do begun.push(begin());
      while (ends.length === begun.length);
      const free = ends.length;
      for (const end of ends.splice(0)) end();
      await Promise.allSettled(begun);
      return free;
    };
    const inTime = async (times: number) => {
      const held = [begin(), begin()];
      for (let index = 0; index < times; index++) places.wasInTime();
      for (const end of ends.splice(0)) end();
      await Promise.all(held);
    };
    /** While one piece of work is under way, timers fire so much late. */
    const lag = async (ms: number) => {
      const one = begin();
      nowMs += 1 + ms;
      jest.advanceTimersByTime(1);
      ends.pop()?.();
      await one;
    };
    return { room, inTime, lag };
  }

  it('grow while it is not', async () => {
    const { room, inTime, lag } = placesOfLateProcess();
    await lag(0);
    await inTime(10);
    expect(await room()).toBeGreaterThan(2);
  });

  it('do not grow beyond the usual', async () => {
    const { room, inTime, lag } = placesOfLateProcess();
    await lag(50);
    await inTime(10);
    expect(await room()).toBe(2);
  });

  it('are as many as usual again', async () => {
    const { room, inTime, lag } = placesOfLateProcess();
    await inTime(3);
    expect(await room()).toBe(3);
    await lag(101);
    expect(await room()).toBe(2);
  });
});
