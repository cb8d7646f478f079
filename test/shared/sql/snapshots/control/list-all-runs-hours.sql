-- list-all-runs-hours: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT
  TIMESTAMP_TRUNC(admitted_at, HOUR) AS hour,
  COUNT(*) AS runs,
  CAST(BIT_XOR(FARM_FINGERPRINT(run_id)) AS STRING) AS fingerprint
FROM (SELECT DISTINCT run_id, admitted_at FROM all_runs WHERE tenant_id = p_tenant_id)
GROUP BY hour
ORDER BY hour;
