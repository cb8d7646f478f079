import { steadyTime, systemClock } from '../../../shared/support/clock';
import { createJumpingClock, hours } from '../../support/jumping-clock';

describe('Steady time', () => {
  it.each([-2, 2])('goes on evenly where the clock jumps by %s hours', (jump) => {
    const clock = createJumpingClock('2026-11-30T12:00:00.250Z');
    const now = steadyTime(clock);
    expect(now().toISOString()).toBe('2026-11-30T12:00:00.250Z');
    clock.pass(1_000);
    clock.jump(hours(jump));
    expect(now().toISOString()).toBe('2026-11-30T12:00:01.250Z');
    clock.pass(500);
    expect(now().toISOString()).toBe('2026-11-30T12:00:01.750Z');
    expect(steadyTime(clock)().getTime()).toBe(now().getTime() + hours(jump));
  });

  it('is the time of day to the millisecond, and never goes back', () => {
    const clock = createJumpingClock();
    const now = steadyTime(clock);
    for (const part of [0.4, 0.4, 0.4]) clock.pass(part);
    expect(now().toISOString()).toBe('2026-11-30T12:00:00.001Z');
    const real = steadyTime(systemClock);
    const times = Array.from({ length: 100 }, () => real().getTime());
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });
});
