import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from './recorded-runs';

/** Of the runs that were admitted in an hour: how many, and a text that is the same where they are. */
export const runsOfHour = z.object({ hour: timestamp, runs: integer, fingerprint: string });

/** Needs `run_id` and `admitted_at`, one row a run. */
export const columnsOfHour = `
  TIMESTAMP_TRUNC(admitted_at, HOUR) AS hour,
  COUNT(*) AS runs,
  CAST(BIT_XOR(FARM_FINGERPRINT(run_id)) AS STRING) AS fingerprint`;

/** The hours in which runs of a tenant were admitted that are over, by the ledger and the tenant row. */
export const listRecordedHours = defineStatement({
  name: 'list-recorded-hours',
  sql: `SELECT${columnsOfHour}
FROM (${recordedRuns('run_id, admitted_at', 'TRUE')}
)
GROUP BY hour
ORDER BY hour`,
  parameters: { tenant_id: 'STRING' },
  row: runsOfHour,
});
