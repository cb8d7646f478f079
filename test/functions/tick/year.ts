import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runIdOfKey } from '../../../shared/runs/rules/run-identity';
import { nextPlannedTimes } from '../../../shared/schedules/rules/planned-times';
import { keyOfPlannedTime } from '../../../shared/schedules/rules/schedule-identity';
import { timetableOf } from '../../../shared/schedules/timetable';
import { createChance } from '../../simulator/replay/time/chance';
import { createTickWorld, scheduled } from './tick-world';

/** The year's times of expressions in zones, as another library plans them: see write-year-table.cjs. */
const tableSchema = z.object({
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  rows: z.array(z.object({ cron: z.string(), zone: z.string(), times: z.int(), digest: z.string() })),
});
type Row = z.infer<typeof tableSchema>['rows'][number];
const { from, until, rows } = tableSchema.parse(
  JSON.parse(readFileSync(join(__dirname, 'year-table.json'), 'utf8')),
);
const minuteMs = 60_000;

/** As write-year-table.cjs makes it. */
const digestOf = (times: readonly string[]): string =>
  createHash('sha256').update(times.join('\n')).digest('hex').slice(0, 16);

/**
 * A year of a tenant's schedule. Ticks come each minute in which something is due, and now and then two at once, one
 * that dies in its middle, or none for up to half a day.
 */
async function liveThrough({ cron, zone, times, digest }: Row, tenant: number): Promise<void> {
  const chance = createChance(tenant);
  const world = createTickWorld(from);
  const made = scheduled(world, {
    schedule_id: `sch_${tenant}`,
    cron,
    time_zone: zone,
    missed: 'all',
    overlap: 'allow',
    window_seconds: chance.pick([0, 600, 3_600]),
  });
  for (let nowMs = Date.parse(from); ; ) {
    const { rule, spreadMs, handledUntilMs } = timetableOf(world.schedules.get(made.schedule_id) ?? made);
    const [next = Number.POSITIVE_INFINITY] = nextPlannedTimes(rule, handledUntilMs, 1);
    if (next > Date.parse(until)) break;
    // The first tick after the run was to start, unless there was none for a while.
    const outageMs = chance.happens(0.02) ? chance.between(1, 12 * 60) * minuteMs : 0;
    nowMs = Math.max(nowMs + minuteMs, Math.ceil((next + spreadMs) / minuteMs) * minuteMs) + outageMs;
    world.now = new Date(nowMs);
    const dies = chance.happens(0.1) ? chance.pick(['append', 'note'] as const) : undefined;
    world.fail = (call) => {
      if (call === dies) throw new Error('The tick dies');
    };
    await Promise.allSettled(chance.happens(0.05) ? [world.tick(), world.tick()] : [world.tick()]);
    world.inFlight.clear();
  }
  const told = new Map(
    world.times.map(({ planned_at, outcome, run_id }) => [String(planned_at), `${outcome} ${run_id}`]),
  );
  const planned = [...told.keys()].filter((time) => time <= until);
  const runIds = planned.map((time) =>
    runIdOfKey('acme', keyOfPlannedTime(made.schedule_id, Date.parse(time))),
  );
  // What is written down is what was started, each once, in order; and it is the other library's year.
  const place = `${cron} in ${zone}`;
  expect([place, planned.map((time) => told.get(time))]).toEqual([
    place,
    runIds.map((id) => `started ${id}`),
  ]);
  expect([place, world.runs.slice(0, planned.length).map(({ run_id }) => run_id)]).toEqual([place, runIds]);
  expect([place, planned.length, digestOf(planned)]).toEqual([place, times, digest]);
}

/** A year of so many tenants, each with a schedule of its own, over five zones. */
export const describeYear = (tenants: number): void =>
  describe(`A year of ${tenants} tenants' schedules`, () => {
    const zones = [...new Set(rows.map(({ zone }) => zone))];
    it.each(zones)('starts each planned time once in %s', async (zone) => {
      const inZone = rows.filter((row) => row.zone === zone);
      for (let tenant = 0; tenant < tenants / zones.length; tenant++) {
        // The first few are planned in the hours in which clocks change.
        const row = inZone[(tenant + 13) % inZone.length];
        if (row !== undefined) await liveThrough(row, tenant);
      }
    });
  });
