import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { AdmissionState } from '../../../runs/rules/admission-rules';
import { bytesThisMonth, usedThisMonth } from '../../../runs/rules/admission-rules';
import { bool, string, timestamp } from '../../../sql/column-schemas';
import { countersFields, readTenantRows } from './read-tenant-state';

/** What admission decides by, and the tenant's tier. */
export interface TenantToAdmit extends AdmissionState {
  readonly subscription_tier: string | null;
}

/**
 * The tenant row as admission would see it at this time, by tabledata.list, which is free of charge and changes
 * nothing. It may see an older state of the row than a statement does. Undefined if there is no such tenant.
 */
export type ReadAdmissionState = (dataset: string, now: Date) => Promise<TenantToAdmit | undefined>;

const rowsSchema = z.array(
  z.object({
    ...countersFields,
    subscription_tier: string.nullable(),
    is_active: bool,
    suspension_public_reason: string.nullable(),
    active_runs: z.array(z.object({ lease_expires_at: timestamp })),
    settled_runs: z.array(z.object({ run_id: string })),
    revoked_keys: z.array(z.object({ key_id: string })),
  }),
);

/**
 * Google's client takes a nested name for one of every column that has such a field: so the lists are the same
 * wherever a name occurs.
 */
const selectedFields = [
  ...Object.keys(countersFields),
  'subscription_tier',
  'is_active',
  'suspension_public_reason',
  'active_runs.run_id',
  'active_runs.lease_expires_at',
  'settled_runs.run_id',
  'revoked_keys.key_id',
].join();

export const createReadAdmissionState =
  (bigquery: BigQuery): ReadAdmissionState =>
  async (dataset, now) => {
    const [row] = rowsSchema.parse(await readTenantRows(bigquery, dataset, { selectedFields }));
    if (row === undefined) return undefined;
    return {
      subscription_tier: row.subscription_tier,
      is_active: row.is_active,
      suspension_public_reason: row.suspension_public_reason,
      max_pipelines_per_month: row.max_pipelines_per_month,
      max_concurrent_pipelines: row.max_concurrent_pipelines,
      used_this_month: usedThisMonth(row, now),
      quota_reset_date: row.quota_reset_date,
      running: row.active_runs.filter((slot) => slot.lease_expires_at > now).length,
      max_bytes_billed_per_month: row.max_bytes_billed_per_month,
      bytes_this_month: bytesThisMonth(row, now),
      waiting_outcomes: row.settled_runs.length,
      revoked_key_ids: row.revoked_keys.map(({ key_id }) => key_id),
      known: [],
      finished: [],
    };
  };
