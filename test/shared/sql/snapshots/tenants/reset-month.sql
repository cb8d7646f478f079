-- reset-month: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_period DATE;
DECLARE p_now TIMESTAMP;

UPDATE tenants
SET
  pipeline_runs_this_month = 0,
  bytes_billed_this_month = 0,
  quota_reset_date = p_period,
  updated_at = p_now
WHERE quota_reset_date < DATE_TRUNC(p_period, MONTH);
