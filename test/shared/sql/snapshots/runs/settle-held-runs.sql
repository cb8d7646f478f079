-- settle-held-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_outcomes ARRAY<STRUCT<run_id STRING, status STRING, error_code STRING, error_message STRING, failed_step STRING, handed_on_at TIMESTAMP, only_if_queued BOOL, started_at TIMESTAMP, ended_at TIMESTAMP, duration_ms INT64, rows_written INT64, bytes_processed INT64, bytes_billed INT64, watermark STRING, recorded_at TIMESTAMP>>;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_unlimited INT64;
DECLARE p_handed_since TIMESTAMP;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(
    ARRAY(
      SELECT slot
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (
        SELECT run_id FROM UNNEST(tenant.active_runs)
        EXCEPT DISTINCT
        SELECT run_id FROM (SELECT run_id FROM UNNEST(queue.outcomes) UNION ALL SELECT run_id FROM UNNEST(queue.starting))
      ) AS kept ON kept.run_id = slot.run_id
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT slot.* REPLACE (
        TIMESTAMP_ADD(p_now, INTERVAL slot.lease_seconds SECOND) AS lease_expires_at,
        CAST(NULL AS TIMESTAMP) AS queued_until,
        p_now AS handed_on_at)
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (SELECT run_id FROM UNNEST(queue.starting)) AS started ON started.run_id = slot.run_id
      ORDER BY position)),
  settled_runs = ARRAY_CONCAT(
    ARRAY(
      SELECT settled
      FROM UNNEST(tenant.settled_runs) AS settled WITH OFFSET AS position
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
      JOIN (SELECT * FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
      ORDER BY position)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    UNION ALL
    SELECT AS STRUCT slot.run_id, p_now AS withdrawn_at
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.request_hash IS NOT NULL),
  current_running_pipelines = (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(tenant.active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL)
    - (
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(tenant.active_runs) AS slot
      JOIN (SELECT run_id FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL)
    + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(queue.starting)),
  mean_run_ms = IFNULL(
    (
      SELECT CAST(ROUND(IF(
        tenant.mean_run_ms IS NULL,
        AVG(outcome.duration_ms),
        0.8 * tenant.mean_run_ms + 0.2 * AVG(outcome.duration_ms))) AS INT64)
      FROM UNNEST(tenant.active_runs) AS slot
      JOIN (SELECT run_id, duration_ms FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id),
    tenant.mean_run_ms),
  bytes_billed_this_month = tenant.bytes_billed_this_month + (
    SELECT IFNULL(SUM(outcome.bytes_billed), 0)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, bytes_billed FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))),
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ARRAY(
      SELECT AS STRUCT tenant.quota_alerts[SAFE_OFFSET(-1)].* REPLACE (
        'bytes' AS quota,
        counted.month AS month,
        share AS percent,
        counted.after AS used,
        tenant.max_bytes_billed_per_month AS quota_limit,
        ARRAY(
          SELECT slot.run_id
          FROM UNNEST(tenant.active_runs) AS slot
          JOIN (SELECT run_id, bytes_billed FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
          WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))
          ORDER BY outcome.bytes_billed DESC, slot.run_id
          LIMIT 1)[SAFE_OFFSET(0)] AS run_id,
        p_now AS reached_at,
        CAST(NULL AS TIMESTAMP) AS announced_at)
      FROM UNNEST([STRUCT(
          tenant.bytes_billed_this_month AS before,
          tenant.bytes_billed_this_month + (
    SELECT IFNULL(SUM(outcome.bytes_billed), 0)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, bytes_billed FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))) AS after,
          DATE_TRUNC(tenant.quota_reset_date, MONTH) AS month)]) AS counted,
        UNNEST(IF(
          ARRAY_LENGTH(IFNULL(tenant.alert_at_percent, [])) = 0,
          [80, 100],
          tenant.alert_at_percent)) AS share
      WHERE DIV(share * tenant.max_bytes_billed_per_month + 99, 100) > counted.before
        AND DIV(share * tenant.max_bytes_billed_per_month + 99, 100) <= counted.after
        AND CONCAT(CAST(counted.month AS STRING), ' ', CAST(share AS STRING)) NOT IN UNNEST(ARRAY(
          SELECT CONCAT(CAST(alert.month AS STRING), ' ', CAST(alert.percent AS STRING))
          FROM UNNEST(tenant.quota_alerts) AS alert
          WHERE alert.quota = 'bytes' AND alert.quota_limit = tenant.max_bytes_billed_per_month))
      ORDER BY share)),
  updated_at = p_now
FROM (
  SELECT
    outcomes,
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
        FROM (
          SELECT slot.*, position
          FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
          JOIN (
            SELECT run_id FROM UNNEST(active_runs)
            EXCEPT DISTINCT
            SELECT run_id FROM UNNEST(outcomes)
          ) AS kept ON kept.run_id = slot.run_id
        )
        WHERE queued_until > p_now
          ) AS waiting
          LEFT JOIN (
            SELECT concurrency_key, COUNT(*) AS runs
            FROM (
          SELECT slot.*, position
          FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
          JOIN (
            SELECT run_id FROM UNNEST(active_runs)
            EXCEPT DISTINCT
            SELECT run_id FROM UNNEST(outcomes)
          ) AS kept ON kept.run_id = slot.run_id
        )
            WHERE concurrency_key IS NOT NULL AND lease_expires_at > p_now AND queued_until IS NULL
            GROUP BY concurrency_key
          ) AS same_key ON same_key.concurrency_key = waiting.concurrency_key
          WHERE waiting.slots <= most
        )
        WHERE concurrency_key IS NULL OR place_in_key <= concurrency_limit
      )
      -- Each takes at least one.
      WHERE place <= room
    )
    WHERE slots_up_to <= room)
    ) AS starting
  FROM (
    SELECT
      *,
      IF(may_start, most - (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL) + (
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(active_runs) AS slot
      JOIN (SELECT run_id FROM UNNEST(outcomes)) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL), 0) AS room
    FROM (
      SELECT
        active_runs,
        IFNULL(max_concurrent_pipelines, p_unlimited) AS most,
        is_active AND (
          max_bytes_billed_per_month IS NULL
          OR IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
            < max_bytes_billed_per_month) AS may_start,
        ARRAY(
          SELECT AS STRUCT outcome.*
          FROM UNNEST(p_outcomes) AS outcome
          LEFT JOIN (SELECT run_id FROM UNNEST(active_runs) WHERE queued_until IS NULL) AS started
            ON started.run_id = outcome.run_id
          WHERE started.run_id IS NULL OR NOT IFNULL(outcome.only_if_queued, FALSE)
        ) AS outcomes
      FROM tenants
      WHERE tenant_id = p_tenant_id
    )
  )
) AS queue
WHERE tenant.tenant_id = p_tenant_id
  AND IFNULL(tenant.onboarding_id, '') = p_onboarding_id
  AND ((
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(queue.outcomes)) AS outcome ON outcome.run_id = slot.run_id) > 0 OR ARRAY_LENGTH(queue.starting) > 0);

SELECT
  ARRAY(
    SELECT AS STRUCT
      recorded.*,
      recorded.run_id IN UNNEST(ARRAY(
        SELECT settled.run_id
        FROM tenants, UNNEST(settled_runs) AS settled
        WHERE tenant_id = p_tenant_id)) AS is_waiting
    FROM (
    SELECT *
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE 
        run_id IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(p_outcomes)))
        AND admitted_at >= p_from AND admitted_at < p_to
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE 
        run_id IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(p_outcomes)))
        AND admitted_at >= p_from AND admitted_at < p_to
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
    ) AS recorded
  ) AS recorded,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE queued_until IS NOT NULL) AS queued,
  ARRAY(
    SELECT AS STRUCT run_id, pipeline
    FROM UNNEST(active_runs) WITH OFFSET AS position
    WHERE handed_on_at >= p_handed_since
    ORDER BY position
  ) AS handed_on
FROM tenants
WHERE tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = p_onboarding_id;
