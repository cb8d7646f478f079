import {
  isDue,
  leaseSecondsOf,
  leastToBeginMs,
  leastToGoOnMs,
  mayBeginUntil,
} from '../../../../shared/runs/rules/run-times';

const minutes = (count: number): number => count * 60_000;

describe('Whether a run is due to be published again', () => {
  const rule = { startGraceMs: minutes(2), intervalMs: minutes(5) };

  const dueAt = (ages: readonly number[]) => ages.filter((age) => isDue(minutes(age), rule));

  it.each([
    // Ages in minutes at the calls of reconcile, and those at which it is due: the first two past 2, 4, 8,
    // 16…
    [
      'calls in time',
      [0.5, 5.5, 10.5, 15.5, 20.5, 25.5, 30.5, 35.5, 40.5, 45.5],
      [5.5, 10.5, 15.5, 20.5, 25.5, 35.5, 40.5],
    ],
    ['of the grace’s age at a call', [2, 7, 12], [2, 7, 12]],
    ['a little younger', [1.99, 6.99], [6.99]],
    ['between two powers', [27, 29, 31.9], []],
    ['hours later', [127, 129, 137, 139], [129, 137]],
    ['admitted by a clock a little ahead', [-1.9, -0.1, 0], []],
    ['admitted by a clock that is hours ahead: nobody knows its age', [-120, -115, -2], [-120, -115, -2]],
  ])('depends on its age: %s', (_what, ages, due) => {
    expect(dueAt(ages)).toEqual(due);
  });

  it('is true once or twice each time the age doubles, and never before the grace is over', () => {
    for (let offset = 0; offset < 300; offset++) {
      const due = dueAt(Array.from({ length: 288 }, (_, call) => offset / 60 + 5 * call));
      expect(due[0]).toBeGreaterThanOrEqual(2);
      expect(due[0]).toBeLessThan(7);
      // A day is ten doublings of two minutes.
      expect(due.length).toBeLessThanOrEqual(2 * 10);
    }
  });

  it('is true once in each longest pause, where there is one', () => {
    const pausing = { ...rule, longestPauseMs: minutes(15) };
    for (let offset = 0; offset < 300; offset++) {
      const ages = Array.from({ length: 288 }, (_, call) => offset / 60 + 5 * call);
      const due = ages.filter((age) => isDue(minutes(age), pausing));
      expect(due.filter((age) => age < 15)).toEqual(dueAt(ages.filter((age) => age < 15)));
      const pauses = due.filter((age) => age >= 15).map((age) => Math.floor(age / 15));
      expect(pauses).toEqual(Array.from({ length: pauses.length }, (_, index) => index + 1));
      expect(pauses.length).toBeGreaterThanOrEqual(95);
    }
  });

  it('does not depend on a single call: the next one makes up for one that failed', () => {
    for (let offset = 0; offset < 300; offset++) {
      for (let missed = 0; missed < 12; missed++) {
        const calls = Array.from({ length: 14 }, (_, call) => offset / 60 + 5 * call).filter(
          (_, call) => call !== missed,
        );
        const due = dueAt(calls);
        for (const power of [2, 4, 8, 16, 32]) {
          expect(due.some((age) => age >= power && age < power + 10)).toBe(true);
        }
      }
    }
  });
});

describe('A run that never began', () => {
  const admitted_at = new Date('2026-11-30T12:00:00Z');
  const day = 24 * 60;

  it.each([
    ['has not waited', null, null, 40 + day],
    ['had its slot from the queue', 260, 2_400, 300 + day],
    ['had waited for more than a day', 3 * day, 2_400, 40 + 4 * day],
    ['is tried for the last time, eight days after its admission', 8 * day - 60, 2_400, 8 * day],
  ])('may begin for a day beyond its lease, where it %s', (_what, handedOn, lease_seconds, until) => {
    const at = (minute: number) => new Date(admitted_at.getTime() + minutes(minute));
    const handed_on_at = handedOn === null ? null : at(handedOn);
    const run = { admitted_at, lease_expires_at: at((handedOn ?? 0) + 40), lease_seconds, handed_on_at };
    expect(mayBeginUntil(run).getTime() - admitted_at.getTime()).toBe(minutes(until));
  });

  it.each([10, 60, 600, 86_400])(
    'is not begun with less left than its timeout of %i s, or ten minutes, and may wait for half an hour before that',
    (timeout_seconds) => {
      const least = leastToBeginMs({ timeout_seconds });
      expect(least).toBe(Math.min(timeout_seconds * 1_000, minutes(10)));
      expect(leaseSecondsOf({ timeout_seconds }) * 1_000 - least).toBeGreaterThanOrEqual(minutes(30));
      expect(leastToGoOnMs({ timeout_seconds })).toBeLessThanOrEqual(Math.min(least, minutes(1)));
    },
  );
});
