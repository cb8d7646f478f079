-- decide-keyed-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_statement_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_unlimited INT64;
DECLARE p_most_waiting INT64;
DECLARE p_candidates ARRAY<STRUCT<run_id STRING, pipeline STRING, parameters STRING, trigger STRING, request_hash STRING, actor_kind STRING, actor STRING, address STRING, request_id STRING, rerun_of STRING, instructions STRING, key_id STRING, lease_seconds INT64, at_limit STRING, queue_seconds INT64, priority INT64, slots INT64, concurrency_key STRING, concurrency_limit INT64>>;
DECLARE p_handed_since TIMESTAMP;
DECLARE p_most_bytes INT64;
DECLARE p_keyed_run_ids ARRAY<STRING>;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(
    ARRAY(
      SELECT slot
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (
        SELECT run_id FROM UNNEST(tenant.active_runs)
        EXCEPT DISTINCT
        SELECT run_id FROM (SELECT run_id FROM UNNEST(decision.starting))
      ) AS kept ON kept.run_id = slot.run_id
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT slot.* REPLACE (
        TIMESTAMP_ADD(p_now, INTERVAL slot.lease_seconds SECOND) AS lease_expires_at,
        CAST(NULL AS TIMESTAMP) AS queued_until,
        p_now AS handed_on_at)
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (SELECT run_id FROM UNNEST(decision.starting)) AS started ON started.run_id = slot.run_id
      ORDER BY position),
    decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines =
    decision.running + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(decision.starting)),
  bytes_billed_this_month = decision.bytes_billed_this_month,
  quota_reset_date = decision.reset_date,
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ARRAY(
      SELECT AS STRUCT tenant.quota_alerts[SAFE_OFFSET(-1)].* REPLACE (
        'monthly' AS quota,
        counted.month AS month,
        share AS percent,
        DIV(share * tenant.max_pipelines_per_month + 99, 100) AS used,
        tenant.max_pipelines_per_month AS quota_limit,
        decision.admitted[SAFE_OFFSET(DIV(share * tenant.max_pipelines_per_month + 99, 100) - counted.before - 1)].run_id AS run_id,
        p_now AS reached_at,
        CAST(NULL AS TIMESTAMP) AS announced_at)
      FROM UNNEST([STRUCT(
          decision.used_this_month AS before,
          decision.used_this_month + ARRAY_LENGTH(decision.admitted) AS after,
          DATE_TRUNC(decision.reset_date, MONTH) AS month)]) AS counted,
        UNNEST(IF(
          ARRAY_LENGTH(IFNULL(tenant.alert_at_percent, [])) = 0,
          [80, 100],
          tenant.alert_at_percent)) AS share
      WHERE DIV(share * tenant.max_pipelines_per_month + 99, 100) > counted.before
        AND DIV(share * tenant.max_pipelines_per_month + 99, 100) <= counted.after
        AND CONCAT(CAST(counted.month AS STRING), ' ', CAST(share AS STRING)) NOT IN UNNEST(ARRAY(
          SELECT CONCAT(CAST(alert.month AS STRING), ' ', CAST(alert.percent AS STRING))
          FROM UNNEST(tenant.quota_alerts) AS alert
          WHERE alert.quota = 'monthly' AND alert.quota_limit = tenant.max_pipelines_per_month))
      ORDER BY share)),
  last_pipeline_run_at = p_now,
  updated_at = p_now
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
        IF(starts, TIMESTAMP_ADD(p_now, INTERVAL candidate.lease_seconds SECOND), decided_at) AS lease_expires_at,
        IF(starts, NULL, TIMESTAMP_ADD(p_now, INTERVAL candidate.queue_seconds SECOND)) AS queued_until,
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
        FROM (
    SELECT run_id, slots
    FROM (
      SELECT run_id, slots, place, SUM(slots) OVER (ORDER BY place) AS slots_up_to
      FROM (
        SELECT run_id, slots, ROW_NUMBER() OVER (ORDER BY turn, position) AS place
        FROM (
          SELECT
            waiting.*,
            IFNULL(same_key.runs, 0)
              + ROW_NUMBER() OVER (PARTITION BY waiting.concurrency_key ORDER BY turn, position) AS place_in_key
          FROM (
        SELECT run_id, TIMESTAMP_SUB(admitted_at, INTERVAL IFNULL(priority, 0) SECOND) AS turn, IFNULL(slots, 1) AS slots, concurrency_key, concurrency_limit, position
        FROM UNNEST(active_runs) WITH OFFSET AS position
        WHERE queued_until > p_now
        UNION ALL
        SELECT
          run_id,
          -- Who may find no place to wait comes last, and so holds up nobody who does.
          IF(may_wait AND rank <= queue_left, turn, TIMESTAMP '9999-01-01 00:00:00+00'),
          IFNULL(slots, 1), concurrency_key, concurrency_limit, p_unlimited + rank
        FROM UNNEST(fresh)
          ) AS waiting
          LEFT JOIN (
            SELECT concurrency_key, COUNT(*) AS runs
            FROM UNNEST(active_runs)
            WHERE concurrency_key IS NOT NULL AND lease_expires_at > p_now AND queued_until IS NULL
            GROUP BY concurrency_key
          ) AS same_key ON same_key.concurrency_key = waiting.concurrency_key
          WHERE waiting.slots <= IFNULL(max_concurrent_pipelines, p_unlimited)
        )
        WHERE concurrency_key IS NULL OR place_in_key <= concurrency_limit
      )
      -- Each takes at least one.
      WHERE place <= (IFNULL(max_concurrent_pipelines, p_unlimited) - running)
    )
    WHERE slots_up_to <= (IFNULL(max_concurrent_pipelines, p_unlimited) - running))
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
            FROM UNNEST(p_candidates) AS candidate WITH OFFSET AS position
            JOIN (
              SELECT run_id FROM UNNEST(p_candidates)
              EXCEPT DISTINCT
              SELECT run_id FROM UNNEST(known_run_ids) AS run_id
            ) AS unknown ON unknown.run_id = candidate.run_id
            WHERE candidate.key_id NOT IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(revoked_keys)))
              AND IFNULL(candidate.slots, 1) <= IFNULL(max_concurrent_pipelines, p_unlimited)
              AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
          )
          WHERE place <= IFNULL(max_pipelines_per_month - used_this_month, p_unlimited)
        ) AS fresh
      FROM (
        -- The tenant as it is now: in a new month nothing is used yet, and only unexpired leases run.
        SELECT
          tenant_id,
          active_runs,
          revoked_keys,
          max_pipelines_per_month,
          max_concurrent_pipelines,
          IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
          IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date) AS reset_date,
          GREATEST(p_now, TIMESTAMP(DATE_TRUNC(IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date), MONTH))) AS decided_at,
          (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL) AS running,
          IF(
    (SELECT IFNULL(SUM(BYTE_LENGTH(parameters)), 0) FROM UNNEST(active_runs)) < p_most_bytes,
    GREATEST(IFNULL(max_queued_pipelines, 0) - (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE queued_until IS NOT NULL), 0),
    0) AS queue_left,
          IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, bytes_billed_this_month) AS bytes_billed_this_month,
          ARRAY(
            SELECT run_id FROM UNNEST(active_runs)
            UNION ALL
            SELECT run_id FROM UNNEST(settled_runs)
            UNION ALL
            SELECT run_id FROM UNNEST(withdrawn_runs)) AS known_run_ids
          , IFNULL((SELECT ARRAY_AGG(run_id) FROM pipeline_runs WHERE run_id IN UNNEST(p_keyed_run_ids)), []) AS finished_run_ids -- keyed
        FROM tenants
        WHERE tenant_id = p_tenant_id
          AND is_active
          AND p_statement_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(withdrawn_runs)))
          AND ARRAY_LENGTH(IFNULL(settled_runs, [])) < p_most_waiting
          AND (max_bytes_billed_per_month IS NULL
            OR IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
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
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  quota_reset_date,
  (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL) AS running,
  max_bytes_billed_per_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0)) AS bytes_this_month,
  ARRAY_LENGTH(IFNULL(settled_runs, [])) AS waiting_outcomes,
  IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE queued_until IS NOT NULL) AS queued,
  IF(
    (SELECT IFNULL(SUM(BYTE_LENGTH(parameters)), 0) FROM UNNEST(active_runs)) < p_most_bytes,
    GREATEST(IFNULL(max_queued_pipelines, 0) - (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE queued_until IS NOT NULL), 0),
    0) AS queue_left,
  mean_run_ms,
  ARRAY(
    SELECT key_id FROM UNNEST(revoked_keys)
    WHERE key_id IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(p_candidates)))
  ) AS revoked_key_ids,
  ARRAY(
    SELECT run_id FROM UNNEST(withdrawn_runs)
    WHERE run_id IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(p_candidates)))
    ORDER BY run_id
  ) AS withdrawn,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash, queue.place AS queue_place
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(p_candidates)) AS candidate ON candidate.run_id = slot.run_id
    LEFT JOIN (
      SELECT run_id, ROW_NUMBER() OVER (ORDER BY turn, position) AS place
      FROM (
        SELECT run_id, TIMESTAMP_SUB(admitted_at, INTERVAL IFNULL(priority, 0) SECOND) AS turn, IFNULL(slots, 1) AS slots, concurrency_key, concurrency_limit, position
        FROM UNNEST(active_runs) WITH OFFSET AS position
        WHERE queued_until IS NOT NULL
      )
    ) AS queue ON queue.run_id = slot.run_id
    UNION ALL
    SELECT AS STRUCT settled.run_id, settled.request_hash, NULL
    FROM UNNEST(settled_runs) AS settled
    JOIN (SELECT run_id FROM UNNEST(p_candidates)) AS candidate ON candidate.run_id = settled.run_id
  ) AS known,
  ARRAY(
    SELECT AS STRUCT slot.concurrency_key, COUNT(*) AS runs
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT DISTINCT concurrency_key FROM UNNEST(p_candidates)) AS candidate
      ON candidate.concurrency_key = slot.concurrency_key
    WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL
    GROUP BY slot.concurrency_key
  ) AS keys_held,
  ARRAY(
    SELECT AS STRUCT slot.pipeline, slot.concurrency_key, slot.run_id
    FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
    JOIN (SELECT DISTINCT pipeline FROM UNNEST(p_candidates) WHERE at_limit = 'cancel_oldest') AS candidate
      ON candidate.pipeline = slot.pipeline
    WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY slot.pipeline, slot.concurrency_key ORDER BY slot.admitted_at, position) = 1
  ) AS oldest,
  ARRAY(
    SELECT AS STRUCT run_id, pipeline
    FROM UNNEST(active_runs) WITH OFFSET AS position
    WHERE handed_on_at >= p_handed_since
    ORDER BY position
  ) AS handed_on
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(p_keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = p_tenant_id;
