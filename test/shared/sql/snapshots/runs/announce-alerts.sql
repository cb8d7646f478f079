-- announce-alerts: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_alerts ARRAY<STRING>;

UPDATE tenants AS tenant
SET
  quota_alerts = ARRAY(
    SELECT AS STRUCT alert.* REPLACE (IF(told.is_told, IFNULL(alert.announced_at, p_now), alert.announced_at) AS announced_at)
    FROM UNNEST(tenant.quota_alerts) AS alert WITH OFFSET AS position,
      UNNEST([STRUCT(
        CONCAT(
          alert.quota, ' ', CAST(alert.month AS STRING), ' ', CAST(alert.percent AS STRING), ' ', CAST(alert.quota_limit AS STRING)
        ) IN UNNEST(p_alerts) AS is_told)]) AS told
    WHERE alert.month >= DATE_TRUNC(tenant.quota_reset_date, MONTH)
      OR NOT (told.is_told OR alert.announced_at IS NOT NULL)
    ORDER BY position),
  updated_at = p_now
WHERE tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = p_onboarding_id;
