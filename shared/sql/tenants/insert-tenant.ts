import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Makes the tenant row, unless there is one: the last step of an onboarding, and its decision. In BigQuery
 * statements that only insert, INSERT and MERGE alike, never conflict. So this one is run as a job whose id
 * stands for the tenant's table: of two onboardings at once only one can start it. `onboarding_id` then says
 * whose row it is.
 */
export const insertTenant = defineStatement({
  name: 'insert-tenant',
  sql: `
INSERT INTO tenants (
  tenant_id, company_name, contact_email, subscription_tier, is_active, max_pipelines_per_month,
  max_concurrent_pipelines, pipeline_runs_count, pipeline_runs_this_month, current_running_pipelines,
  quota_reset_date, created_at, updated_at, notes, onboarding_id, max_bytes_billed_per_month,
  bytes_billed_this_month, max_queued_pipelines, alert_at_percent)
SELECT
  @tenant_id, @company_name, @contact_email, @subscription_tier, TRUE, @max_pipelines_per_month,
  @max_concurrent_pipelines, 0, 0, 0,
  DATE(@now), @now, @now, @notes, @onboarding_id, @max_bytes_billed_per_month,
  0, @max_queued_pipelines,
  ARRAY(
    SELECT CAST(percent AS INT64)
    FROM UNNEST(SPLIT(@alert_at_percent, ',')) AS percent WITH OFFSET AS position
    ORDER BY position)
FROM (SELECT 1)
WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE tenant_id = @tenant_id)`,
  parameters: {
    tenant_id: 'STRING',
    company_name: 'STRING',
    contact_email: 'STRING',
    subscription_tier: 'STRING',
    max_pipelines_per_month: 'INT64',
    max_concurrent_pipelines: 'INT64',
    max_bytes_billed_per_month: 'INT64',
    max_queued_pipelines: 'INT64',
    /** Numbers with commas between them: a statement that is run once takes no arrays. */
    alert_at_percent: 'STRING',
    notes: 'STRING',
    onboarding_id: 'STRING',
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
