-- find-offboarded-tenant: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT tenant_id, onboarding_id, state, recorded_at, offboarding_at, restorable_until
FROM offboarded_tenants
WHERE tenant_id = p_tenant_id
ORDER BY
  offboarding_at DESC,
  CASE state WHEN 'removing' THEN 1 WHEN 'removed' THEN 2 ELSE 3 END DESC,
  recorded_at
LIMIT 1;
