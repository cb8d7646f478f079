-- list-reconciliations: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;

SELECT checked_at, tenants, failed, repaired
FROM reconciliations
WHERE checked_at >= p_from
QUALIFY ROW_NUMBER() OVER (ORDER BY checked_at DESC) = 1 OR ARRAY_LENGTH(repaired) > 0
ORDER BY checked_at DESC
LIMIT 100;
