import { z } from 'zod';
import type { Slot } from '../../runs/rules/ledger-row';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { alertSchema } from './quota-alerts';
import { originFields } from './recorded-runs';

/** An entry of `active_runs`, whole. */
export const slotSchema: z.ZodType<Slot> = z.object({
  run_id: string,
  pipeline: string,
  parameters: string.nullable(),
  trigger: string.nullable(),
  request_hash: string.nullable(),
  ...originFields,
  admitted_at: timestamp,
  lease_expires_at: timestamp,
  queued_until: timestamp.nullable(),
  handed_on_at: timestamp.nullable(),
  lease_seconds: integer.nullable(),
  priority: integer.nullable(),
  slots: integer.nullable(),
  concurrency_key: string.nullable(),
  concurrency_limit: integer.nullable(),
});

/**
 * Where some runs of a tenant stand, for the worker: the slots that they hold (one that waits in the queue holds
 * none), and the tenant's life.
 * `recorded_run_ids`: those that the ledger has although they may hold a slot, as a version left it that
 * recorded a run before it freed the slot; looked for in the days that the runs' ids name. `alerts`: what they have
 * reached and nobody has announced. One row; none where there is no such tenant.
 */
export const findRuns = defineStatement({
  name: 'find-runs',
  sql: `
SELECT
  ARRAY(
    SELECT slot FROM UNNEST(active_runs) AS slot WHERE slot.queued_until IS NULL AND slot.run_id IN UNNEST(@run_ids)
  ) AS slots,
  onboarding_id,
  subscription_tier,
  GREATEST(max_bytes_billed_per_month - IFNULL(bytes_billed_this_month, 0), 0) AS bytes_left,
  ARRAY(
    SELECT DISTINCT run_id FROM pipeline_runs
    WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= @admitted_from AND admitted_at < @admitted_to
  ) AS recorded_run_ids,
  ARRAY(
    SELECT alert FROM UNNEST(quota_alerts) AS alert WHERE alert.announced_at IS NULL AND alert.run_id IN UNNEST(@run_ids)
  ) AS alerts
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: {
    tenant_id: 'STRING',
    run_ids: ['STRING'],
    admitted_from: 'TIMESTAMP',
    admitted_to: 'TIMESTAMP',
  },
  row: z.object({
    slots: z.array(slotSchema),
    onboarding_id: string.nullable(),
    subscription_tier: string.nullable(),
    /** Of the tenant's byte budget. null: there is none. */
    bytes_left: integer.nullable(),
    recorded_run_ids: z.array(string),
    alerts: z.array(alertSchema),
  }),
});
