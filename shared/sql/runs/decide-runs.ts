import { z } from 'zod';
import { bool, date, integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { admissionParameters, withoutKeyed } from './admit-runs';
import {
  handedOnRun,
  handedOnRuns,
  queuePlaces,
  runsQueued,
  slotsHeld,
  startableRuns,
  waitingRuns,
  withSlots,
} from './hand-on';
import { alertsOfRuns } from './quota-alerts';

/*
 * The statement that decides about each candidate by itself: it gives slots to those for which there is room, and
 * to those that wait already and come first; lets others wait, where they may; and says what became of each. It
 * keeps the invariants of admit-runs.ts.
 */

/** How many more runs may wait. None while those in flight fill the row. */
const queueLeft = `IF(
    (SELECT IFNULL(SUM(BYTE_LENGTH(parameters)), 0) FROM UNNEST(active_runs)) < @most_bytes,
    GREATEST(IFNULL(max_queued_pipelines, 0) - ${runsQueued('active_runs')}, 0),
    0)`;

const script = `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(${withSlots('', 'decision.starting')},
    decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines =
    decision.running + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(decision.starting)),
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
    starting,
    -- Those of them that have a slot, or a place in the queue.
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
        decided_at AS admitted_at,
        IF(starts, TIMESTAMP_ADD(@now, INTERVAL candidate.lease_seconds SECOND), decided_at) AS lease_expires_at,
        IF(starts, NULL, TIMESTAMP_ADD(@now, INTERVAL candidate.queue_seconds SECOND)) AS queued_until,
        IF(starts, NULL, candidate.lease_seconds) AS lease_seconds,
        candidate.priority AS priority,
        candidate.slots AS slots,
        candidate.concurrency_key AS concurrency_key,
        candidate.concurrency_limit AS concurrency_limit)
      FROM (
        SELECT
          candidate.*,
          starting.run_id IS NOT NULL AS starts,
          ROW_NUMBER() OVER (PARTITION BY starting.run_id IS NOT NULL ORDER BY rank) AS queue_place
        FROM UNNEST(fresh) AS candidate
        LEFT JOIN (SELECT run_id FROM UNNEST(starting)) AS starting ON starting.run_id = candidate.run_id
        WHERE starting.run_id IS NOT NULL OR may_wait
      ) AS candidate
      WHERE starts OR queue_place <= queue_left
      ORDER BY place
    ) AS admitted
  FROM (
    SELECT
      *,
      -- Who gets a slot now: of those that wait, and of the new ones.
      ARRAY(
        SELECT AS STRUCT run_id, slots
        FROM (${startableRuns({
          waiting: `${waitingRuns('UNNEST(active_runs) WITH OFFSET AS position')}
        UNION ALL
        SELECT
          run_id,
          -- Who may find no place to wait comes last, and so holds up nobody who does.
          IF(may_wait AND rank <= queue_left, turn, TIMESTAMP '9999-01-01 00:00:00+00'),
          IFNULL(slots, 1), concurrency_key, concurrency_limit, @unlimited + rank
        FROM UNNEST(fresh)`,
          holding: 'UNNEST(active_runs)',
          most: 'IFNULL(max_concurrent_pipelines, @unlimited)',
          room: '(IFNULL(max_concurrent_pipelines, @unlimited) - running)',
        })})
      ) AS starting
    FROM (
      SELECT
        *,
        -- The first candidates that are not known yet, as many as the month has room for; by their rank those first
        -- that may wait, in the order of their turns.
        ARRAY(
          SELECT AS STRUCT
            *, ROW_NUMBER() OVER (ORDER BY IF(may_wait, turn, TIMESTAMP '9999-01-01 00:00:00+00'), place) AS rank
          FROM (
            SELECT
              candidate.*,
              ROW_NUMBER() OVER (ORDER BY position) AS place,
              candidate.at_limit = 'queue' AND queue_left > 0 AS may_wait,
              TIMESTAMP_SUB(decided_at, INTERVAL IFNULL(candidate.priority, 0) SECOND) AS turn
            FROM UNNEST(@candidates) AS candidate WITH OFFSET AS position
            JOIN (
              SELECT run_id FROM UNNEST(@candidates)
              EXCEPT DISTINCT
              SELECT run_id FROM UNNEST(known_run_ids) AS run_id
            ) AS unknown ON unknown.run_id = candidate.run_id
            WHERE candidate.key_id NOT IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(revoked_keys)))
              AND IFNULL(candidate.slots, 1) <= IFNULL(max_concurrent_pipelines, @unlimited)
              AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
          )
          WHERE place <= IFNULL(max_pipelines_per_month - used_this_month, @unlimited)
        ) AS fresh
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
          GREATEST(@now, TIMESTAMP(DATE_TRUNC(IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date), MONTH))) AS decided_at,
          ${slotsHeld('active_runs')} AS running,
          ${queueLeft} AS queue_left,
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
    )
  )
) AS decision
WHERE tenant.tenant_id = decision.tenant_id
  AND (ARRAY_LENGTH(decision.admitted) > 0 OR ARRAY_LENGTH(decision.starting) > 0);

SELECT
  is_active,
  suspension_public_reason,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  quota_reset_date,
  ${slotsHeld('active_runs')} AS running,
  max_bytes_billed_per_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, IFNULL(bytes_billed_this_month, 0)) AS bytes_this_month,
  ARRAY_LENGTH(IFNULL(settled_runs, [])) AS waiting_outcomes,
  IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines,
  ${runsQueued('active_runs')} AS queued,
  ${queueLeft} AS queue_left,
  mean_run_ms,
  ARRAY(
    SELECT key_id FROM UNNEST(revoked_keys)
    WHERE key_id IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(@candidates)))
  ) AS revoked_key_ids,
  ARRAY(
    SELECT run_id FROM UNNEST(withdrawn_runs)
    WHERE run_id IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(@candidates)))
    ORDER BY run_id
  ) AS withdrawn,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash, queue.place AS queue_place
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = slot.run_id
    LEFT JOIN (${queuePlaces('active_runs')}
    ) AS queue ON queue.run_id = slot.run_id
    UNION ALL
    SELECT AS STRUCT settled.run_id, settled.request_hash, NULL
    FROM UNNEST(settled_runs) AS settled
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = settled.run_id
  ) AS known,
  ARRAY(
    SELECT AS STRUCT slot.concurrency_key, COUNT(*) AS runs
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT DISTINCT concurrency_key FROM UNNEST(@candidates)) AS candidate
      ON candidate.concurrency_key = slot.concurrency_key
    WHERE slot.lease_expires_at > @now AND slot.queued_until IS NULL
    GROUP BY slot.concurrency_key
  ) AS keys_held,
  ARRAY(
    SELECT AS STRUCT slot.pipeline, slot.concurrency_key, slot.run_id
    FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
    JOIN (SELECT DISTINCT pipeline FROM UNNEST(@candidates) WHERE at_limit = 'cancel_oldest') AS candidate
      ON candidate.pipeline = slot.pipeline
    WHERE slot.lease_expires_at > @now AND slot.queued_until IS NULL
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY slot.pipeline, slot.concurrency_key ORDER BY slot.admitted_at, position) = 1
  ) AS oldest,
  ${handedOnRuns('active_runs')} AS handed_on
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(@keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = @tenant_id`;

const [plainCandidate] = admissionParameters.candidates;
const decisionParameters = {
  ...admissionParameters,
  /** Runs that left the queue since then are told. */
  handed_since: 'TIMESTAMP',
  /** Nobody waits any more while the parameters of the runs in flight take more bytes. */
  most_bytes: 'INT64',
  candidates: [
    {
      ...plainCandidate,
      at_limit: 'STRING',
      queue_seconds: 'INT64',
      priority: 'INT64',
      slots: 'INT64',
      concurrency_key: 'STRING',
      concurrency_limit: 'INT64',
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
  suspension_public_reason: string.nullable(),
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  used_this_month: integer,
  quota_reset_date: date,
  running: integer,
  max_bytes_billed_per_month: integer.nullable(),
  bytes_this_month: integer,
  waiting_outcomes: integer,
  max_queued_pipelines: integer,
  queued: integer,
  queue_left: integer,
  mean_run_ms: integer.nullable(),
  revoked_key_ids: z.array(string),
  withdrawn: z.array(string),
  /** `queue_place`: null where it does not wait. */
  known: z.array(knownRun.extend({ queue_place: integer.nullable() })),
  /** How many runs hold a slot with a candidate's concurrency key. */
  keys_held: z.array(z.object({ concurrency_key: string, runs: integer })),
  /** For candidates that may take its place: the oldest run in flight of their pipeline, by concurrency key. */
  oldest: z.array(z.object({ pipeline: string, concurrency_key: string.nullable(), run_id: string })),
  /** Runs that left the queue, and that nobody may have published. */
  handed_on: z.array(handedOnRun),
  finished: z.array(knownRun).default([]),
});

/** Admits as many of the candidates as there is room for, in their order. */
export const decideRuns = defineStatement({
  name: 'decide-runs',
  sql: withoutKeyed(script),
  parameters: decisionParameters,
  row,
});

/** The same where some ids, `keyed_run_ids`, follow from idempotency keys. */
export const decideKeyedRuns = defineStatement({
  name: 'decide-keyed-runs',
  sql: script,
  parameters: { ...decisionParameters, keyed_run_ids: ['STRING'] },
  row,
});
