import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { startedByKey } from '../../support/started-by';

/** Puts the tenant's row in anew with so many slots, by streaming: no statement has to make them. Resolves to their ids. */
export async function fillRow(bigquery: BigQuery, tenantId: string, count: number): Promise<string[]> {
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
  const row = {
    tenant_id: tenantId,
    is_active: true,
    pipeline_runs_count: count,
    pipeline_runs_this_month: count,
    current_running_pipelines: count,
    quota_reset_date: now.slice(0, 10),
    created_at: now,
    updated_at: now,
    active_runs: slots,
  };
  await bigquery
    .dataset(tenantId)
    .table('tenants')
    .insert([{ insertId: randomUUID(), json: row }], { raw: true });
  return runIds;
}
