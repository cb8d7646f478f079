import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';

/** Who started a run, and from where: in its slot as in the ledger. */
export const startedByColumns = 'actor_kind, actor, address, request_id';
/** The same, and as what it was started. */
export const originColumns = `${startedByColumns}, rerun_of, instructions`;

/** The values of these columns. */
export const startedByFields = {
  actor_kind: string.nullable(),
  actor: string.nullable(),
  address: string.nullable(),
  request_id: string.nullable(),
};
export const originFields = {
  ...startedByFields,
  rerun_of: string.nullable(),
  instructions: string.nullable(),
};

/**
 * The ledger's columns but for `tenant_id`, and so the fields of an entry of `settled_runs`. Versions before
 * recorded negative durations where a clock jumped: they are read as 0.
 */
const outcomeColumns = `
        run_id, pipeline, parameters, trigger, request_hash, ${originColumns}, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at`;

/** The values of these columns: how a run ended. */
export const outcomeFields = {
  run_id: string,
  pipeline: string,
  parameters: string.nullable(),
  trigger: string.nullable(),
  request_hash: string.nullable(),
  ...originFields,
  status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
  error_code: string.nullable(),
  error_message: string.nullable(),
  failed_step: string.nullable(),
  admitted_at: timestamp,
  handed_on_at: timestamp.nullable(),
  started_at: timestamp.nullable(),
  ended_at: timestamp,
  duration_ms: integer.nullable(),
  rows_written: integer.nullable(),
  bytes_processed: integer.nullable(),
  bytes_billed: integer.nullable(),
  watermark: string.nullable(),
  recorded_at: timestamp,
};

/** Of the rows of one run the one that is its outcome, for all who read them. */
export const firstRecorded =
  'QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1';

const admittedBetween = 'admitted_at >= @from AND admitted_at < @to';

/**
 * The same from a page's cursor on. That its runs are none of later days is a bound of its own: from one inside an OR
 * BigQuery does not see which partitions it need not read.
 */
export const admittedUpTo = (cursor: string): string =>
  `${admittedBetween} AND admitted_at <= IFNULL(${cursor}, @to)`;

/**
 * The query that says how runs ended, for all readers: the ledger and, in the same snapshot, the tenant row's
 * `settled_runs`. A run can be in both, and in the ledger more than once, with equal rows.
 *
 * Only rows of a version that decided by appending can differ: of these the one recorded first is the
 * outcome, and of two in the same millisecond the one whose status comes first by name, so that a confirmed
 * cancellation stands.
 *
 * Unless another condition is given, it reads the runs admitted from @from on and before @to: the ledger is
 * partitioned by `admitted_at`, so only these days are billed. A condition has to hold for all rows of a run
 * or for none.
 */
export const recordedRuns = (columns: string, condition = admittedBetween): string => `
    SELECT ${columns}
    FROM (
      SELECT${outcomeColumns}
      FROM pipeline_runs
      WHERE ${condition}
      UNION ALL
      SELECT${outcomeColumns}
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = @tenant_id)
      WHERE ${condition}
    )
    ${firstRecorded}`;

/** The days of the tables that are read, as daysOfRuns has them. */
export const daysParameters = {
  admitted_from: 'TIMESTAMP',
  admitted_to: 'TIMESTAMP',
  recorded_to: 'TIMESTAMP',
} as const;

/** `QUEUED` is a run that waits for a slot, `ADMITTED` one that has it; the others are outcomes. */
export const runStatuses = ['QUEUED', 'ADMITTED', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;

/** What every reader of runs gets of the state of one: as it is recorded, … */
export const stateColumns = `
      status, error_code, error_message, failed_step, admitted_at, started_at, ended_at, duration_ms, rows_written,
      bytes_processed, bytes_billed`;

/** … or, in the same order, from the `slot` of a run in flight. */
export const stateOfSlot = `
    IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED'), NULL, NULL, NULL, slot.admitted_at, NULL, NULL, NULL, NULL, NULL, NULL`;

/** The values of these columns. */
export const stateFields = {
  status: z.enum(runStatuses),
  error_code: string.nullable(),
  error_message: string.nullable(),
  failed_step: string.nullable(),
  admitted_at: timestamp,
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  duration_ms: integer.nullable(),
  rows_written: integer.nullable(),
  bytes_processed: integer.nullable(),
  bytes_billed: integer.nullable(),
};
