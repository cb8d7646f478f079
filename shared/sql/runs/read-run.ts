import { z } from 'zod';
import { bool, integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { queuePlaces } from './hand-on';
import {
  daysParameters,
  originColumns,
  originFields,
  recordedRuns,
  stateColumns,
  stateFields,
  stateOfSlot,
} from './recorded-runs';

const attempt = z.object({
  step_id: string,
  step_type: string,
  attempt: integer,
  status: z.enum(['COMPLETED', 'FAILED']),
  job_id: string.nullable(),
  started_at: timestamp,
  ended_at: timestamp,
  rows_written: integer.nullable(),
  bytes_processed: integer.nullable(),
  bytes_billed: integer.nullable(),
  error_code: string.nullable(),
  error_message: string.nullable(),
  bad_records: integer.nullable(),
  file_format: string.nullable(),
  warnings: z.array(string),
  definition_hash: string.nullable(),
  watermark: string.nullable(),
});

const check = z.object({
  step_id: string,
  check_name: string,
  check_type: string,
  severity: string,
  passed: bool.nullable(),
  observed: string.nullable(),
  expected: string.nullable(),
  failing_rows: integer.nullable(),
  message: string.nullable(),
});

const recordedRun = z.object({
  run_id: string,
  pipeline: string,
  parameters: string.nullable(),
  trigger: string.nullable(),
  request_hash: string.nullable(),
  ...originFields,
  ...stateFields,
  watermark: string.nullable(),
  handed_on_at: timestamp.nullable(),
  lease_expires_at: timestamp.nullable(),
  queued_until: timestamp.nullable(),
  /** Its place in the queue, from 1; null where it does not wait. */
  queue_place: integer.nullable(),
  onboarding_id: string.nullable(),
  /** The runs that do this one again, oldest first. */
  reruns: z.array(string),
  max_concurrent_pipelines: integer.nullable(),
  /** How long runs took lately, in milliseconds. null: not known. */
  mean_run_ms: integer.nullable(),
  /** By step, in the order of the attempts; each attempt once, even if it was recorded twice. */
  attempts: z.array(attempt),
  /** By step and name. */
  checks: z.array(check),
});

/** A run with everything that is recorded of it. */
export type RecordedRun = z.infer<typeof recordedRun>;
export type RecordedAttempt = z.infer<typeof attempt>;
export type RecordedCheck = z.infer<typeof check>;

const recorded = `
      run_id, pipeline, parameters, trigger, request_hash, ${originColumns}, ${stateColumns}, watermark,
      handed_on_at, CAST(NULL AS TIMESTAMP) AS lease_expires_at, CAST(NULL AS TIMESTAMP) AS queued_until,
      CAST(NULL AS INT64) AS queue_place`;

/**
 * A run as its tenant sees it: from the ledger if it is finished, from its slot if it is in flight, with the
 * records of its steps and checks. The tables are clustered by run_id, but that leaves out no block of a day that
 * has less than one: so what is read is bounded by the days that the run's id names (daysOfRuns). Then mostly
 * BigQuery's minimum is billed, 10 MB for each of the four. Of an id that names none, as that of an idempotency key,
 * nobody knows the days: all of them are read. Its reruns can be of any later day, and are found by two columns, one
 * of which is mostly NULL.
 */
export const readRun = defineStatement({
  name: 'read-run',
  sql: `
SELECT
  run.*,
  (SELECT onboarding_id FROM tenants WHERE tenant_id = @tenant_id) AS onboarding_id,
  (SELECT max_concurrent_pipelines FROM tenants WHERE tenant_id = @tenant_id) AS max_concurrent_pipelines,
  (SELECT mean_run_ms FROM tenants WHERE tenant_id = @tenant_id) AS mean_run_ms,
  ARRAY(
    SELECT AS STRUCT
      step_id, step_type, attempt, status, job_id, started_at, ended_at, rows_written, bytes_processed,
      bytes_billed, error_code, error_message, bad_records, file_format, warnings, definition_hash, watermark
    FROM step_logs
    WHERE run_id = @run_id AND started_at >= @admitted_from AND started_at < @recorded_to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY step_id, attempt ORDER BY recorded_at) = 1
    ORDER BY step_id, attempt
  ) AS attempts,
  ARRAY(
    SELECT AS STRUCT
      step_id, check_name, check_type, severity, passed, observed, expected, failing_rows, message
    FROM dq_results
    WHERE run_id = @run_id AND recorded_at >= @admitted_from AND recorded_at < @recorded_to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY step_id, check_name ORDER BY recorded_at) = 1
    ORDER BY step_id, check_name
  ) AS checks,
  ARRAY(
    SELECT run_id
    FROM (
      SELECT run_id, admitted_at FROM pipeline_runs WHERE rerun_of = @run_id AND admitted_at >= @admitted_from
      UNION ALL
      SELECT settled.run_id, settled.admitted_at
      FROM tenants, UNNEST(settled_runs) AS settled
      WHERE tenant_id = @tenant_id AND settled.rerun_of = @run_id
      UNION ALL
      SELECT slot.run_id, slot.admitted_at
      FROM tenants, UNNEST(active_runs) AS slot
      WHERE tenant_id = @tenant_id AND slot.rerun_of = @run_id
    )
    GROUP BY run_id
    ORDER BY MIN(admitted_at), run_id
    LIMIT 100
  ) AS reruns
FROM (${recordedRuns(recorded, 'run_id = @run_id AND admitted_at >= @admitted_from AND admitted_at < @admitted_to')}
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.parameters, slot.trigger, slot.request_hash,
    slot.actor_kind, slot.actor, slot.address, slot.request_id, slot.rerun_of, slot.instructions, ${stateOfSlot}, NULL, slot.handed_on_at,
    IF(slot.queued_until IS NULL, slot.lease_expires_at, NULL), slot.queued_until,
    (SELECT place FROM (${queuePlaces('active_runs')}) WHERE run_id = slot.run_id)
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = @tenant_id AND slot.run_id = @run_id
) AS run
ORDER BY status IN ('ADMITTED', 'QUEUED')
LIMIT 1`,
  parameters: { tenant_id: 'STRING', run_id: 'STRING', ...daysParameters },
  row: recordedRun,
});
