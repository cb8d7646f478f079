import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { AdmissionState } from '../../../runs/rules/admission-rules';
import { bytesThisMonth, usedThisMonth } from '../../../runs/rules/admission-rules';
import { hasSlot, isQueued, type Slot, slotsHeldBy } from '../../../runs/rules/ledger-row';
import { bool, integer, string, timestamp } from '../../../sql/column-schemas';
import { type TenantRow, tenantRow } from '../../../sql/tenants/tenant-row';
import { countersFields, readTenantRows } from './read-tenant-state';

/** A run that waits in the queue, has a slot, or had one and is not settled yet. */
export type RunInFlight = Pick<
  Slot,
  'run_id' | 'pipeline' | 'admitted_at' | 'handed_on_at' | 'lease_expires_at' | 'queued_until' | 'priority'
>;

/** What admission decides by, the tenant's name and tier, and its runs in flight as the row has them. */
export interface TenantToAdmit extends AdmissionState {
  readonly in_flight: readonly RunInFlight[];
  readonly company_name: string | null;
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
    company_name: string.nullable(),
    subscription_tier: string.nullable(),
    is_active: bool,
    suspension_public_reason: string.nullable(),
    max_queued_pipelines: integer.nullable(),
    mean_run_ms: integer.nullable(),
    active_runs: z.array(
      z.object({
        run_id: string,
        pipeline: string,
        admitted_at: timestamp,
        handed_on_at: timestamp.nullable(),
        lease_expires_at: timestamp,
        queued_until: timestamp.nullable(),
        priority: integer.nullable(),
        slots: integer.nullable(),
        concurrency_key: string.nullable(),
      }),
    ),
    settled_runs: z.array(z.object({ run_id: string })),
    revoked_keys: z.array(z.object({ key_id: string })),
  }),
);

/**
 * Google's client takes a nested name for one of every column that has such a field. Of `settled_runs` that does no
 * harm, whose first field is the only one that is read.
 */
const selectedFields = [
  ...Object.keys(countersFields),
  'company_name',
  'subscription_tier',
  'is_active',
  'suspension_public_reason',
  'active_runs.run_id',
  'max_queued_pipelines',
  'mean_run_ms',
  'active_runs.pipeline',
  'active_runs.admitted_at',
  'active_runs.handed_on_at',
  'active_runs.lease_expires_at',
  'active_runs.queued_until',
  'active_runs.priority',
  'active_runs.slots',
  'active_runs.concurrency_key',
  'settled_runs.run_id',
  'revoked_keys.key_id',
].join();

export const createReadAdmissionState =
  (bigquery: BigQuery): ReadAdmissionState =>
  async (dataset, now) => {
    const [row] = rowsSchema.parse(await readTenantRows(bigquery, dataset, { selectedFields }));
    if (row === undefined) return undefined;
    const held = row.active_runs.filter((run) => hasSlot(run, now));
    const queued = row.active_runs.filter(isQueued).length;
    const max_queued_pipelines = row.max_queued_pipelines ?? 0;
    return {
      company_name: row.company_name,
      subscription_tier: row.subscription_tier,
      in_flight: row.active_runs,
      is_active: row.is_active,
      suspension_public_reason: row.suspension_public_reason,
      max_pipelines_per_month: row.max_pipelines_per_month,
      max_concurrent_pipelines: row.max_concurrent_pipelines,
      used_this_month: usedThisMonth(row, now),
      quota_reset_date: row.quota_reset_date,
      running: slotsHeldBy(row.active_runs, now),
      max_bytes_billed_per_month: row.max_bytes_billed_per_month,
      bytes_this_month: bytesThisMonth(row, now),
      waiting_outcomes: row.settled_runs.length,
      max_queued_pipelines,
      queued,
      queue_left: Math.max(0, max_queued_pipelines - queued),
      mean_run_ms: row.mean_run_ms,
      keys_held: heldByKey(held),
      oldest: held.toSorted((one, other) => +one.admitted_at - +other.admitted_at),
      revoked_key_ids: row.revoked_keys.map(({ key_id }) => key_id),
      withdrawn: [],
      known: [],
      finished: [],
    };
  };

function heldByKey(held: readonly { readonly concurrency_key: string | null }[]) {
  const runs = new Map<string, number>();
  for (const { concurrency_key: key } of held) if (key !== null) runs.set(key, (runs.get(key) ?? 0) + 1);
  return [...runs].map(([concurrency_key, count]) => ({ concurrency_key, runs: count }));
}

/**
 * The whole row as the statement `read-tenant` tells it at this time, free of charge. One answer holds the one row, so
 * what it tells belongs together; it may be an older state than a statement sees. Undefined if there is no such tenant.
 */
export type ReadTenantRow = (dataset: string, now: Date) => Promise<TenantRow | undefined>;

const { active_runs: shownRuns, ...shownColumns } = tenantRow.shape;
const storedRows = z.array(
  z
    .object({
      ...shownColumns,
      active_runs: z.array(shownRuns.element.extend({ slots: integer.nullable() })),
    })
    .omit({ active_runs_count: true, queued_runs_count: true })
    .extend({ version: integer.nullable(), max_queued_pipelines: integer.nullable() }),
);
const storedFields = Object.keys(storedRows.element.shape).flatMap((column) =>
  column === 'active_runs'
    ? Object.keys(storedRows.element.shape.active_runs.element.shape).map((field) => `active_runs.${field}`)
    : [column],
);

/** How many runs in flight come along, as in the statement. */
const mostShown = 100;

export const createReadTenantRow =
  (bigquery: BigQuery): ReadTenantRow =>
  async (dataset, now) => {
    const read = await readTenantRows(bigquery, dataset, { selectedFields: storedFields.join() });
    const [row] = storedRows.parse(read);
    if (row === undefined) return undefined;
    const oldestFirst = row.active_runs.toSorted(
      (one, other) => +isQueued(one) - +isQueued(other) || +one.admitted_at - +other.admitted_at,
    );
    return {
      ...row,
      pipeline_runs_this_month: usedThisMonth(row, now),
      bytes_billed_this_month: bytesThisMonth(row, now),
      current_running_pipelines: slotsHeldBy(row.active_runs, now),
      version: row.version ?? 0,
      max_queued_pipelines: row.max_queued_pipelines ?? 0,
      active_runs_count: row.active_runs.length,
      queued_runs_count: row.active_runs.filter(isQueued).length,
      active_runs: oldestFirst.slice(0, mostShown),
    };
  };
