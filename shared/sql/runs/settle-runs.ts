import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { runsQueued, slotsFreed, slotsHeld } from './hand-on';
import { alertsOfBytes } from './quota-alerts';

/** What BigQuery billed for the runs that this UPDATE settles, and that count in the month of the row. */
const billedThisMonth = (outcomes: string): string => `(
    SELECT IFNULL(SUM(outcome.bytes_billed), 0)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, bytes_billed FROM UNNEST(${outcomes})) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH)))`;

/**
 * Settling: the one decision how a run ended. It moves a run from `active_runs` to `settled_runs`, and so
 * frees the slot and fixes the outcome in one write.
 *
 * Invariants that the UPDATE keeps:
 * - only a run that holds a slot is settled, so the first decision stands, whoever makes another;
 * - what the outcome says of the run itself comes from its slot, so that it can only be settled as what was
 *   admitted;
 * - the tenant is the one that was onboarded as `onboarding_id`: no outcome of an earlier life reaches it;
 * - an entry of `settled_runs` is dropped only if this statement itself sees its row in the ledger, by
 *   `recorded_at`: a row of the version before can tell another outcome. It looks only for `appended`, in the
 *   days in which they were admitted (the lines that end in `-- appended`). So its price does not grow with
 *   the ledger.
 *
 * While runs wait, whoever frees a slot gives it in the same write to the next of them (hand-on.ts), and is told
 * which, to publish them. That takes the script: the lone UPDATEs change nothing then, unless they settle nothing.
 *
 * What BigQuery billed for a run counts in the month in which it was admitted, if the row still counts that month.
 * A row that a version before made has no count (NULL) until reconcile gives it one.
 *
 * A run under an idempotency key is kept in `withdrawn_runs` for as long as in `settled_runs`. An instance of the
 * version before looks for it only there and in the ledger, and must not admit it again in between.
 *
 * `SELECT AS STRUCT (NULL entry).* REPLACE` takes an entry's type from the column. So a column that gets
 * further fields later does not break this version, which leaves them NULL.
 *
 * Arrays are compared by inner joins and EXCEPT DISTINCT, which are hashed: with `IN UNNEST` the local engine
 * compares each entry with each other one, and 5,000 slots with 100 outcomes take it the better part of a
 * minute.
 *
 * The lines of its FROM clause that end in `-- appended` are for `appendedParameters`.
 */
export const settleUpdate = (
  guard: string,
  { outcomes, activeRuns, starting, mean, from }: QueueParts,
): string => `
UPDATE tenants AS tenant
SET
  active_runs = ${activeRuns},
  settled_runs = ARRAY_CONCAT(
    ARRAY(
      SELECT settled
      FROM UNNEST(tenant.settled_runs) AS settled WITH OFFSET AS position
      JOIN ( -- appended
        SELECT run_id FROM UNNEST(tenant.settled_runs) -- appended
        EXCEPT DISTINCT -- appended
        SELECT run_id FROM UNNEST(ledger.run_ids) AS run_id -- appended
      ) AS kept ON kept.run_id = settled.run_id -- appended
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT tenant.settled_runs[SAFE_OFFSET(-1)].* REPLACE (
        slot.run_id AS run_id,
        slot.pipeline AS pipeline,
        slot.parameters AS parameters,
        slot.trigger AS trigger,
        slot.request_hash AS request_hash,
        slot.actor_kind AS actor_kind,
        slot.actor AS actor,
        slot.address AS address,
        slot.request_id AS request_id,
        slot.rerun_of AS rerun_of,
        slot.instructions AS instructions,
        outcome.status AS status,
        outcome.error_code AS error_code,
        outcome.error_message AS error_message,
        outcome.failed_step AS failed_step,
        slot.admitted_at AS admitted_at,
        IF(slot.queued_until IS NULL, slot.handed_on_at, outcome.ended_at) AS handed_on_at,
        outcome.started_at AS started_at,
        outcome.ended_at AS ended_at,
        outcome.duration_ms AS duration_ms,
        outcome.rows_written AS rows_written,
        outcome.bytes_processed AS bytes_processed,
        outcome.bytes_billed AS bytes_billed,
        outcome.watermark AS watermark,
        outcome.recorded_at AS recorded_at)
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (SELECT * FROM UNNEST(${outcomes})) AS outcome ON outcome.run_id = slot.run_id
      ORDER BY position)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE run_id NOT IN UNNEST(ledger.run_ids) -- appended
    UNION ALL
    SELECT AS STRUCT slot.run_id, @now AS withdrawn_at
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(${outcomes})) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.request_hash IS NOT NULL),
  current_running_pipelines = ${slotsHeld('tenant.active_runs')}
    - ${slotsFreed('tenant.active_runs', outcomes)}${starting},${mean}
  bytes_billed_this_month = tenant.bytes_billed_this_month + ${billedThisMonth(outcomes)},
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ${alertsOfBytes(billedThisMonth(outcomes), outcomes)}),
  updated_at = @now
${from('FROM ( -- appended')}
  SELECT IFNULL(ARRAY_AGG(DISTINCT run_id), []) AS run_ids -- appended
  FROM pipeline_runs -- appended
  WHERE run_id IN UNNEST(@appended_run_ids) -- appended
    AND STRUCT(run_id, recorded_at) IN UNNEST(@appended) -- appended
    AND admitted_at >= @appended_from AND admitted_at < @appended_to -- appended
) AS ledger -- appended
WHERE tenant.tenant_id = @tenant_id
  AND IFNULL(tenant.onboarding_id, '') = @onboarding_id
  AND ${guard}`;

/** What differs where a queue is handed on. */
export interface QueueParts {
  /** The outcomes that count: all that are given, or those that a FROM clause lets pass. */
  readonly outcomes: string;
  /** `active_runs` after the write. */
  readonly activeRuns: string;
  /** What is added to the slots that are held. */
  readonly starting: string;
  readonly mean: string;
  /** The FROM clause, with this line of it. */
  readonly from: (line: string) => string;
}

/** Nobody waits. */
const alone: QueueParts = {
  outcomes: '@outcomes',
  activeRuns: `ARRAY(
    SELECT slot
    FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    JOIN (
      SELECT run_id FROM UNNEST(tenant.active_runs)
      EXCEPT DISTINCT
      SELECT run_id FROM UNNEST(@outcomes)
    ) AS kept ON kept.run_id = slot.run_id
    ORDER BY position)`,
  starting: '',
  mean: '',
  from: (line) => line,
};

/** How many of these runs are in flight. */
export const runsHeld = (outcomes: string): string => `(
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(${outcomes})) AS outcome ON outcome.run_id = slot.run_id)`;

/** Those of them that are as they were read: whoever settles one tells others of its outcome as it knows it. */
const runsHeldAsKnown = `(
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, handed_on_at FROM UNNEST(@outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE (slot.handed_on_at IS NULL AND outcome.handed_on_at IS NULL) OR slot.handed_on_at = outcome.handed_on_at)`;

/** Also where none are given, which BigQuery may read as a NULL array, whose ARRAY_LENGTH is NULL. */
export const runsGiven = '(SELECT COUNT(*) FROM UNNEST(@outcomes))';
const allHoldSlots = `${runsHeldAsKnown} = ${runsGiven}
  AND (${runsGiven} = 0 OR ${runsQueued('tenant.active_runs')} = 0)`;

/** Without what only looks for ledger rows. */
export const withoutAppended = (sql: string): string => sql.replace(/\n.*-- appended$/gm, '');

/** Of all settling statements. */
export const settleParameters = {
  tenant_id: 'STRING',
  /** Empty for a tenant that was onboarded before there were onboarding ids. */
  onboarding_id: 'STRING',
  now: 'TIMESTAMP',
  /** Each run_id once. */
  outcomes: [
    {
      run_id: 'STRING',
      status: 'STRING',
      error_code: 'STRING',
      error_message: 'STRING',
      failed_step: 'STRING',
      /** As the run was read: a run that has left the queue meanwhile is settled by the script. */
      handed_on_at: 'TIMESTAMP',
      /** Whether the run is to be settled only if it still waits in the queue. */
      only_if_queued: 'BOOL',
      started_at: 'TIMESTAMP',
      ended_at: 'TIMESTAMP',
      duration_ms: 'INT64',
      rows_written: 'INT64',
      bytes_processed: 'INT64',
      bytes_billed: 'INT64',
      watermark: 'STRING',
      recorded_at: 'TIMESTAMP',
    },
  ],
} as const;

export const appendedParameters = {
  /** Ledger rows that were appended; their runs were admitted from `appended_from` on and before `appended_to`. */
  appended: [{ run_id: 'STRING', recorded_at: 'TIMESTAMP' }],
  /** The ids of these rows: by a plain parameter BigQuery skips blocks of a table that is clustered by run_id. */
  appended_run_ids: ['STRING'],
  appended_from: 'TIMESTAMP',
  appended_to: 'TIMESTAMP',
} as const;

/** Settles all of the given runs, or changes nothing: `affectedRows` is 1 or 0. */
export const settleRuns = defineStatement({
  name: 'settle-runs',
  sql: withoutAppended(settleUpdate(allHoldSlots, alone)),
  parameters: settleParameters,
  row: z.unknown(),
});

/** The same, and drops entries of `settled_runs` that it sees in the ledger. */
export const settleAndDropRuns = defineStatement({
  name: 'settle-and-drop-runs',
  sql: settleUpdate(allHoldSlots, alone),
  parameters: { ...settleParameters, ...appendedParameters },
  row: z.unknown(),
});
