import { CronosExpression } from 'cronosjs';
import { runIdOfKey } from '../../../shared/runs/rules/run-identity';
import { nextPlannedTimes } from '../../../shared/schedules/rules/planned-times';
import { keyOfPlannedTime } from '../../../shared/schedules/rules/schedule-identity';
import { timetableOf } from '../../../shared/schedules/timetable';
import { type Chance, createChance } from '../../simulator/replay/time/chance';
import { createTickWorld, scheduled } from './tick-world';

/**
 * Where clocks change in winter and summer of the north, and where they never do: south of it the other library takes
 * the second of two times that clocks show alike. planned-times.test.ts has some of those.
 */
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'America/St_Johns', 'Asia/Jerusalem'];
const begin = '2026-01-01T00:00:00Z';
const minuteMs = 60_000;
const yearMs = 365 * 86_400_000;

const below = (chance: Chance, most: number): number => chance.between(0, most - 1);

/** An expression as tenants have them: most once a day, some in the hours in which clocks change. */
function cronOf(chance: Chance): string {
  const minute = below(chance, 60);
  const hour = below(chance, 24);
  const kind = below(chance, 100);
  if (kind < 45) return `${minute} ${hour} * * *`;
  if (kind < 80) return `${minute} ${1 + below(chance, 3)} * * *`;
  if (kind < 90) return `${minute} ${hour} * * ${below(chance, 7)}`;
  if (kind < 94) return `${minute} ${hour} ${1 + below(chance, 31)} * *`;
  if (kind < 98) return `${minute} */${2 + below(chance, 10)} * * *`;
  return `*/${20 + below(chance, 20)} 0-3 * * *`;
}

/** What the other library plans for the year: it lets times that a gap leaves out come after it, too. */
function tableOf(cron: string, timezone: string): readonly number[] {
  const times: number[] = [];
  const expression = CronosExpression.parse(cron, { timezone });
  const end = Date.parse(begin) + yearMs;
  for (let next = expression.nextDate(new Date(begin)); next !== null; next = expression.nextDate(next)) {
    if (next.getTime() > end) break;
    times.push(next.getTime());
  }
  return times;
}

/**
 * A year of a tenant's schedule. Ticks come each minute in which something is due, and now and then two at once, one
 * that dies in its middle, or none for up to half a day. Resolves to how many runs there were.
 */
async function yearOf(index: number): Promise<number> {
  const chance = createChance(index);
  const time_zone = zones[index % zones.length] ?? 'Etc/UTC';
  const cron = cronOf(chance);
  const world = createTickWorld(begin);
  const { schedule_id } = scheduled(world, {
    schedule_id: `sch_${index}`,
    cron,
    time_zone,
    missed: 'all',
    overlap: 'allow',
    window_seconds: below(chance, 3) * 600,
  });
  const rowNow = () => world.schedules.get(schedule_id) ?? scheduled(world);
  const end = Date.parse(begin) + yearMs;
  for (let nowMs = Date.parse(begin); ; ) {
    const { rule, spreadMs, handledUntilMs } = timetableOf(rowNow());
    const [next = Number.POSITIVE_INFINITY] = nextPlannedTimes(rule, handledUntilMs, 1);
    if (next > end) break;
    // The first tick after the run was to start, unless there was none for a while.
    const outageMs = chance.happens(0.02) ? below(chance, 12 * 60) * minuteMs : 0;
    nowMs = Math.max(nowMs + minuteMs, Math.ceil((next + spreadMs) / minuteMs) * minuteMs) + outageMs;
    world.now = new Date(nowMs);
    const dies = below(chance, 20);
    world.fail = (call) => {
      if ((dies === 0 && call === 'append') || (dies === 1 && call === 'note')) throw new Error('It dies');
    };
    const ticks = chance.happens(0.05) ? [world.tick(), world.tick()] : [world.tick()];
    await Promise.allSettled(ticks);
    world.inFlight.clear();
  }
  const table = tableOf(cron, time_zone);
  const place = `${cron} in ${time_zone}`;
  const idsOf = (times: readonly number[]) =>
    times.map((plannedMs) => runIdOfKey('acme', keyOfPlannedTime(schedule_id, plannedMs)));
  // Each once, in order, and none besides them.
  expect([place, world.runs.map(({ run_id }) => run_id)]).toEqual([place, idsOf(table)]);
  const told = new Map(
    world.times.map(({ planned_at, outcome, run_id }) => [planned_at, { outcome, run_id }]),
  );
  const expected = table.map((plannedMs, place) => [
    new Date(plannedMs).toISOString(),
    { outcome: 'started', run_id: world.runs[place]?.run_id },
  ]);
  expect([place, [...told]]).toEqual([place, expected]);
  return table.length;
}

/** A year of so many tenants, each with a schedule of its own, over five zones. */
export const describeYear = (tenants: number): void =>
  describe(`A year of ${tenants} tenants' schedules`, () => {
    it.each(zones.map((zone, place) => ({ zone, place })))(
      'starts each planned time once in $zone',
      async ({ place }) => {
        let runs = 0;
        for (let index = place; index < tenants; index += zones.length) runs += await yearOf(index);
        expect(runs).toBeGreaterThan(50);
      },
    );
  });
