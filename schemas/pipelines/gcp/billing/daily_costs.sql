WITH line_items AS (
  SELECT
    DATE(usage_start_time) AS usage_date,
    service.description AS service_name,
    project.id AS project_id,
    currency,
    cost,
    -- A line has no credits, one or several; their amounts are negative.
    COALESCE((SELECT SUM(credit.amount) FROM UNNEST(credits) AS credit), 0) AS credits
  FROM gcp_billing_export
)
SELECT
  usage_date,
  service_name,
  project_id,
  currency,
  SUM(cost) AS cost,
  SUM(credits) AS credits,
  SUM(cost) + SUM(credits) AS net_cost,
  COUNT(*) AS row_count
FROM line_items
GROUP BY usage_date, service_name, project_id, currency
