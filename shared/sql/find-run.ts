import { z } from 'zod';
import { bool, text, timestamp } from './columns';
import { defineStatement } from './statement';

/** Where a run stands, for the worker: its slot, if it holds one, and whether the ledger has it. Always one row. */
export const findRun = defineStatement({
  name: 'find-run',
  sql: `
SELECT
  (
    SELECT slot
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id AND slot.run_id = @run_id
  ) AS slot,
  EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id = @run_id) AS is_finished`,
  parameters: { tenant_id: 'STRING', run_id: 'STRING' },
  row: z.object({
    slot: z
      .object({
        run_id: text,
        pipeline: text,
        parameters: text.nullable(),
        trigger: text.nullable(),
        request_hash: text.nullable(),
        admitted_at: timestamp,
        lease_expires_at: timestamp,
      })
      .nullable(),
    is_finished: bool,
  }),
});
