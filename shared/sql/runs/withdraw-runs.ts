import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import {
  handedOnRun,
  handedOnRuns,
  queueAfter,
  runsQueued,
  slotsFreed,
  slotsHeld,
  withSlots,
} from './hand-on';

/*
 * Takes back admissions whose callers are told that nothing was started: slots and counts together, as if
 * they had never been. An admission that is still on its way finds its run in `withdrawn_runs` and gives it
 * no slot: both statements change the same row, so the later one sees the earlier. A run that is settled
 * stays counted. An admission gives up within seconds; its withdrawal is forgotten after an hour.
 *
 * No run is withdrawn that was admitted at or before `confirmed_until`, or was handed a slot by the queue. Reconcile,
 * or who freed that slot, may have started it, and it must not lose its slot under its worker. Nor is one that is over
 * by now: its caller must not be told that nothing was started.
 * That is a fact of the row and no matter of clocks, so it holds however late a statement gets its turn.
 */

/** The runs and statements that get nothing any more, with these: those of the last hour. */
export const remembered = (runs: string): string => `ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(@now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(${runs})
    UNION ALL
    SELECT AS STRUCT run_id, @now AS withdrawn_at FROM UNNEST(${runs}) AS run_id)`;

/**
 * Of these runs those that the ledger has. Who withdraws a run admitted it within this minute: a day is enough for any
 * clock, and without such a bound BigQuery reads the whole ledger.
 */
const finishedRuns = (columns: string): string => `
    SELECT ${columns}
    FROM pipeline_runs
    WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= TIMESTAMP_SUB(@now, INTERVAL 1 DAY)`;

/**
 * All of the given runs are withdrawn, or none (`affectedRows` is 0): none where one of them cannot be any more, or
 * where one is in flight while others wait for slots.
 */
export const withdrawRuns = defineStatement({
  name: 'withdraw-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot
    FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(@run_ids)
    ORDER BY position),
  pipeline_runs_count = pipeline_runs_count - (
    SELECT COUNT(*) FROM UNNEST(active_runs) WHERE run_id IN UNNEST(@run_ids)),
  pipeline_runs_this_month = pipeline_runs_this_month - (
    SELECT COUNT(*)
    FROM UNNEST(active_runs)
    WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH))),
  current_running_pipelines = (
    SELECT IFNULL(SUM(IFNULL(slots, 1)), 0)
    FROM UNNEST(active_runs)
    WHERE lease_expires_at > @now AND queued_until IS NULL AND run_id NOT IN UNNEST(@run_ids)),
  withdrawn_runs = ${remembered('@run_ids')},
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND NOT EXISTS (
    SELECT 1
    FROM UNNEST(active_runs) AS slot
    WHERE slot.run_id IN UNNEST(@run_ids)
      AND (slot.admitted_at <= confirmed_until OR slot.handed_on_at IS NOT NULL OR ${runsQueued('active_runs')} > 0))
  AND NOT EXISTS (SELECT 1 FROM UNNEST(settled_runs) AS settled WHERE settled.run_id IN UNNEST(@run_ids))
  AND NOT EXISTS (${finishedRuns('1')})`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.unknown(),
});

/**
 * Admission statements that were given up change nothing any more: each knows itself by its `statement_id`, which is
 * remembered among the withdrawn runs. Nothing else has such an id, so there is nothing to give back.
 */
export const withdrawStatements = defineStatement({
  name: 'withdraw-statements',
  sql: `
UPDATE tenants AS tenant
SET withdrawn_runs = ${remembered('@statement_ids')}, updated_at = @now
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', statement_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.unknown(),
});

/** Those of the given runs that can still be withdrawn. */
const withdrawable = `ARRAY(
          SELECT AS STRUCT asked.run_id
          FROM (SELECT DISTINCT run_id FROM UNNEST(@run_ids) AS run_id) AS asked
          LEFT JOIN (
            SELECT run_id
            FROM UNNEST(active_runs)
            WHERE admitted_at <= confirmed_until OR handed_on_at IS NOT NULL
            UNION ALL
            SELECT run_id FROM UNNEST(settled_runs)
          ) AS begun ON begun.run_id = asked.run_id
          WHERE begun.run_id IS NULL
        )`;

const withdrawnSlots = `
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(queue.withdrawn)) AS withdrawn ON withdrawn.run_id = slot.run_id`;

/**
 * Each of the given runs is withdrawn that can be; the slots that this frees are handed on in the same write
 * (hand-on.ts). It says which are withdrawn, and which runs left the queue, to publish them.
 */
export const withdrawAndHandOn = defineStatement({
  name: 'withdraw-and-hand-on',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(${withSlots('SELECT run_id FROM UNNEST(queue.withdrawn) UNION ALL ', 'queue.starting')}),
  pipeline_runs_count = tenant.pipeline_runs_count - (${withdrawnSlots}),
  pipeline_runs_this_month = tenant.pipeline_runs_this_month - (${withdrawnSlots}
    WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))),
  current_running_pipelines = ${slotsHeld('tenant.active_runs')}
    - ${slotsFreed('tenant.active_runs', 'queue.withdrawn')}
    + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(queue.starting)),
  withdrawn_runs = ${remembered('ARRAY(SELECT run_id FROM UNNEST(queue.withdrawn))')},
  updated_at = @now
FROM ${queueAfter('withdrawn', withdrawable)}
WHERE tenant.tenant_id = @tenant_id AND ARRAY_LENGTH(queue.withdrawn) > 0;

SELECT
  ARRAY(
    SELECT run_id
    FROM UNNEST(withdrawn_runs)
    WHERE run_id IN UNNEST(@run_ids) AND run_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(settled_runs)))
    ORDER BY run_id
  ) AS withdrawn,
  ARRAY(${finishedRuns('DISTINCT run_id')}
    ORDER BY run_id) AS finished,
  ${handedOnRuns('active_runs')} AS handed_on
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: {
    tenant_id: 'STRING',
    run_ids: ['STRING'],
    now: 'TIMESTAMP',
    /** More than any quota: stands in for NULL. */
    unlimited: 'INT64',
    /** Runs that left the queue since then are told. */
    handed_since: 'TIMESTAMP',
  },
  row: z.object({
    withdrawn: z.array(string),
    /** Those of them that are over, and so are not withdrawn, whatever the row says. */
    finished: z.array(string),
    /** Runs that left the queue, and that nobody may have published. */
    handed_on: z.array(handedOnRun),
  }),
});
