-- admit-keyed-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_statement_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_unlimited INT64;
DECLARE p_most_waiting INT64;
DECLARE p_candidates ARRAY<STRUCT<run_id STRING, pipeline STRING, parameters STRING, trigger STRING, request_hash STRING, actor_kind STRING, actor STRING, address STRING, request_id STRING, rerun_of STRING, instructions STRING, key_id STRING, lease_seconds INT64>>;
DECLARE p_keyed_run_ids ARRAY<STRING>;

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
        GREATEST(p_now, TIMESTAMP(DATE_TRUNC(IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date), MONTH))) AS admitted_at,
        TIMESTAMP_ADD(p_now, INTERVAL candidate.lease_seconds SECOND) AS lease_expires_at)
      FROM UNNEST(p_candidates) AS candidate WITH OFFSET AS position
      ORDER BY position)),
  pipeline_runs_count = pipeline_runs_count + ARRAY_LENGTH(p_candidates),
  pipeline_runs_this_month =
    IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) + ARRAY_LENGTH(p_candidates),
  current_running_pipelines = (
    SELECT IFNULL(SUM(IF(queued_until IS NOT NULL, p_unlimited, IF(lease_expires_at > p_now, IFNULL(slots, 1), 0))), 0)
    FROM UNNEST(active_runs)) + ARRAY_LENGTH(p_candidates),
  bytes_billed_this_month = IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, bytes_billed_this_month),
  quota_reset_date = IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date),
  quota_alerts = ARRAY_CONCAT(
    IFNULL(tenant.quota_alerts, []),
    ARRAY(
      SELECT AS STRUCT tenant.quota_alerts[SAFE_OFFSET(-1)].* REPLACE (
        'monthly' AS quota,
        counted.month AS month,
        share AS percent,
        DIV(share * tenant.max_pipelines_per_month + 99, 100) AS used,
        tenant.max_pipelines_per_month AS quota_limit,
        p_candidates[SAFE_OFFSET(DIV(share * tenant.max_pipelines_per_month + 99, 100) - counted.before - 1)].run_id AS run_id,
        p_now AS reached_at,
        CAST(NULL AS TIMESTAMP) AS announced_at)
      FROM UNNEST([STRUCT(
          IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS before,
          IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) + ARRAY_LENGTH(p_candidates) AS after,
          DATE_TRUNC(IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date), MONTH) AS month)]) AS counted,
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
WHERE tenant_id = p_tenant_id
  AND is_active
  AND p_statement_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(withdrawn_runs)))
  AND ARRAY_LENGTH(IFNULL(settled_runs, [])) < p_most_waiting
  AND IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) + ARRAY_LENGTH(p_candidates)
    <= IFNULL(max_pipelines_per_month, p_unlimited)
  AND (
    SELECT IFNULL(SUM(IF(queued_until IS NOT NULL, p_unlimited, IF(lease_expires_at > p_now, IFNULL(slots, 1), 0))), 0)
    FROM UNNEST(active_runs)) + ARRAY_LENGTH(p_candidates) <= IFNULL(max_concurrent_pipelines, p_unlimited)
  AND (max_bytes_billed_per_month IS NULL
    OR IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
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
    JOIN (SELECT run_id FROM UNNEST(p_candidates)) AS candidate ON candidate.run_id = known.run_id)
  AND NOT EXISTS (
    SELECT 1
    FROM UNNEST(revoked_keys) AS revoked
    JOIN (SELECT key_id FROM UNNEST(p_candidates)) AS candidate ON candidate.key_id = revoked.key_id)
  AND NOT EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id IN UNNEST(p_keyed_run_ids)) -- keyed;
