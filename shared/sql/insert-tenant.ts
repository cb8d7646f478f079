import { z } from 'zod';
import { defineStatement } from './statement';

/**
 * Makes the tenant row, unless there is one: the last step of an onboarding, and its decision. MERGE because BigQuery
 * lets two of them conflict (two INSERTs never do), so of two onboardings at once exactly one affects a row.
 */
export const insertTenant = defineStatement({
  name: 'insert-tenant',
  sql: `
MERGE tenants AS tenant
USING (SELECT @tenant_id AS tenant_id) AS given
ON tenant.tenant_id = given.tenant_id
WHEN NOT MATCHED THEN
  INSERT (
    tenant_id, company_name, contact_email, subscription_tier, is_active, max_pipelines_per_month,
    max_concurrent_pipelines, pipeline_runs_count, pipeline_runs_this_month, current_running_pipelines,
    quota_reset_date, created_at, updated_at, notes, active_runs)
  VALUES (
    @tenant_id, @company_name, @contact_email, @subscription_tier, TRUE, @max_pipelines_per_month,
    @max_concurrent_pipelines, 0, 0, 0, DATE(@now), @now, @now, @notes, [])`,
  parameters: {
    tenant_id: 'STRING',
    company_name: 'STRING',
    contact_email: 'STRING',
    subscription_tier: 'STRING',
    max_pipelines_per_month: 'INT64',
    max_concurrent_pipelines: 'INT64',
    notes: 'STRING',
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
