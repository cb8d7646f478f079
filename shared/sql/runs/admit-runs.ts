import { z } from 'zod';
import { bool, date, integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { alertsOfRuns } from './quota-alerts';

/**
 * Admission. Two statements decide alike: `admit-runs` gives all candidates a slot or changes nothing, so one
 * UPDATE does and nothing has to be read back; `decide-runs` admits as many as there is room for, and says
 * what became of each.
 *
 * Invariants that both keep:
 * - a candidate that is known already (in a slot, settled, withdrawn) gets no second slot, so a repeat changes
 *   nothing;
 * - a statement that was given up (its `statement_id` is in `withdrawn_runs`) changes nothing any more, however
 *   late it gets its turn: what its repeat has said stands;
 * - a candidate whose API key is revoked gets none, whatever an instance remembers of the key;
 * - at most `room` candidates get one, where room = min(monthly quota left, concurrent quota left), never
 *   below 0, and none while too many outcomes wait for the ledger;
 * - none gets one once the bytes that BigQuery billed this month reach the byte budget;
 * - each counter moves by exactly the number of slots given;
 * - a share of the month's quota that is reached by a slot is noted in `quota_alerts`, with its run (quota-alerts.ts);
 * - an expired lease does not count against the concurrent quota, but its slot stays until its run is settled;
 * - the month's count starts from 0 in a new month (UTC), and the date only ever moves forward: a clock that
 *   is behind counts into the month the row is in, and its slots carry that month's `admitted_at`.
 *
 * The texts are the keyed variants, whole. A run whose id follows from an idempotency key may be over and in
 * the ledger when its request is repeated: the lines that end in `-- keyed` look there. Reading the ledger is
 * billed, so a batch without such ids is sent without these lines.
 *
 * `SELECT AS STRUCT (NULL slot).* REPLACE` takes a slot's type from the column. So a column that gets further
 * fields later does not break this version, which leaves them NULL.
 *
 * test/shared/sql/snapshots/runs has all variants to be pasted into the BigQuery console.
 */

/** In a new month nothing is used yet. */
const usedBefore = 'IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month)';
const countedDay = 'IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date)';

const allOrNothing = `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(
    IFNULL(tenant.active_runs, []),
    ARRAY(
      SELECT AS STRUCT tenant.active_runs[SAFE_OFFSET(-1)].* REPLACE (
        candidate.run_id AS run_id,
        candidate.pipeline AS pipeline,
        candidate.parameters AS parameters,
        candidate.trigger AS trigger,
        candidate.request_hash AS request_hash,
        candidate.actor_kind AS actor_kind,
        candidate.actor AS actor,
        candidate.address AS address,
        candidate.request_id AS request_id,
        candidate.rerun_of AS rerun_of,
        candidate.instructions AS instructions,
        GREATEST(@now, TIMESTAMP(DATE_TRUNC(IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date), MONTH))) AS admitted_at,
        TIMESTAMP_ADD(@now, INTERVAL candidate.lease_seconds SECOND) AS lease_expires_at)
      FROM UNNEST(@candidates) AS candidate WITH OFFSET AS position
      ORDER BY position)),
  pipeline_runs_count = pipeline_runs_count + ARRAY_LENGTH(@candidates),
  pipeline_runs_this_month =
    IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) + ARRAY_LENGTH(@candidates),
  current_running_pipelines =
    (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) + ARRAY_LENGTH(@candidates),
  bytes_billed_this_month = IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, bytes_billed_this_month),
  quota_reset_date = IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date),
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ${alertsOfRuns('@candidates', usedBefore, countedDay)}),
  last_pipeline_run_at = @now,
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND is_active
  AND @statement_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(withdrawn_runs)))
  AND ARRAY_LENGTH(IFNULL(settled_runs, [])) < @most_waiting
  AND IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) + ARRAY_LENGTH(@candidates)
    <= IFNULL(max_pipelines_per_month, @unlimited)
  AND (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) + ARRAY_LENGTH(@candidates)
    <= IFNULL(max_concurrent_pipelines, @unlimited)
  AND (max_bytes_billed_per_month IS NULL
    OR IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
      < max_bytes_billed_per_month)
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT run_id FROM UNNEST(active_runs)
      UNION ALL
      SELECT run_id FROM UNNEST(settled_runs)
      UNION ALL
      SELECT run_id FROM UNNEST(withdrawn_runs)
    ) AS known
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = known.run_id)
  AND NOT EXISTS (
    SELECT 1
    FROM UNNEST(revoked_keys) AS revoked
    JOIN (SELECT key_id FROM UNNEST(@candidates)) AS candidate ON candidate.key_id = revoked.key_id)
  AND NOT EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id IN UNNEST(@keyed_run_ids)) -- keyed`;

const script = `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(IFNULL(tenant.active_runs, []), decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines = decision.running + ARRAY_LENGTH(decision.admitted),
  bytes_billed_this_month = decision.bytes_billed_this_month,
  quota_reset_date = decision.reset_date,
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ${alertsOfRuns('decision.admitted', 'decision.used_this_month', 'decision.reset_date')}),
  last_pipeline_run_at = @now,
  updated_at = @now
FROM (
  SELECT
    tenant_id,
    used_this_month,
    running,
    bytes_billed_this_month,
    reset_date,
    -- The new slots: the first candidates that are not known yet, as many as there is room for.
    ARRAY(
      SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE (
        candidate.run_id AS run_id,
        candidate.pipeline AS pipeline,
        candidate.parameters AS parameters,
        candidate.trigger AS trigger,
        candidate.request_hash AS request_hash,
        candidate.actor_kind AS actor_kind,
        candidate.actor AS actor,
        candidate.address AS address,
        candidate.request_id AS request_id,
        candidate.rerun_of AS rerun_of,
        candidate.instructions AS instructions,
        GREATEST(@now, TIMESTAMP(DATE_TRUNC(reset_date, MONTH))) AS admitted_at,
        TIMESTAMP_ADD(@now, INTERVAL candidate.lease_seconds SECOND) AS lease_expires_at)
      FROM (
        SELECT candidate.*, ROW_NUMBER() OVER (ORDER BY position) AS place
        FROM UNNEST(@candidates) AS candidate WITH OFFSET AS position
        JOIN (
          SELECT run_id FROM UNNEST(@candidates)
          EXCEPT DISTINCT
          SELECT run_id FROM UNNEST(known_run_ids) AS run_id
        ) AS unknown ON unknown.run_id = candidate.run_id
        WHERE candidate.key_id NOT IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(revoked_keys)))
          AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
      ) AS candidate
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
      revoked_keys,
      max_pipelines_per_month,
      max_concurrent_pipelines,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date) AS reset_date,
      (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, bytes_billed_this_month) AS bytes_billed_this_month,
      ARRAY(
        SELECT run_id FROM UNNEST(active_runs)
        UNION ALL
        SELECT run_id FROM UNNEST(settled_runs)
        UNION ALL
        SELECT run_id FROM UNNEST(withdrawn_runs)) AS known_run_ids
      , IFNULL((SELECT ARRAY_AGG(run_id) FROM pipeline_runs WHERE run_id IN UNNEST(@keyed_run_ids)), []) AS finished_run_ids -- keyed
    FROM tenants
    WHERE tenant_id = @tenant_id
      AND is_active
      AND @statement_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(withdrawn_runs)))
      AND ARRAY_LENGTH(IFNULL(settled_runs, [])) < @most_waiting
      AND (max_bytes_billed_per_month IS NULL
        OR IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
          < max_bytes_billed_per_month)
  )
) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;

SELECT
  is_active,
  suspension_public_reason,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  quota_reset_date,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running,
  max_bytes_billed_per_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, IFNULL(bytes_billed_this_month, 0)) AS bytes_this_month,
  ARRAY_LENGTH(IFNULL(settled_runs, [])) AS waiting_outcomes,
  ARRAY(
    SELECT key_id FROM UNNEST(revoked_keys)
    WHERE key_id IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(@candidates)))
  ) AS revoked_key_ids,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = slot.run_id
    UNION ALL
    SELECT AS STRUCT settled.run_id, settled.request_hash
    FROM UNNEST(settled_runs) AS settled
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = settled.run_id
  ) AS known
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(@keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = @tenant_id`;

const withoutKeyed = (sql: string): string => sql.replace(/\n.*-- keyed$/gm, '');

const parameters = {
  tenant_id: 'STRING',
  /** Names this attempt. It is written to `withdrawn_runs` where the attempt is given up before it was answered. */
  statement_id: 'STRING',
  now: 'TIMESTAMP',
  /** More than any quota: stands in for NULL. */
  unlimited: 'INT64',
  /** With so many outcomes that wait for the ledger, nothing is admitted. */
  most_waiting: 'INT64',
  /** In the order in which they are admitted; each run_id once. */
  candidates: [
    {
      run_id: 'STRING',
      pipeline: 'STRING',
      parameters: 'STRING',
      trigger: 'STRING',
      request_hash: 'STRING',
      /** Who asks for it, and from where. */
      actor_kind: 'STRING',
      actor: 'STRING',
      address: 'STRING',
      request_id: 'STRING',
      rerun_of: 'STRING',
      instructions: 'STRING',
      /** The API key that the request came with. */
      key_id: 'STRING',
      lease_seconds: 'INT64',
    },
  ],
} as const;
const keyedParameters = { ...parameters, keyed_run_ids: ['STRING'] } as const;

/** `affectedRows` is 1 if all candidates were admitted, and 0 if none was. */
export const admitRuns = defineStatement({
  name: 'admit-runs',
  sql: withoutKeyed(allOrNothing),
  parameters,
  row: z.unknown(),
});

/** The same where some ids, `keyed_run_ids`, follow from idempotency keys. */
export const admitKeyedRuns = defineStatement({
  name: 'admit-keyed-runs',
  sql: allOrNothing,
  parameters: keyedParameters,
  row: z.unknown(),
});

const knownRun = z.object({ run_id: string, request_hash: string.nullable() });

/**
 * The tenant row after the decision, and the candidates that it or the ledger knows. No row: there is no
 * tenant.
 */
const row = z.object({
  is_active: bool,
  suspension_public_reason: string.nullable(),
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  used_this_month: integer,
  quota_reset_date: date,
  running: integer,
  max_bytes_billed_per_month: integer.nullable(),
  bytes_this_month: integer,
  waiting_outcomes: integer,
  revoked_key_ids: z.array(string),
  known: z.array(knownRun),
  finished: z.array(knownRun).default([]),
});

/** Admits as many of the candidates as there is room for, in their order. */
export const decideRuns = defineStatement({
  name: 'decide-runs',
  sql: withoutKeyed(script),
  parameters,
  row,
});

/** The same where some ids, `keyed_run_ids`, follow from idempotency keys. */
export const decideKeyedRuns = defineStatement({
  name: 'decide-keyed-runs',
  sql: script,
  parameters: keyedParameters,
  row,
});
