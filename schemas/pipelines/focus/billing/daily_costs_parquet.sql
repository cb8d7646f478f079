-- As JSON, a column that the file lacks is NULL, and one has the same form whatever type the exporter gave it:
-- costs are written as decimals or as floating point, moments as timestamps or as texts.
WITH charges AS (
  SELECT TO_JSON(charge, stringify_wide_numbers => TRUE) AS charge
  FROM focus_costs_parquet AS charge
)
SELECT
  DATE(CAST(JSON_VALUE(charge, '$.ChargePeriodStart') AS TIMESTAMP)) AS charge_date,
  COALESCE(JSON_VALUE(charge, '$.ServiceProviderName'), JSON_VALUE(charge, '$.ProviderName')) AS provider_name,
  JSON_VALUE(charge, '$.ServiceName') AS service_name,
  JSON_VALUE(charge, '$.SubAccountId') AS sub_account_id,
  -- All costs of a row are in this currency, and one file can hold several: they are never added up.
  JSON_VALUE(charge, '$.BillingCurrency') AS billing_currency,
  SUM(CAST(JSON_VALUE(charge, '$.BilledCost') AS BIGNUMERIC)) AS billed_cost,
  SUM(CAST(JSON_VALUE(charge, '$.EffectiveCost') AS BIGNUMERIC)) AS effective_cost,
  SUM(CAST(JSON_VALUE(charge, '$.ListCost') AS BIGNUMERIC)) AS list_cost,
  COUNT(*) AS row_count
FROM charges
GROUP BY charge_date, provider_name, service_name, sub_account_id, billing_currency
