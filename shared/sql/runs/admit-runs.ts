import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { alertsOfRuns } from './quota-alerts';

/**
 * Admission. Two statements decide alike: `admit-runs` gives all candidates a slot or changes nothing, so one
 * UPDATE does and nothing has to be read back; `decide-runs` (decide-runs.ts) admits as
 * many as there is room for, and says what became of each.
 *
 * Invariants that both keep:
 * - a candidate that is known already (in a slot, settled, withdrawn) gets no second slot, so a repeat changes
 *   nothing;
 * - a statement that was given up (its `statement_id` is in `withdrawn_runs`) changes nothing any more, however
 *   late it gets its turn: what its repeat has said stands;
 * - a candidate whose API key is revoked gets none, whatever an instance remembers of the key;
 * - at most as many candidates are admitted as is left of the monthly quota, never below 0, and none while too
 *   many outcomes wait for the ledger;
 * - the slots that are held are at most the concurrent quota. A candidate for which there is none waits in the
 *   queue where it may and there is room in it, and else is not admitted. Who waits already goes first
 *   (hand-on.ts): `admit-runs` changes nothing while somebody waits;
 * - none gets one once the bytes that BigQuery billed this month reach the byte budget;
 * - the counters of runs move by exactly the number of candidates admitted, and that of slots by the slots given;
 * - a share of the month's quota that is reached by a run is noted in `quota_alerts`, with its run (quota-alerts.ts);
 * - an expired lease does not count against the concurrent quota, but its slot stays until its run is settled;
 * - the month's count starts from 0 in a new month (UTC), and the date only ever moves forward: a clock that
 *   is behind counts into the month the row is in, and its slots carry that month's `admitted_at`.
 *
 * The texts are the keyed variants, whole. A run whose id follows from an idempotency key may be over and in
 * the ledger when its request is repeated: the lines that end in `-- keyed` look there. Reading the ledger is
 * billed, so a batch without such ids is sent without these lines. No days can bound what is read: a key is good for
 * ever, and neither it nor the id that follows from it says when it was used first.
 *
 * `SELECT AS STRUCT (NULL slot).* REPLACE` takes a slot's type from the column. So a column that gets further
 * fields later does not break this version, which leaves them NULL.
 *
 * test/shared/sql/snapshots/runs has all variants to be pasted into the BigQuery console.
 */

/** In a new month nothing is used yet. */
const usedBefore = 'IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month)';
const countedDay = 'IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date)';

/** The slots that are held; more than any quota while somebody waits. */
const slotsTaken = `(
    SELECT IFNULL(SUM(IF(queued_until IS NOT NULL, @unlimited, IF(lease_expires_at > @now, IFNULL(slots, 1), 0))), 0)
    FROM UNNEST(active_runs))`;

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
  current_running_pipelines = ${slotsTaken} + ARRAY_LENGTH(@candidates),
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
  AND ${slotsTaken} + ARRAY_LENGTH(@candidates) <= IFNULL(max_concurrent_pipelines, @unlimited)
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

/** Without what only candidates with an idempotency key need. */
export const withoutKeyed = (sql: string): string => sql.replace(/\n.*-- keyed$/gm, '');

/** Of both statements. */
export const admissionParameters = {
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
const keyedParameters = { ...admissionParameters, keyed_run_ids: ['STRING'] } as const;

/** `affectedRows` is 1 if all candidates were admitted, and 0 if none was. */
export const admitRuns = defineStatement({
  name: 'admit-runs',
  sql: withoutKeyed(allOrNothing),
  parameters: admissionParameters,
  row: z.unknown(),
});

/** The same where some ids, `keyed_run_ids`, follow from idempotency keys. */
export const admitKeyedRuns = defineStatement({
  name: 'admit-keyed-runs',
  sql: allOrNothing,
  parameters: keyedParameters,
  row: z.unknown(),
});
