import type { BigQuery } from '@google-cloud/bigquery';
import type { Log } from '../../../log';
import { type ScheduleRow, scheduleRow } from '../../../sql/schedules/schedule-row';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/**
 * All schedules of the control dataset, by tabledata.list, which is free of charge. It may see an older state than a
 * statement does. None where there is no such table. A row that cannot be read is left out, and logged: one tenant's
 * concerns no other.
 */
export type ReadSchedules = () => Promise<readonly ScheduleRow[]>;

/** Some ten thousand rows come in each of several calls. In milliseconds. */
const longestReadMs = 20_000;

export const createReadSchedules =
  (bigquery: BigQuery, controlDataset: string, log: Log): ReadSchedules =>
  async () => {
    try {
      const asked = bigquery.dataset(controlDataset).table('schedules').getRows();
      const [rows] = await within(longestReadMs, 'BigQuery', asked);
      return rows.flatMap((row: unknown) => {
        const parsed = scheduleRow.safeParse(row);
        if (parsed.success) return [parsed.data];
        log('ERROR', 'A schedule cannot be read: no run of it is started', { error: parsed.error });
        return [];
      });
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
