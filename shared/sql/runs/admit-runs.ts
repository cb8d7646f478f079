import { z } from 'zod';
import { bool, integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * Admission: one script, one request. The UPDATE decides, counts and records in one guarded write; the SELECT
 * says what became of each candidate. A candidate that holds a slot already is not counted again, so a repeat
 * changes nothing.
 *
 * Invariants that the UPDATE keeps:
 * - a run that was withdrawn gets no slot, however late its admission comes;
 * - at most `room` candidates get a slot, where room = min(monthly quota left, concurrent quota left), never
 *   below 0;
 * - each counter moves by exactly the number of slots given;
 * - an expired lease does not count against the concurrent quota, but its slot stays until its run is in the
 *   ledger;
 * - the month's count starts from 0 in a new month (UTC), and the date only ever moves forward: a clock that
 *   is behind counts into the month the row is in, and its slots carry that month's `admitted_at`.
 *
 * The text is the keyed variant, whole. A run whose id follows from an idempotency key may be over and in the
 * ledger when its request is repeated: the lines that end in `-- keyed` look there, give such a run no second
 * slot, and report it as finished. Reading the ledger is billed, so a batch without such ids is sent without
 * these lines.
 *
 * test/shared/sql/snapshots/runs has both variants to be pasted into the BigQuery console.
 */
const keyedScript = `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(tenant.active_runs, decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines = decision.running + ARRAY_LENGTH(decision.admitted),
  quota_reset_date = decision.reset_date,
  last_pipeline_run_at = @now,
  updated_at = @now
FROM (
  SELECT
    tenant_id,
    used_this_month,
    running,
    reset_date,
    -- The new slots: the first candidates that are not known yet, as many as there is room for.
    ARRAY(
      SELECT AS STRUCT
        run_id,
        pipeline,
        parameters,
        trigger,
        request_hash,
        GREATEST(@now, TIMESTAMP(DATE_TRUNC(reset_date, MONTH))) AS admitted_at,
        TIMESTAMP_ADD(@now, INTERVAL lease_seconds SECOND) AS lease_expires_at
      FROM (
        SELECT candidate.*, ROW_NUMBER() OVER (ORDER BY position) AS place
        FROM UNNEST(@candidates) AS candidate WITH OFFSET AS position
        LEFT JOIN (
          SELECT run_id FROM UNNEST(active_runs)
          UNION ALL
          SELECT run_id FROM UNNEST(withdrawn_runs)
        ) AS known ON known.run_id = candidate.run_id
        WHERE known.run_id IS NULL
          AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
      )
      WHERE place <= LEAST(
        IFNULL(max_pipelines_per_month - used_this_month, @unlimited),
        IFNULL(max_concurrent_pipelines - running, @unlimited))
      ORDER BY place
    ) AS admitted
  FROM (
    -- The tenant as it is now: in a new month nothing is used yet, and only unexpired leases run.
    SELECT
      tenant_id,
      active_runs,
      withdrawn_runs,
      max_pipelines_per_month,
      max_concurrent_pipelines,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date) AS reset_date,
      (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running
      , IFNULL((SELECT ARRAY_AGG(run_id) FROM pipeline_runs WHERE run_id IN UNNEST(@keyed_run_ids)), []) AS finished_run_ids -- keyed
    FROM tenants
    WHERE tenant_id = @tenant_id AND is_active
  )
) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;

SELECT
  is_active,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = slot.run_id
  ) AS admitted
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(@keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = @tenant_id`;

const parameters = {
  tenant_id: 'STRING',
  now: 'TIMESTAMP',
  /** More than any quota: stands in for NULL. */
  unlimited: 'INT64',
  /** In the order in which they are admitted; each run_id once. */
  candidates: [
    {
      run_id: 'STRING',
      pipeline: 'STRING',
      parameters: 'STRING',
      trigger: 'STRING',
      request_hash: 'STRING',
      lease_seconds: 'INT64',
    },
  ],
} as const;

const knownRun = z.object({ run_id: string, request_hash: string.nullable() });

/**
 * The tenant row after the decision, and the candidates that it or the ledger knows. No row: there is no
 * tenant.
 */
const row = z.object({
  is_active: bool,
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  used_this_month: integer,
  running: integer,
  admitted: z.array(knownRun),
  finished: z.array(knownRun).default([]),
});

/** Admission of runs with ids of their own: none of them can be in the ledger yet. */
export const admitRuns = defineStatement({
  name: 'admit-runs',
  sql: keyedScript.replace(/\n.*-- keyed$/gm, ''),
  parameters,
  row,
});

/** Admission where some ids, `keyed_run_ids`, follow from idempotency keys. */
export const admitKeyedRuns = defineStatement({
  name: 'admit-keyed-runs',
  sql: keyedScript,
  parameters: { ...parameters, keyed_run_ids: ['STRING'] },
  row,
});
