import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { startedByKey } from '../../support/started-by';

/**
 * Puts the tenant's row in anew with so many slots, by streaming: no statement has to make them. Resolves to their ids.
 *
 * @param queued how many more runs wait for one of these slots: then the tenant has no others
 */
export async function fillRow(
  bigquery: BigQuery,
  tenantId: string,
  count: number,
  queued?: number,
): Promise<string[]> {
  const dataset = { defaultDataset: { datasetId: tenantId } };
  await bigquery.query({ query: 'DELETE FROM tenants WHERE TRUE', ...dataset });
  const now = new Date().toISOString();
  const runIds = Array.from({ length: count }, () => randomUUID());
  const slots = runIds.map((run_id) => ({
    run_id,
    pipeline: 'gcp/example/dryrun',
    parameters: '{}',
    trigger: 'api',
    request_hash: null,
    ...startedByKey,
    admitted_at: now,
    lease_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  }));
  const waiting = Array.from({ length: queued ?? 0 }, () => ({
    ...slots[0],
    run_id: randomUUID(),
    lease_expires_at: now,
    queued_until: new Date(Date.now() + 3_600_000).toISOString(),
    lease_seconds: 3_600,
  }));
  const row = {
    tenant_id: tenantId,
    is_active: true,
    pipeline_runs_count: count + waiting.length,
    pipeline_runs_this_month: count + waiting.length,
    current_running_pipelines: count,
    quota_reset_date: now.slice(0, 10),
    created_at: now,
    updated_at: now,
    active_runs: [...slots, ...waiting],
    ...(queued !== undefined && { max_concurrent_pipelines: count, max_queued_pipelines: queued + 1_000 }),
  };
  await bigquery
    .dataset(tenantId)
    .table('tenants')
    .insert([{ insertId: randomUUID(), json: row }], { raw: true });
  return runIds;
}
