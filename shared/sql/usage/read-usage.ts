import { z } from 'zod';
import { integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from '../runs/recorded-runs';

/** Sums over `runs`, which says of each run its status, slot_ms and what it used. */
export const usageSums = `
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  COUNTIF(status = 'ADMITTED') AS in_flight,
  COUNTIF(status = 'QUEUED') AS queued,
  IFNULL(SUM(slot_ms), 0) AS slot_ms,
  IFNULL(SUM(duration_ms), 0) AS duration_ms,
  APPROX_QUANTILES(duration_ms, 100)[SAFE_OFFSET(50)] AS duration_ms_p50,
  APPROX_QUANTILES(duration_ms, 100)[SAFE_OFFSET(95)] AS duration_ms_p95,
  IFNULL(SUM(rows_written), 0) AS rows_written,
  IFNULL(SUM(bytes_processed), 0) AS bytes_processed,
  IFNULL(SUM(bytes_billed), 0) AS bytes_billed`;

/** The values of these sums. */
export const usageSumFields = {
  runs: integer,
  completed: integer,
  failed: integer,
  cancelled: integer,
  /** That have a slot. */
  in_flight: integer,
  /** That wait for one. */
  queued: integer,
  /** Milliseconds from admission to outcome, of finished runs. */
  slot_ms: integer,
  /** Milliseconds from the first step's start to the outcome. */
  duration_ms: integer,
  /** The median and what 95 of 100 runs stay below, about: BigQuery's APPROX_QUANTILES. Null: no run has one. */
  duration_ms_p50: integer.nullable(),
  duration_ms_p95: integer.nullable(),
  rows_written: integer,
  bytes_processed: integer,
  bytes_billed: integer,
};

/** Of a slot. In place of an array of slots that tell it: of thousands in flight that would be too large to make. */
const statusInFlight = "IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED')";

/**
 * What a tenant has used: in all, and by the month or day (UTC) in which its runs were admitted, and by pipeline or
 * status. Finished runs and runs in flight come from one snapshot, each once, so a month's runs are as many as
 * the tenant's count of that month says.
 */
export const readUsage = defineStatement({
  name: 'read-usage',
  sql: `
WITH
  recorded AS (${recordedRuns('run_id, pipeline, status, admitted_at, handed_on_at, ended_at, duration_ms, rows_written, bytes_processed, bytes_billed')}
  ),
  runs AS (
    SELECT
      IF(@by_status, status, pipeline) AS name, status, admitted_at,
      -- A version before recorded runs that ended before they were admitted, where a clock jumped.
      GREATEST(TIMESTAMP_DIFF(ended_at, IFNULL(handed_on_at, admitted_at), MILLISECOND), 0) AS slot_ms,
      duration_ms, rows_written, bytes_processed, bytes_billed
    FROM recorded
    UNION ALL
    SELECT
      IF(@by_status, ${statusInFlight}, slot.pipeline), ${statusInFlight}, slot.admitted_at, NULL, NULL, NULL, NULL, NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
      AND slot.admitted_at >= @from AND slot.admitted_at < @to
      AND slot.run_id NOT IN (SELECT run_id FROM recorded)
  )
SELECT
  period,
  name,${usageSums}
FROM (SELECT *, FORMAT_TIMESTAMP(IF(@by_day, '%Y-%m-%d', '%Y-%m'), admitted_at) AS period FROM runs)
GROUP BY GROUPING SETS ((period, name), ())
ORDER BY period, name`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    by_day: 'BOOL',
    by_status: 'BOOL',
  },
  row: z.object({
    /** A month such as 2026-11, or a day such as 2026-11-30. Null in the one row of all, which comes first. */
    period: string.nullable(),
    /** The pipeline or the status. Null in the row of all. */
    name: string.nullable(),
    ...usageSumFields,
  }),
});
