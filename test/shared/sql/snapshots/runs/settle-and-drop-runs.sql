-- settle-and-drop-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_outcomes ARRAY<STRUCT<run_id STRING, status STRING, error_code STRING, error_message STRING, failed_step STRING, handed_on_at TIMESTAMP, only_if_queued BOOL, started_at TIMESTAMP, ended_at TIMESTAMP, duration_ms INT64, rows_written INT64, bytes_processed INT64, bytes_billed INT64, watermark STRING, recorded_at TIMESTAMP>>;
DECLARE p_appended ARRAY<STRUCT<run_id STRING, recorded_at TIMESTAMP>>;
DECLARE p_appended_run_ids ARRAY<STRING>;
DECLARE p_appended_from TIMESTAMP;
DECLARE p_appended_to TIMESTAMP;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot
    FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    JOIN (
      SELECT run_id FROM UNNEST(tenant.active_runs)
      EXCEPT DISTINCT
      SELECT run_id FROM UNNEST(p_outcomes)
    ) AS kept ON kept.run_id = slot.run_id
    ORDER BY position),
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
      JOIN (SELECT * FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
      ORDER BY position)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE run_id NOT IN UNNEST(ledger.run_ids) -- appended
    UNION ALL
    SELECT AS STRUCT slot.run_id, p_now AS withdrawn_at
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE slot.request_hash IS NOT NULL),
  current_running_pipelines = (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(tenant.active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL)
    - (
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(tenant.active_runs) AS slot
      JOIN (SELECT run_id FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL),
  bytes_billed_this_month = tenant.bytes_billed_this_month + (
    SELECT IFNULL(SUM(outcome.bytes_billed), 0)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, bytes_billed FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
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
          JOIN (SELECT run_id, bytes_billed FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
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
    JOIN (SELECT run_id, bytes_billed FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
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
FROM ( -- appended
  SELECT IFNULL(ARRAY_AGG(DISTINCT run_id), []) AS run_ids -- appended
  FROM pipeline_runs -- appended
  WHERE run_id IN UNNEST(p_appended_run_ids) -- appended
    AND STRUCT(run_id, recorded_at) IN UNNEST(p_appended) -- appended
    AND admitted_at >= p_appended_from AND admitted_at < p_appended_to -- appended
) AS ledger -- appended
WHERE tenant.tenant_id = p_tenant_id
  AND IFNULL(tenant.onboarding_id, '') = p_onboarding_id
  AND (
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id, handed_on_at FROM UNNEST(p_outcomes)) AS outcome ON outcome.run_id = slot.run_id
    WHERE (slot.handed_on_at IS NULL AND outcome.handed_on_at IS NULL) OR slot.handed_on_at = outcome.handed_on_at) = (SELECT COUNT(*) FROM UNNEST(p_outcomes))
  AND ((SELECT COUNT(*) FROM UNNEST(p_outcomes)) = 0 OR (SELECT COUNT(*) FROM UNNEST(tenant.active_runs) WHERE queued_until IS NOT NULL) = 0);
