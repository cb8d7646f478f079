-- read-operation-rows: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_operation_id STRING;
DECLARE p_from TIMESTAMP;

SELECT
  operation_id, started_at, kind, tenant_id, started_by_kind, started_by, filter, reason, recorded_at, writer, state,
  planned, problem, items
FROM operations
WHERE operation_id = p_operation_id AND started_at >= p_from
ORDER BY recorded_at;
