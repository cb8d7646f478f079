import { z } from 'zod';
import type { Slot } from '../../runs/rules/ledger-row';
import { bool, integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** An entry of `active_runs`, whole. */
export const slotSchema: z.ZodType<Slot> = z.object({
  run_id: string,
  pipeline: string,
  parameters: string.nullable(),
  trigger: string.nullable(),
  request_hash: string.nullable(),
  admitted_at: timestamp,
  lease_expires_at: timestamp,
});

/**
 * Where a run stands, for the worker: its slot, if it holds one, and its tenant's life. `is_recorded`: the
 * ledger has it although it holds a slot, as a version left it that recorded a run before it freed the slot.
 * Always one row.
 */
export const findRun = defineStatement({
  name: 'find-run',
  sql: `
SELECT
  (
    SELECT slot
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id AND slot.run_id = @run_id
  ) AS slot,
  (SELECT onboarding_id FROM tenants WHERE tenant_id = @tenant_id) AS onboarding_id,
  (SELECT subscription_tier FROM tenants WHERE tenant_id = @tenant_id) AS subscription_tier,
  (
    SELECT GREATEST(max_bytes_billed_per_month - IFNULL(bytes_billed_this_month, 0), 0)
    FROM tenants
    WHERE tenant_id = @tenant_id
  ) AS bytes_left,
  EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id = @run_id) AS is_recorded`,
  parameters: { tenant_id: 'STRING', run_id: 'STRING' },
  row: z.object({
    slot: slotSchema.nullable(),
    onboarding_id: string.nullable(),
    subscription_tier: string.nullable(),
    /** Of the tenant's byte budget. null: there is none. */
    bytes_left: integer.nullable(),
    is_recorded: bool,
  }),
});
