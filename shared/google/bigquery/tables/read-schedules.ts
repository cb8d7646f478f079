import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { Log } from '../../../log';
import {
  type ScheduleRow,
  type ScheduleTiming,
  scheduleRow,
  scheduleTiming,
} from '../../../sql/schedules/schedule-row';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/**
 * When all schedules of the control dataset are due, by tabledata.list, which is free of charge. It may see an older
 * state than a statement does. None where there is no such table. A row that cannot be read is left out, and logged:
 * one tenant's concerns no other.
 */
export type ReadScheduleTimings = () => Promise<readonly ScheduleTiming[]>;

/**
 * All of these schedules, likewise. All rows are read for it, and forgotten page by page: their parameters may be
 * large.
 */
export type ReadSchedules = (scheduleIds: ReadonlySet<string>) => Promise<readonly ScheduleRow[]>;

/** For a page of 10 MB at most: some ten thousand rows. In milliseconds. */
const longestPageMs = 12_000;

export const createReadScheduleTimings =
  (bigquery: BigQuery, controlDataset: string, log: Log): ReadScheduleTimings =>
  () =>
    readRows(bigquery, controlDataset, scheduleTiming, () => true, log);

export const createReadSchedules =
  (bigquery: BigQuery, controlDataset: string, log: Log): ReadSchedules =>
  (scheduleIds) =>
    readRows(bigquery, controlDataset, scheduleRow, (id) => scheduleIds.has(id), log);

/** What the client answers for a page: its rows, and what asks for the next one. */
type RowsOfPage = readonly [readonly unknown[], (object | null)?, ...unknown[]];

const idSchema = z.object({ schedule_id: z.string() });

async function readRows<Shape extends z.ZodRawShape>(
  bigquery: BigQuery,
  controlDataset: string,
  schema: z.ZodObject<Shape>,
  isMeant: (scheduleId: string) => boolean,
  log: Log,
) {
  const table = bigquery.dataset(controlDataset).table('schedules');
  const found: z.output<typeof schema>[] = [];
  try {
    let page: object | null = { selectedFields: Object.keys(schema.shape).join(), autoPaginate: false };
    while (page !== null) {
      const [rows, next]: RowsOfPage = await within(longestPageMs, 'BigQuery', table.getRows(page));
      for (const row of rows) {
        const { data: { schedule_id } = {} } = idSchema.safeParse(row);
        if (schedule_id !== undefined && !isMeant(schedule_id)) continue;
        const parsed = schema.safeParse(row);
        if (parsed.success) found.push(parsed.data);
        else {
          const { error } = parsed;
          log('ERROR', 'A schedule cannot be read: no run of it is started', { schedule_id, error });
        }
      }
      page = next ?? null;
    }
    return found;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
