import type FakeTimers from '@sinonjs/fake-timers';
import { createFailureLimit } from '../../../shared/support/failure-limit';
import { beginVirtualTime } from '../../support/virtual-time';

describe('A limit of failures', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = beginVirtualTime();
  });
  afterEach(() => clock.uninstall());

  it('lets a burst of them happen, then as many as come back with time, each name by itself', () => {
    const limit = createFailureLimit({ burst: 3, perMinute: 6 });
    for (const _ of [1, 2, 3]) {
      expect(limit.waitMs('one')).toBe(0);
      limit.count('one');
    }
    expect(limit.waitMs('one')).toBe(10_000);
    expect(limit.waitMs('other')).toBe(0);
    clock.tick(9_000);
    expect(limit.waitMs('one')).toBe(1_000);
    clock.tick(1_000);
    expect(limit.waitMs('one')).toBe(0);
    limit.count('one');
    expect(limit.waitMs('one')).toBe(10_000);
    clock.tick(3_600_000);
    for (const _ of [1, 2, 3]) limit.count('one');
    expect(limit.waitMs('one')).toBe(10_000);
  });

  it('is overdrawn by what was under way, by one burst at most', () => {
    const limit = createFailureLimit({ burst: 3, perMinute: 6 });
    limit.count('one', 5);
    expect(limit.waitMs('one')).toBe(30_000);
    for (let times = 0; times < 1000; times++) limit.count('one');
    expect(limit.waitMs('one')).toBe(40_000);
  });

  it('remembers 10,000 names: those that failed longest ago are forgotten', () => {
    const limit = createFailureLimit({ burst: 1, perMinute: 1 });
    for (let name = 0; name < 10_000; name++) limit.count(String(name));
    limit.count('0');
    limit.count('one more');
    expect(['0', '1', '2', 'one more'].map((name) => limit.waitMs(name) > 0)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
