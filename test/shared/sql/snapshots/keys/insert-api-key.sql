-- insert-api-key: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_id STRING;
DECLARE p_tenant_id STRING;
DECLARE p_key_hash STRING;
DECLARE p_last_four STRING;
DECLARE p_name STRING;
DECLARE p_scopes ARRAY<STRING>;
DECLARE p_pipelines ARRAY<STRING>;
DECLARE p_now TIMESTAMP;
DECLARE p_created_by STRING;
DECLARE p_expires_at TIMESTAMP;

INSERT INTO api_keys
  (key_id, tenant_id, key_hash, last_four, name, scopes, pipelines, created_at, created_by, expires_at)
VALUES
  (p_key_id, p_tenant_id, p_key_hash, p_last_four, p_name, p_scopes, p_pipelines, p_now, p_created_by, p_expires_at);
