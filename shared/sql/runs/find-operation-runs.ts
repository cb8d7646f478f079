import { z } from 'zod';
import { bool, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns, runStatuses } from './recorded-runs';

/**
 * How far some runs of a tenant are, for the operation that starts them, and whether it may start more: since when the
 * tenant is what it is, and whether the key is still valid that it was asked for with ('': by an admin). One row; none
 * where there is no such tenant. Of the ledger the days since @from are read.
 */
export const findOperationRuns = defineStatement({
  name: 'find-operation-runs',
  sql: `
SELECT
  created_at,
  @key_id = '' OR EXISTS (
    SELECT 1
    FROM api_keys
    WHERE key_id = @key_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)
  ) AS is_key_valid,
  ARRAY(
    SELECT AS STRUCT run_id, status, error_message
    FROM (${recordedRuns(
      'run_id, status, error_message',
      'run_id IN UNNEST(@run_ids) AND admitted_at >= @from',
    )}
    )
  ) AS ended,
  ARRAY(SELECT slot.run_id FROM UNNEST(active_runs) AS slot WHERE slot.run_id IN UNNEST(@run_ids)) AS in_flight
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: {
    tenant_id: 'STRING',
    run_ids: ['STRING'],
    from: 'TIMESTAMP',
    key_id: 'STRING',
    now: 'TIMESTAMP',
  },
  row: z.object({
    created_at: timestamp,
    is_key_valid: bool,
    ended: z.array(
      z.object({ run_id: string, status: z.enum(runStatuses), error_message: string.nullable() }),
    ),
    in_flight: z.array(string),
  }),
});
