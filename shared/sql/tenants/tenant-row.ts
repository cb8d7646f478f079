import { z } from 'zod';
import { bool, date, integer, string, timestamp } from '../column-schemas';
import { runsQueued, slotsHeld } from '../runs/hand-on';

/**
 * The tenant row as it is read: the stored columns, with the counters as they are at `@now`. In a new month
 * the count is 0, and an expired lease does not run, even if no write has said so yet. Of the runs in flight
 * the oldest 100 come along, and the number of all: there may be thousands.
 */
export const tenantColumns = `
  tenant_id,
  company_name,
  contact_email,
  subscription_tier,
  is_active,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  max_bytes_billed_per_month,
  alert_at_percent,
  pipeline_runs_count,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS pipeline_runs_this_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, bytes_billed_this_month) AS bytes_billed_this_month,
  ${slotsHeld('active_runs')} AS current_running_pipelines,
  last_pipeline_run_at,
  quota_reset_date,
  created_at,
  updated_at,
  suspended_at,
  suspension_reason,
  suspension_public_reason,
  offboarding_at,
  notes,
  onboarding_id,
  IFNULL(version, 0) AS version,
  ARRAY_LENGTH(active_runs) AS active_runs_count,
  IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines,
  ${runsQueued('active_runs')} AS queued_runs_count,
  ARRAY(
    SELECT AS STRUCT run_id, pipeline, trigger, admitted_at, lease_expires_at, queued_until
    FROM UNNEST(active_runs) WITH OFFSET AS position
    ORDER BY queued_until IS NOT NULL, admitted_at, position
    LIMIT 100
  ) AS active_runs`;

export const tenantRow = z.object({
  tenant_id: string,
  company_name: string.nullable(),
  contact_email: string.nullable(),
  subscription_tier: string.nullable(),
  is_active: bool,
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  max_bytes_billed_per_month: integer.nullable(),
  /** As it is stored: see alertPercentsOf. */
  alert_at_percent: z.array(integer),
  pipeline_runs_count: integer,
  pipeline_runs_this_month: integer,
  /** null: not counted yet. */
  bytes_billed_this_month: integer.nullable(),
  current_running_pipelines: integer,
  last_pipeline_run_at: timestamp.nullable(),
  quota_reset_date: date,
  created_at: timestamp,
  updated_at: timestamp,
  suspended_at: timestamp.nullable(),
  /** For operators only. */
  suspension_reason: string.nullable(),
  /** For the tenant, too. */
  suspension_public_reason: string.nullable(),
  /** When its offboarding began. */
  offboarding_at: timestamp.nullable(),
  notes: string.nullable(),
  onboarding_id: string.nullable(),
  /** How often administrators have changed the row. */
  version: integer,
  active_runs_count: integer,
  max_queued_pipelines: integer,
  /** How many of them wait in the queue. */
  queued_runs_count: integer,
  active_runs: z.array(
    z.object({
      run_id: string,
      pipeline: string,
      trigger: string.nullable(),
      admitted_at: timestamp,
      lease_expires_at: timestamp,
      queued_until: timestamp.nullable(),
    }),
  ),
});

export type TenantRow = z.infer<typeof tenantRow>;
