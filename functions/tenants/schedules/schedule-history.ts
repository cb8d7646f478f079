import { z } from 'zod';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
} from '../../../shared/http/parse';
import { listScheduleTimes, timeOutcomes } from '../../../shared/sql/schedules/list-schedule-times';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { type ScheduleDependencies, scheduleOf } from './administer-schedules';

const placeSchema = z
  .tuple([z.int()])
  .transform(([time]) => new Date(time))
  .refine((time) => time >= earliest && time <= latest);

export const scheduleHistoryQuerySchema = z.strictObject({
  from: momentSchema.optional(),
  to: momentSchema.default(latest),
  outcome: z.enum(timeOutcomes, `expected ${timeOutcomes.join(', ')}`).optional(),
  limit: limitSchema(100, 1000),
  cursor: cursorSchema(placeSchema).optional(),
});

/** So far back it looks unless asked otherwise. In milliseconds. */
const usuallyShownMs = 30 * 86_400_000;

/** What became of a schedule's planned times, youngest first, page by page. Throws `schedule_not_found`. */
export async function showHistory(
  tenant: TenantLife,
  scheduleId: string,
  { from, to, outcome, limit, cursor }: z.output<typeof scheduleHistoryQuerySchema>,
  deps: ScheduleDependencies,
) {
  const parameters = {
    tenant_id: tenant.tenant_id,
    schedule_id: scheduleId,
    from: from ?? new Date(deps.now().getTime() - usuallyShownMs),
    to,
    until_at: cursor ?? null,
    outcome: outcome ?? null,
    // One row more than asked for shows whether there is a next page.
    most: limit + 1,
  };
  const [, rows] = await Promise.all([
    scheduleOf(tenant, scheduleId, deps),
    rowsOrNone(deps.runStatement(deps.controlDataset, listScheduleTimes, parameters)),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    times: page.map(({ planned_at, missed_since, recorded_at, ...row }) => ({
      planned_at: planned_at.toISOString(),
      ...row,
      missed_since: missed_since?.toISOString() ?? null,
      recorded_at: recorded_at.toISOString(),
    })),
    next_cursor: hasNext ? encodeCursor([last.planned_at.getTime()]) : null,
  };
}
