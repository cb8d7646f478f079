import { createQuotaMemory } from '../../../shared/runs/quota-memory';
import { createJumpingClock, hours } from '../../support/jumping-clock';

describe('What an instance remembers of a tenant’s quotas', () => {
  const full = {
    max_bytes_billed_per_month: null,
    bytes_this_month: 0,
    quota_reset_date: '2026-11-01',
    max_pipelines_per_month: 10,
    max_concurrent_pipelines: 5,
    used_this_month: 1,
    running: 5,
  };

  it.each([-2, 0, 2])('is forgotten after 10 s though the clock jumps by %s hours', async (jump) => {
    const clock = createJumpingClock();
    const memory = createQuotaMemory({
      clock,
      readQuotaCounters: async () => undefined,
      log: () => undefined,
    });
    memory.saw('acme', full);
    clock.jump(hours(jump));
    clock.pass(9_999);
    expect(memory.hasRoom('acme', 1)).toBe(false);
    clock.pass(1);
    expect(memory.hasRoom('acme', 1)).toBe(true);
    expect(await memory.recall('acme')(1)).toBeUndefined();
  });

  it('says whether runs waited then, however long ago that is', () => {
    const clock = createJumpingClock();
    const memory = createQuotaMemory({
      clock,
      readQuotaCounters: async () => undefined,
      log: () => undefined,
    });
    expect(memory.sawQueue('acme')).toBe(false);
    memory.saw('acme', { ...full, queued: 2 });
    clock.pass(60_000);
    expect(memory.sawQueue('acme')).toBe(true);
    memory.saw('acme', { ...full, queued: 0 });
    expect(memory.sawQueue('acme')).toBe(false);
  });
});
