import { ServiceError } from '../../../shared/errors';
import { createTickWorld, outcomesOf, scheduled, type TickWorld, tickAt, timeOf } from './tick-world';

describe('A tick', () => {
  let world: TickWorld;

  beforeEach(() => {
    world = createTickWorld('2026-11-30T11:30:00Z');
  });

  it('starts what is due, says who has started it, and writes down what became of it', async () => {
    scheduled(world, {
      pipeline: 'gcp/billing/daily_costs',
      parameters: '{"source_uri":"gs://costs/{{ scheduled_date }}.ndjson"}',
    });
    const summary = await tickAt(world, '12:00:20');
    expect(summary).toEqual({
      schedules: 1,
      due: 1,
      started: 1,
      refused: 0,
      skipped: 0,
      missed: 0,
      left_over: 0,
      behind_seconds: 0,
    });
    expect(world.runs).toEqual([
      expect.objectContaining({
        tenantId: 'acme',
        pipeline: 'gcp/billing/daily_costs',
        parameters: '{"source_uri":"gs://costs/2026-11-30.ndjson"}',
        trigger: 'schedule',
        actor_kind: 'schedule',
        actor: 'sch_hourly',
        address: null,
        request_id: 'request-1',
      }),
    ]);
    expect(world.times).toEqual([
      {
        schedule_id: 'sch_hourly',
        tenant_id: 'acme',
        planned_at: '2026-11-30T12:00:00.000Z',
        outcome: 'started',
        run_id: world.runs[0]?.run_id,
        code: null,
        detail: null,
        missed_since: null,
        recorded_at: '2026-11-30T12:00:20.000Z',
      },
    ]);
  });

  it('with nothing due reads schedules alone', async () => {
    scheduled(world);
    scheduled(world, { schedule_id: 'sch_paused', state: 'paused', handled_until: timeOf('01:00:00') });
    world.fail = (call) => {
      throw new Error(`There is no need to ${call}`);
    };
    expect(await tickAt(world, '11:59:59')).toMatchObject({ schedules: 2, due: 0, left_over: 0 });
  });

  it('beside another starts each run once', async () => {
    for (const [index, name] of ['a', 'b', 'c'].entries())
      scheduled(world, { schedule_id: `sch_${name}`, cron: `${index} * * * *` });
    world.now = timeOf('12:04:00');
    await Promise.all([world.tick(), world.tick(), world.tick()]);
    await tickAt(world, '12:05:00');
    expect(world.runs.map(({ actor }) => actor).toSorted()).toEqual(['sch_a', 'sch_b', 'sch_c']);
    expect(new Set(outcomesOf(world))).toEqual(new Set(['12:00 started', '12:01 started', '12:02 started']));
  });

  it.each(['append', 'note'] as const)(
    'that dies before its %s leaves the run to the next one',
    async (dies) => {
      scheduled(world);
      world.fail = (call) => {
        if (call === dies) throw new Error('The process ended');
      };
      await expect(tickAt(world, '12:00:00')).rejects.toThrow('The process ended');
      world.fail = () => undefined;
      // The run may be over by then, or in flight: it is not the one before itself.
      await tickAt(world, '12:01:00');
      expect(world.runs).toHaveLength(1);
      expect(new Set(outcomesOf(world))).toEqual(new Set(['12:00 started']));
      expect(world.times.at(-1)?.run_id).toBe(world.runs[0]?.run_id);
      expect(world.schedules.get('sch_hourly')?.handled_until).toEqual(timeOf('12:00:00'));
    },
  );

  it('finds the run that a dead one has started, also with other parameters than now', async () => {
    const row = scheduled(world, { pipeline: 'gcp/example/dryrun' });
    await tickAt(world, '12:00:00');
    world.inFlight.clear();
    world.schedules.set(row.schedule_id, {
      ...row,
      pipeline: 'focus/billing/daily_costs',
      parameters: '{"source_uri":"gs://a/b"}',
    });
    await tickAt(world, '12:01:00');
    expect(world.runs).toHaveLength(1);
    expect(world.times.at(-1)).toMatchObject({ outcome: 'started', run_id: world.runs[0]?.run_id });
  });

  it('writes down a refusal with its code, and leaves it at that', async () => {
    scheduled(world);
    world.refusal = () => new ServiceError('concurrent_limit_reached', '3/3 pipelines running.');
    await tickAt(world, '12:00:00');
    world.refusal = () => undefined;
    await tickAt(world, '12:01:00');
    await tickAt(world, '13:00:00');
    expect(outcomesOf(world)).toEqual(['12:00 refused concurrent_limit_reached', '13:00 started']);
    expect(world.times[0]).toMatchObject({ run_id: null, detail: '3/3 pipelines running.' });
  });

  it('leaves what cannot be decided, and all after it, to the next one', async () => {
    scheduled(world, { cron: '0,1,2 * * * *', missed: 'all', overlap: 'allow' });
    const away = new ServiceError('unavailable', 'BigQuery is away');
    let asked = 0;
    world.refusal = () => (asked++ === 1 ? away : undefined);
    expect(await tickAt(world, '12:02:00')).toMatchObject({
      due: 1,
      started: 1,
      left_over: 1,
      behind_seconds: 120,
    });
    expect(outcomesOf(world)).toEqual(['12:00 started']);
    expect(await tickAt(world, '12:03:00')).toMatchObject({ started: 2, left_over: 0 });
    expect(outcomesOf(world)).toEqual(['12:00 started', '12:01 started', '12:02 started']);
  });

  it('skips a time while the run before is in flight, and says which', async () => {
    scheduled(world);
    await tickAt(world, '12:00:00');
    await tickAt(world, '13:00:00');
    world.inFlight.clear();
    await tickAt(world, '14:00:00');
    expect(outcomesOf(world)).toEqual(['12:00 started', '13:00 skipped', '14:00 started']);
    expect(world.times[1]?.run_id).toBe(world.runs[0]?.run_id);
  });

  it("does not take another schedule's run for the run before, or a caller's", async () => {
    scheduled(world);
    scheduled(world, { schedule_id: 'sch_other' });
    await tickAt(world, '12:00:00');
    expect(outcomesOf(world)).toEqual(['12:00 started', '12:00 started']);
  });

  it('starts runs beside each other where overlaps are allowed', async () => {
    scheduled(world, { overlap: 'allow' });
    await tickAt(world, '12:00:00');
    await tickAt(world, '13:00:00');
    expect(outcomesOf(world)).toEqual(['12:00 started', '13:00 started']);
  });

  it.each([
    ['skip', ['12:00 missed', '13:00 missed', '14:00 missed']],
    ['last', ['12:00 missed', '13:00 missed', '14:00 started']],
    ['all', ['12:00 started', '13:00 started', '14:00 started']],
  ] as const)('after an outage does with missed times what %s says', async (missed, expected) => {
    scheduled(world, { missed, overlap: 'allow' });
    await tickAt(world, '14:30:00');
    expect(outcomesOf(world)).toEqual(expected);
    expect(await tickAt(world, '14:31:00')).toMatchObject({ due: 0 });
  });

  it('says since when times were missed that are too many to be listed', async () => {
    scheduled(world, { cron: '* * * * *', missed: 'last' });
    await tickAt(world, '15:00:00');
    expect(world.times).toHaveLength(100);
    expect(world.times[0]).toMatchObject({ outcome: 'missed', missed_since: '2026-11-30T11:30:00.000Z' });
    expect(world.times.slice(1).every(({ missed_since }) => missed_since === null)).toBe(true);
  });

  it.each([
    ['is not there any more', undefined],
    ['has another life', 'life-2'],
    ['was onboarded before there were lives', null],
  ])('disables a schedule whose tenant %s', async (_what, life) => {
    scheduled(world);
    if (life === undefined) world.lives.delete('acme');
    else world.lives.set('acme', life);
    await tickAt(world, '12:00:00');
    expect([world.runs, world.times]).toEqual([[], []]);
    expect(world.schedules.get('sch_hourly')).toMatchObject({
      state: 'disabled',
      reason: 'Its tenant is not there any more',
    });
  });

  it('deletes what is disabled for thirty days, and nothing else', async () => {
    scheduled(world, { tenant_id: 'gone', onboarding_id: 'life-before' });
    scheduled(world, { schedule_id: 'sch_paused', state: 'paused' });
    await tickAt(world, '12:00:00');
    const tickAfter = (days: number) => {
      world.now = new Date(timeOf('12:00:00').getTime() + days * 86_400_000);
      return world.tick();
    };
    await tickAfter(30);
    expect([...world.schedules.keys()]).toEqual(['sch_hourly', 'sch_paused']);
    await tickAfter(30.01);
    expect([...world.schedules.keys()]).toEqual(['sch_paused']);
  });

  it('refuses what no request could start', async () => {
    scheduled(world, { schedule_id: 'sch_gone', pipeline: 'gcp/example/gone' });
    scheduled(world, { schedule_id: 'sch_wrong', parameters: '{"unknown":1}' });
    await tickAt(world, '12:00:00');
    expect(outcomesOf(world).toSorted()).toEqual([
      '12:00 refused invalid_request',
      '12:00 refused pipeline_not_found',
    ]);
  });

  it('does what it can for the others where a tenant cannot be read', async () => {
    scheduled(world);
    scheduled(world, { schedule_id: 'sch_bolt', tenant_id: 'bolt' });
    const [first] = world.schedules.values();
    let reads = 0;
    world.fail = (call) => {
      if (call === 'read' && reads++ === 0) throw new Error('BigQuery is away');
    };
    expect(await tickAt(world, '12:00:00')).toMatchObject({ due: 2, started: 1, left_over: 1 });
    expect(world.runs.map(({ tenantId }) => tenantId)).toEqual(['bolt']);
    await tickAt(world, '12:01:00');
    expect(world.runs.map(({ actor }) => actor)).toEqual(['sch_bolt', first?.schedule_id]);
  });

  it('begins nothing when its time is up, and first what has waited longest', async () => {
    for (let index = 0; index < 70; index++) {
      const cron = index < 6 ? '59 11 * * *' : '40 11 * * *';
      scheduled(world, { schedule_id: `sch_${index}`, tenant_id: `tenant_${index}`, cron });
    }
    let elapsedMs = 0;
    const clock = { now: () => timeOf('12:00:00'), monotonicMs: () => elapsedMs };
    let asked = 0;
    world.refusal = () => {
      if (++asked === 64) elapsedMs = 50_000;
      return undefined;
    };
    expect(await world.tick({ clock })).toMatchObject({
      started: 64,
      left_over: 6,
      behind_seconds: 60,
    });
    expect(new Set(outcomesOf(world))).toEqual(new Set(['11:40 started']));
    expect(await world.tick({ clock: { ...clock, monotonicMs: () => 0 } })).toMatchObject({
      started: 6,
      left_over: 0,
    });
  });
});
