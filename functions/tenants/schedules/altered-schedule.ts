import { invalidFields } from '../../../shared/http/list-problems';
import { spreadMsOf } from '../../../shared/schedules/rules/schedule-identity';
import { missesAllAndSkips, type ScheduleChange } from '../../../shared/schedules/rules/schedule-request';
import type { ScheduleRow } from '../../../shared/sql/schedules/schedule-row';

/** What is changed of a schedule: what its owner says of it, or whether it is active. */
export type ScheduleAlteration = ScheduleChange & { readonly state?: 'active' | 'paused' | undefined };

/**
 * The row after a change. Times of planning that change make it begin anew. Another window does not, nor another zone
 * of an interval: planned times stay what they were, and each still gets its run or its row in the history. Throws
 * `invalid_request` where what is changed and what is not do not fit together.
 */
export function alteredSchedule(before: ScheduleRow, change: ScheduleAlteration, now: Date): ScheduleRow {
  const { cron, interval_seconds, anchor, parameters, description, state, ...others } = change;
  const isByCron = cron !== undefined || (before.cron !== null && interval_seconds === undefined);
  if (isByCron && anchor !== undefined) {
    const message = 'expected with interval_seconds only';
    throw invalidFields([{ field: 'anchor', message }]);
  }
  const byInterval = {
    cron: null,
    interval_seconds: interval_seconds ?? before.interval_seconds,
    anchor: anchor ?? before.anchor ?? startOfMinute(now),
  };
  const after: ScheduleRow = {
    ...before,
    ...withoutUndefined(others),
    ...(isByCron ? { cron: cron ?? before.cron, interval_seconds: null, anchor: null } : byInterval),
    ...(parameters !== undefined && { parameters: JSON.stringify(parameters) }),
    ...(description !== undefined && { description }),
    ...(state !== undefined && { state, reason: null }),
    version: before.version + 1,
    updated_at: now,
  };
  if (missesAllAndSkips.is(after)) {
    const field = change.missed === undefined ? 'overlap' : 'missed';
    throw invalidFields([{ field, message: missesAllAndSkips.message }]);
  }
  const beginsAnew =
    before.cron !== after.cron ||
    before.interval_seconds !== after.interval_seconds ||
    before.anchor?.getTime() !== after.anchor?.getTime() ||
    (after.cron !== null && before.time_zone !== after.time_zone) ||
    (before.state !== 'active' && after.state === 'active');
  if (!beginsAnew) return after;
  const doneUntil = beforeStart(after.schedule_id, after.window_seconds, now);
  return { ...after, handled_until: doneUntil > before.handled_until ? doneUntil : before.handled_until };
}

/** Planned times whose runs would have started by now are done with. */
export const beforeStart = (scheduleId: string, windowSeconds: number, now: Date): Date =>
  new Date(now.getTime() - spreadMsOf(scheduleId, windowSeconds));

export const startOfMinute = (now: Date): Date => new Date(Math.floor(now.getTime() / 60_000) * 60_000);

function withoutUndefined<T extends object>(given: T): { [Name in keyof T]?: Exclude<T[Name], undefined> };
function withoutUndefined(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
