import type { ReadSchedules } from '../../shared/google/bigquery/tables/read-schedules';
import type { Clock } from '../../shared/support/clock';
import { forEachBounded } from '../../shared/support/for-each';
import type { ScheduleLog } from './schedule-log';
import { type DueRunDependencies, type DueSchedule, dueOf, startDueRuns } from './start-due-runs';

export interface TickDependencies extends DueRunDependencies {
  readonly readSchedules: ReadSchedules;
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
/** Less than the minute to the next tick. What is begun by then has some fifteen seconds more. */
const timeBudgetMs = 40_000;

/**
 * Starts what is due of all tenants' schedules. Where nothing is, it costs nothing but reads that are free of charge.
 * Two at once, or one after another that died, start each planned time's run once: its id follows from schedule and
 * time. Those who have waited longest come first, and
 * what time does not reach is left to a later tick. Throws BigQuery's error where schedules cannot be read, or what was
 * done cannot be written down: a later tick then finds the runs that are started already.
 */
export async function tick(requestId: string, deps: TickDependencies): Promise<TickSummary> {
  const { readSchedules, openLog, clock, log } = deps;
  const startedAt = clock.monotonicMs();
  const schedules = await readSchedules();
  const now = clock.now();
  const due = schedules.flatMap((schedule): readonly DueSchedule[] => {
    try {
      return [dueOf(schedule, now) ?? []].flat();
    } catch (error) {
      const { schedule_id, tenant_id } = schedule;
      log('ERROR', 'A schedule cannot be understood: no run of it is started', {
        tenant_id,
        schedule_id,
        error,
      });
      return [];
    }
  });
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
      log('ERROR', text, { tenant_id: tenantId, error });
    }
  });
  await scheduleLog.written();
  const behind_seconds = Math.floor(behindMs / 1000);
  return { schedules: schedules.length, due: due.length, ...done, left_over: leftOver, behind_seconds };
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
