import { z } from 'zod';
import { integer } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { handedOnRun, handedOnRuns, queueAfter, runsQueued, withSlots } from './hand-on';
import { outcomeFields, recordedRuns } from './recorded-runs';
import {
  appendedParameters,
  type QueueParts,
  runsHeld,
  settleParameters,
  settleUpdate,
  withoutAppended,
} from './settle-runs';

/*
 * The settling statement that settles those of some runs that hold a slot, hands free slots on to the runs that wait,
 * and says how each run ended. It keeps the invariants of settle-runs.ts.
 */

/**
 * The outcomes that count. A run whose time in the queue was up when it was read may have got a slot since then: it
 * is not ended under its worker.
 */
const countingOutcomes = `ARRAY(
          SELECT AS STRUCT outcome.*
          FROM UNNEST(@outcomes) AS outcome
          LEFT JOIN (SELECT run_id FROM UNNEST(active_runs) WHERE queued_until IS NULL) AS started
            ON started.run_id = outcome.run_id
          WHERE started.run_id IS NULL OR NOT IFNULL(outcome.only_if_queued, FALSE)
        )`;

/** How long runs take: a mean over time, in which the latest count for a fifth. For estimates only. */
const meanOfRuns = `
  mean_run_ms = IFNULL(
    (
      SELECT CAST(ROUND(IF(
        tenant.mean_run_ms IS NULL,
        AVG(outcome.duration_ms),
        0.8 * tenant.mean_run_ms + 0.2 * AVG(outcome.duration_ms))) AS INT64)
      FROM UNNEST(tenant.active_runs) AS slot
      JOIN (SELECT run_id, duration_ms FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id),
    tenant.mean_run_ms),`;

const handingOn: QueueParts = {
  outcomes: 'queue.outcomes',
  activeRuns: `ARRAY_CONCAT(${withSlots('SELECT run_id FROM UNNEST(queue.outcomes) UNION ALL ', 'queue.starting')})`,
  starting: `
    + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(queue.starting))`,
  mean: meanOfRuns,
  from: (line) => `FROM ${queueAfter('outcomes', countingOutcomes)}
${line.replace('FROM', 'CROSS JOIN')}`,
};

const someChange = `(${runsHeld('queue.outcomes')} > 0 OR ARRAY_LENGTH(queue.starting) > 0)`;

const heldScript = `${settleUpdate(someChange, handingOn)};

SELECT
  ARRAY(
    SELECT AS STRUCT
      recorded.*,
      recorded.run_id IN UNNEST(ARRAY(
        SELECT settled.run_id
        FROM tenants, UNNEST(settled_runs) AS settled
        WHERE tenant_id = @tenant_id)) AS is_waiting
    FROM (${recordedRuns(
      '*',
      `
        run_id IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(@outcomes)))
        AND admitted_at >= @from AND admitted_at < @to`,
    )}
    ) AS recorded
  ) AS recorded,
  ${runsQueued('active_runs')} AS queued,
  ${handedOnRuns('active_runs')} AS handed_on
FROM tenants
WHERE tenant_id = @tenant_id AND IFNULL(onboarding_id, '') = @onboarding_id`;

const heldParameters = {
  ...settleParameters,
  from: 'TIMESTAMP',
  to: 'TIMESTAMP',
  /** More than any quota: stands in for NULL. */
  unlimited: 'INT64',
  /** Runs that left the queue since then are told. */
  handed_since: 'TIMESTAMP',
} as const;

const heldRow = z.object({
  /** How each of the given runs ended, whoever decided it. */
  recorded: z.array(
    z.object({
      ...outcomeFields,
      /** Its ledger row was not seen yet: it may have to be appended. */
      is_waiting: z.boolean(),
    }),
  ),
  /** How many runs still wait in the queue. */
  queued: integer,
  /** Runs that left the queue, and that nobody may have published. */
  handed_on: z.array(handedOnRun),
});

/**
 * Settles those of the given runs that hold a slot, hands the free slots on, and says how each run ended. Nothing
 * is said of a run that was never admitted, was withdrawn, or belongs to another life of the tenant; of a tenant
 * that is gone there is no row. All of the runs were admitted from @from on and before @to.
 */
export const settleHeldRuns = defineStatement({
  name: 'settle-held-runs',
  sql: withoutAppended(heldScript),
  parameters: heldParameters,
  row: heldRow,
});

/** The same, and drops entries of `settled_runs` that it sees in the ledger. */
export const settleHeldAndDropRuns = defineStatement({
  name: 'settle-held-and-drop-runs',
  sql: heldScript,
  parameters: { ...heldParameters, ...appendedParameters },
  row: heldRow,
});
