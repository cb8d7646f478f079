import type { ReadSchedules, ReadScheduleTimings } from '../../shared/google/bigquery/tables/read-schedules';
import { disabledKeptMs } from '../../shared/schedules/rules/gone-tenants';
import type { ScheduleTiming } from '../../shared/sql/schedules/schedule-row';
import type { Clock } from '../../shared/support/clock';
import { forEachBounded } from '../../shared/support/for-each';
import type { ScheduleLog } from './schedule-log';
import { type DueRunDependencies, type DueSchedule, dueOf, startDueRuns } from './start-due-runs';

export interface TickDependencies extends DueRunDependencies {
  readonly readScheduleTimings: ReadScheduleTimings;
  readonly readSchedules: ReadSchedules;
  /** Deletes what is disabled since then. */
  readonly forgetSchedules: (before: Date) => Promise<unknown>;
  /** A log for one tick. */
  readonly openLog: () => ScheduleLog;
  readonly clock: Clock;
}

export interface TickSummary {
  readonly schedules: number;
  /** Schedules of which something was due. */
  readonly due: number;
  readonly started: number;
  readonly refused: number;
  readonly skipped: number;
  readonly missed: number;
  /** Due schedules with a run that could not be decided about, or that time did not reach: a later tick has them. */
  readonly left_over: number;
  /** For how long the first of those has been due. */
  readonly behind_seconds: number;
}

/** Tenants whose runs are started at once. */
const tenantsAtOnce = 64;
/**
 * Less than the minute to the next tick. What is begun by then has some fifteen seconds more, or forty where a run is
 * cancelled for it, and ten where it is denied: two ticks at once do no harm.
 */
const timeBudgetMs = 40_000;

/**
 * Starts what is due of all tenants' schedules. Where nothing is, it costs nothing but reads that are free of
 * charge. Two at once, or one after another that died, start each planned time's run once: its id follows from
 * schedule and time. Those who have waited longest come first, and what time does not reach is left to a later tick.
 * Throws BigQuery's error where schedules cannot be read, or what was done cannot be written down: a later tick then
 * finds the runs that are started already.
 */
export async function tick(requestId: string, deps: TickDependencies): Promise<TickSummary> {
  const { readScheduleTimings, readSchedules, openLog, clock } = deps;
  const startedAt = clock.monotonicMs();
  const timings = await readScheduleTimings();
  const now = clock.now();
  const dueIds = new Set(dueOfAll(timings, now, deps).map(({ schedule }) => schedule.schedule_id));
  const due = dueIds.size === 0 ? [] : dueOfAll(await readSchedules(dueIds), now, deps);
  const done = { started: 0, refused: 0, skipped: 0, missed: 0 };
  let leftOver = 0;
  let behindMs = 0;
  const leave = ({ sinceMs }: DueSchedule) => {
    leftOver++;
    behindMs = Math.max(behindMs, now.getTime() - sinceMs);
  };
  const scheduleLog = openLog();
  const isTimeUp = () => clock.monotonicMs() - startedAt > timeBudgetMs;
  await forEachBounded(byTenant(due), tenantsAtOnce, async ([tenantId, ofTenant]) => {
    if (isTimeUp()) {
      ofTenant.forEach(leave);
      return;
    }
    try {
      await startDueRuns(tenantId, ofTenant, { requestId, isTimeUp }, deps, (handled, due) => {
        for (const { outcome } of handled.outcomes) done[outcome]++;
        if (handled.isLeft) leave(due);
        if (handled.outcomes.length > 0 || handled.disabledFor !== null) scheduleLog.note(handled);
      });
    } catch (error) {
      ofTenant.forEach(leave);
      const text = 'Scheduled runs of a tenant could not be started; a later tick tries again';
      deps.log('ERROR', text, { tenant_id: tenantId, error });
    }
  });
  await scheduleLog.written();
  await forgetDisabled(timings, now, deps);
  const behind_seconds = Math.floor(behindMs / 1000);
  return { schedules: timings.length, due: due.length, ...done, left_over: leftOver, behind_seconds };
}

/** Those of which something is due. */
function dueOfAll<Timing extends ScheduleTiming>(
  schedules: readonly Timing[],
  now: Date,
  { log }: Pick<TickDependencies, 'log'>,
) {
  return schedules.flatMap((schedule) => {
    try {
      const due = dueOf(schedule, now);
      return due === undefined ? [] : [due];
    } catch (error) {
      const { schedule_id, tenant_id } = schedule;
      const text = 'A schedule cannot be understood: no run of it is started';
      log('ERROR', text, { tenant_id, schedule_id, error });
      return [];
    }
  });
}

/** Asks BigQuery only where there is something to forget. Another tick does what this one cannot. */
async function forgetDisabled(
  timings: readonly ScheduleTiming[],
  now: Date,
  { forgetSchedules, log }: Pick<TickDependencies, 'forgetSchedules' | 'log'>,
): Promise<void> {
  const before = new Date(now.getTime() - disabledKeptMs);
  if (!timings.some(({ state, updated_at }) => state === 'disabled' && updated_at < before)) return;
  try {
    await forgetSchedules(before);
  } catch (error) {
    log('WARNING', 'Schedules of tenants that are gone could not be deleted yet', { error });
  }
}

/** Those first whose first planned time came first. */
function byTenant(due: readonly DueSchedule[]): ReadonlyMap<string, readonly DueSchedule[]> {
  const tenants = new Map<string, DueSchedule[]>();
  for (const one of due.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const { tenant_id } = one.schedule;
    const own = tenants.get(tenant_id) ?? [];
    own.push(one);
    tenants.set(tenant_id, own);
  }
  return tenants;
}
