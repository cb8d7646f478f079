SELECT
  DATE(ChargePeriodStart) AS charge_date,
  COALESCE(ServiceProviderName, ProviderName) AS provider_name,
  ServiceName AS service_name,
  SubAccountId AS sub_account_id,
  -- All costs of a row are in this currency, and one file can hold several: they are never added up.
  BillingCurrency AS billing_currency,
  SUM(BilledCost) AS billed_cost,
  SUM(EffectiveCost) AS effective_cost,
  SUM(ListCost) AS list_cost,
  COUNT(*) AS row_count
FROM focus_costs
GROUP BY charge_date, provider_name, service_name, sub_account_id, billing_currency
