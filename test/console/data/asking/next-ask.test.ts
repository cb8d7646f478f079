import { nextAskMs } from '../../../../console/data/asking/next-ask';

describe('When it is asked again', () => {
  it('after an answer as often as the page wants, or not at all', () => {
    expect(nextAskMs({ failures: 0, isPassing: false, everyMs: 5_000, random: 0 })).toBe(5_000);
    expect(nextAskMs({ failures: 0, isPassing: false, everyMs: undefined, random: 0 })).toBeUndefined();
  });

  it('soon after a failure that may pass, then less and less often, on every page', () => {
    const pauses = [1, 2, 3, 5, 6, 20].map((failures) =>
      nextAskMs({ failures, isPassing: true, everyMs: undefined, random: 0 }),
    );
    expect(pauses).toEqual([2_000, 4_000, 8_000, 32_000, 60_000, 60_000]);
  });

  it('not by all at once: up to a quarter sooner', () => {
    const pauses = [0, 0.5, 0.999].map((random) =>
      nextAskMs({ failures: 9, isPassing: true, everyMs: undefined, random }),
    );
    expect(pauses.map((ms) => Math.round(ms ?? 0))).toEqual([60_000, 52_500, 45_015]);
  });

  it('after a refusal only where the page looks again anyway, and seldom', () => {
    expect(nextAskMs({ failures: 3, isPassing: false, everyMs: undefined, random: 0 })).toBeUndefined();
    expect(nextAskMs({ failures: 3, isPassing: false, everyMs: 15_000, random: 0 })).toBe(60_000);
    expect(nextAskMs({ failures: 3, isPassing: false, everyMs: 90_000, random: 0 })).toBe(90_000);
  });
});
