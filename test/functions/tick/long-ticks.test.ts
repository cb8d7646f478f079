import { ServiceError } from '../../../shared/errors';
import { createTickWorld, scheduled, type TickWorld, timeOf } from './tick-world';

describe('A tick with much to do', () => {
  let world: TickWorld;

  beforeEach(() => {
    world = createTickWorld('2026-11-30T11:30:00Z');
  });

  it('begins no further run of a schedule when its time is up, and writes down those before', async () => {
    scheduled(world, { cron: '* * * * *', missed: 'all', overlap: 'allow' });
    scheduled(world, { schedule_id: 'sch_other', cron: '* * * * *', missed: 'all', tenant_id: 'bolt' });
    let elapsedMs = 0;
    // So long an admission takes, and all are refused: no run of the tenant's is in flight.
    world.refusal = () => {
      elapsedMs += 1_000;
      return new ServiceError('monthly_quota_exceeded', 'It is used up');
    };
    const clock = { now: () => timeOf('14:30:00'), monotonicMs: () => elapsedMs };
    const first = await world.tick({ clock });
    // Of each what was asked for before the time was up.
    expect(first).toMatchObject({
      due: 2,
      started: 0,
      left_over: 2,
      behind_seconds: 99 * 60,
    });
    expect(world.times).toHaveLength(first.refused);
    expect(first.refused).toBeGreaterThan(25);
    expect(first.refused).toBeLessThan(100);
    while ((await world.tick({ clock: { ...clock, monotonicMs: () => 0 } })).left_over > 0);
    expect(new Set(world.times.map((time) => `${time.schedule_id} ${time.planned_at}`)).size).toBe(200);
    expect(world.times).toHaveLength(200);
  });

  it('asks together for runs that may overlap, and for others one after another', async () => {
    for (const overlap of ['allow', 'skip'] as const)
      scheduled(world, { schedule_id: `sch_${overlap}`, cron: '* * * * *', missed: 'all', overlap });
    const waiting = { sch_allow: 0, sch_skip: 0 };
    const most = { sch_allow: 0, sch_skip: 0 };
    world.now = timeOf('12:29:00');
    await world.tick({
      admit: async (_tenantId, { actor }) => {
        const name = actor === 'sch_allow' ? 'sch_allow' : 'sch_skip';
        most[name] = Math.max(most[name], ++waiting[name]);
        await new Promise(setImmediate);
        waiting[name]--;
        const error = new ServiceError('tenant_inactive', 'Suspended');
        return { verdict: { kind: 'refused', error }, quotas: undefined };
      },
    });
    expect(most).toEqual({ sch_allow: 25, sch_skip: 1 });
    expect(world.times).toHaveLength(2 * 59);
  });

  it('writes down what is done while others take their time', async () => {
    for (const name of ['a', 'b', 'c']) scheduled(world, { schedule_id: `sch_${name}`, tenant_id: name });
    let elapsedMs = 0;
    const written: number[] = [];
    world.refusal = () => {
      written.push(world.times.length);
      return undefined;
    };
    const readStarters = async (tenantId: string) => {
      // Each tenant is read when the one before it is done.
      while (world.runs.length < ['a', 'b', 'c'].indexOf(tenantId)) await new Promise(setImmediate);
      await new Promise(setImmediate);
      elapsedMs += 12_000;
      return { onboarding_id: 'life-1', active_runs: [], withdrawn_runs: [] };
    };
    const clock = { now: () => world.now, monotonicMs: () => elapsedMs };
    world.now = timeOf('12:00:00');
    await world.tick({ clock, readStarters, openLog: () => world.openLog(clock) });
    expect(written).toEqual([0, 0, 2]);
    expect(world.times).toHaveLength(3);
  });
});
