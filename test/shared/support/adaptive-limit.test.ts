import { createAdaptiveLimit } from '../../../shared/support/adaptive-limit';

describe('A limit that follows what the other side can do', () => {
  const bounds = { least: 4, usual: 10, most: 12 };
  const times = (count: number, work: () => void) => Array.from({ length: count }, work);

  it('shrinks by what is late, once for what is late together, and never below the least', () => {
    const limit = createAdaptiveLimit(bounds);
    times(5, () => limit.wasLate(0));
    expect(limit.current()).toBe(7);
    limit.wasLate(999);
    expect(limit.current()).toBe(7);
    times(9, () => undefined).forEach((_, index) => {
      limit.wasLate(1_000 * (index + 1));
    });
    expect(limit.current()).toBe(4);
  });

  it('grows back quickly to the usual, and then slowly up to the most', () => {
    const limit = createAdaptiveLimit(bounds);
    limit.wasLate(0);
    limit.wasLate(1_000);
    expect(limit.current()).toBe(4);
    times(6, () => limit.wasInTime(10));
    expect(limit.current()).toBe(10);
    times(5, () => limit.wasInTime(10));
    expect(limit.current()).toBe(10);
    times(100, () => limit.wasInTime(12));
    expect(limit.current()).toBe(12);
  });

  it('goes back to the usual while this side is late, and no further', () => {
    const limit = createAdaptiveLimit(bounds);
    times(100, () => limit.wasInTime(12));
    expect(limit.current()).toBe(12);
    limit.wasBusy(0);
    expect(limit.current()).toBe(10);
    limit.wasBusy(1_000);
    expect(limit.current()).toBe(10);
    limit.wasLate(2_000);
    limit.wasBusy(3_000);
    expect(limit.current()).toBe(7);
  });

  it('does not grow while it is not in use', () => {
    const limit = createAdaptiveLimit(bounds);
    limit.wasLate(0);
    times(100, () => limit.wasInTime(3));
    expect(limit.current()).toBe(7);
  });
});
