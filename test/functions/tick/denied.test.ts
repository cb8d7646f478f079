import { ServiceError } from '../../../shared/errors';
import { createTickWorld, outcomesOf, scheduled, type TickWorld, tickAt, timeOf } from './tick-world';

describe('A tick that starts no run of a planned time', () => {
  let world: TickWorld;

  beforeEach(() => {
    world = createTickWorld('2026-11-30T11:30:00Z');
  });

  it('has it never start, or tells it as started where another tick was first', async () => {
    scheduled(world, { missed: 'skip' });
    await tickAt(world, '12:00:00');
    await tickAt(world, '13:00:00');
    world.inFlight.clear();
    world.refusal = () => new ServiceError('concurrent_limit_reached', '3/3 pipelines running.');
    await tickAt(world, '14:00:00');
    await tickAt(world, '15:06:00');
    expect(outcomesOf(world)).toEqual([
      '12:00 started',
      '13:00 skipped',
      '14:00 refused concurrent_limit_reached',
      '15:00 missed',
    ]);
    expect(world.denied.size).toBe(3);
    world.now = timeOf('16:00:00');
    await world.tick({ denyRun: async () => 'started' });
    expect(outcomesOf(world).at(-1)).toBe('16:00 started');
    expect(world.times.at(-1)?.run_id).toEqual(expect.any(String));
  });

  it('tells once more what was told and not noted, and nothing else of it', async () => {
    scheduled(world);
    await tickAt(world, '12:00:00');
    world.fail = (call) => {
      if (call === 'note') throw new Error('BigQuery is away');
    };
    await expect(tickAt(world, '13:00:00')).rejects.toThrow('BigQuery is away');
    world.fail = () => undefined;
    await tickAt(world, '13:01:00');
    expect(outcomesOf(world)).toEqual(['12:00 started', '13:00 skipped', '13:00 skipped']);
  });

  it('skips none for a run that is over', async () => {
    scheduled(world);
    world.fail = (call) => {
      if (call === 'append') throw new Error('The process ended');
    };
    await expect(tickAt(world, '12:00:00')).rejects.toThrow('The process ended');
    world.inFlight.clear();
    world.fail = () => undefined;
    await tickAt(world, '13:00:10');
    expect(outcomesOf(world)).toEqual(['12:00 started', '13:00 started']);
  });

  it('denies at once all that are skipped for a run in flight', async () => {
    const { schedule_id } = scheduled(world, { missed: 'all', overlap: 'skip' });
    await tickAt(world, '12:00:00');
    let together = 0;
    let most = 0;
    const denyRun = async () => {
      most = Math.max(most, ++together);
      await new Promise(setImmediate);
      together--;
      return 'denied' as const;
    };
    world.now = timeOf('16:00:00');
    await world.tick({ denyRun });
    expect(outcomesOf(world).slice(1)).toEqual([
      '13:00 skipped',
      '14:00 skipped',
      '15:00 skipped',
      '16:00 skipped',
    ]);
    expect(most).toBe(4);
    expect(world.schedules.get(schedule_id)?.handled_until).toEqual(timeOf('16:00:00'));
  });

  it('tells as refused what a dead one has denied, though there is room by now', async () => {
    scheduled(world);
    world.refusal = () => new ServiceError('concurrent_limit_reached', '3/3 pipelines running.');
    world.fail = (call) => {
      if (call === 'append') throw new Error('The process ended');
    };
    await expect(tickAt(world, '12:00:00')).rejects.toThrow('The process ended');
    world.refusal = () => undefined;
    world.fail = () => undefined;
    await tickAt(world, '12:01:00');
    expect(outcomesOf(world)).toEqual(['12:00 refused']);
    expect(world.runs).toEqual([]);
  });

  it('does not take for missed what a dead one has started, nor decides where that is not known', async () => {
    scheduled(world, { missed: 'skip' });
    world.fail = (call) => {
      if (call === 'append') throw new Error('The process ended');
    };
    await expect(tickAt(world, '12:00:00')).rejects.toThrow('The process ended');
    world.inFlight.clear();
    world.fail = () => undefined;
    world.now = timeOf('12:06:00');
    const denyRun = () => Promise.reject(new Error('BigQuery is away'));
    expect(await world.tick({ denyRun })).toMatchObject({ left_over: 1, missed: 0 });
    await tickAt(world, '12:07:00');
    expect(outcomesOf(world)).toEqual(['12:00 started']);
    await tickAt(world, '13:06:00');
    expect(outcomesOf(world)).toEqual(['12:00 started', '13:00 missed']);
  });
});
