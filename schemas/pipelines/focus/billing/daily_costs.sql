SELECT
  DATE(ChargePeriodStart) AS charge_date,
  ProviderName AS provider_name,
  ServiceName AS service_name,
  SubAccountId AS sub_account_id,
  SUM(BilledCost) AS billed_cost,
  SUM(EffectiveCost) AS effective_cost,
  SUM(ListCost) AS list_cost,
  COUNT(*) AS row_count
FROM focus_costs
GROUP BY charge_date, provider_name, service_name, sub_account_id
