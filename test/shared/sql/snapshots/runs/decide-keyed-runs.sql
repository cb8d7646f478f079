-- decide-keyed-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
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
  active_runs = ARRAY_CONCAT(IFNULL(tenant.active_runs, []), decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines = decision.running + ARRAY_LENGTH(decision.admitted),
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
        GREATEST(p_now, TIMESTAMP(DATE_TRUNC(reset_date, MONTH))) AS admitted_at,
        TIMESTAMP_ADD(p_now, INTERVAL candidate.lease_seconds SECOND) AS lease_expires_at)
      FROM (
        SELECT candidate.*, ROW_NUMBER() OVER (ORDER BY position) AS place
        FROM UNNEST(p_candidates) AS candidate WITH OFFSET AS position
        JOIN (
          SELECT run_id FROM UNNEST(p_candidates)
          EXCEPT DISTINCT
          SELECT run_id FROM UNNEST(known_run_ids) AS run_id
        ) AS unknown ON unknown.run_id = candidate.run_id
        WHERE candidate.key_id NOT IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(revoked_keys)))
          AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
      ) AS candidate
      WHERE place <= LEAST(
        IFNULL(max_pipelines_per_month - used_this_month, p_unlimited),
        IFNULL(max_concurrent_pipelines - running, p_unlimited))
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
      IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
      IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), DATE(p_now), quota_reset_date) AS reset_date,
      (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now) AS running,
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
) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;

SELECT
  is_active,
  suspension_public_reason,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  quota_reset_date,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now) AS running,
  max_bytes_billed_per_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0)) AS bytes_this_month,
  ARRAY_LENGTH(IFNULL(settled_runs, [])) AS waiting_outcomes,
  ARRAY(
    SELECT key_id FROM UNNEST(revoked_keys)
    WHERE key_id IN UNNEST(ARRAY(SELECT key_id FROM UNNEST(p_candidates)))
  ) AS revoked_key_ids,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(p_candidates)) AS candidate ON candidate.run_id = slot.run_id
    UNION ALL
    SELECT AS STRUCT settled.run_id, settled.request_hash
    FROM UNNEST(settled_runs) AS settled
    JOIN (SELECT run_id FROM UNNEST(p_candidates)) AS candidate ON candidate.run_id = settled.run_id
  ) AS known
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(p_keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = p_tenant_id;
