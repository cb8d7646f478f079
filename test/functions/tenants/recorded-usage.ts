import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { adminKey, onboard, query, startTestCloud, type TestCloud } from '../../support/local-cloud';

export const costs = 'gcp/billing/daily_costs';
export const dryrun = 'gcp/example/dryrun';

export interface Recorded {
  readonly run_id: string;
  readonly admitted_at: string;
  readonly pipeline?: string;
  readonly status?: string;
  readonly seconds?: number;
  readonly bytes?: number;
  readonly recorded_at?: string;
  /** It never had a slot, as settling records that: it left the queue when it ended. */
  readonly onlyWaited?: boolean;
}

/** A cloud with three tenants whose ledgers are known and a dataset that is no tenant's, and a key of `acme`. */
export async function startCloudWithUsage(): Promise<{ cloud: TestCloud; acmeKey: string }> {
  const cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
  const acmeKey = await onboard(cloud.url, 'acme');
  await onboard(cloud.url, 'idle');
  await onboard(cloud.url, 'other');
  await cloud.bigquery.createDataset('not_ours', { labels: { team: 'finance' } });
  await cloud.bigquery.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
  await record(cloud, 'acme', [
    { run_id: 'a-1', admitted_at: '2026-03-01T00:00:00Z', seconds: 10, bytes: 1000 },
    { run_id: 'a-2', admitted_at: '2026-03-31T23:59:59.999Z', seconds: 20, bytes: 2000 },
    // Two outcomes for one run: the one recorded first counts, whichever row comes first.
    {
      run_id: 'a-3',
      admitted_at: '2026-03-15T00:00:00Z',
      status: 'COMPLETED',
      recorded_at: '2026-03-16T00:00:01Z',
    },
    {
      run_id: 'a-3',
      admitted_at: '2026-03-15T00:00:00Z',
      status: 'CANCELLED',
      recorded_at: '2026-03-16T00:00:00Z',
    },
    { run_id: 'a-4', admitted_at: '2026-03-15T00:00:00Z', pipeline: dryrun, status: 'FAILED', seconds: 5 },
    { run_id: 'a-5', admitted_at: '2026-04-01T00:00:00Z', seconds: 30, bytes: 4000 },
  ]);
  await record(cloud, 'other', [
    { run_id: 'o-1', admitted_at: '2026-03-10T00:00:00Z' },
    { run_id: 'o-1', admitted_at: '2026-03-10T00:00:00Z', recorded_at: '2026-03-10T09:00:00Z' },
    { run_id: 'o-2', admitted_at: '2026-03-10T00:00:00Z' },
  ]);
  await query(
    cloud.bigquery,
    'acme',
    `UPDATE tenants SET active_runs = ARRAY(
      SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE ('a-6' AS run_id, '${dryrun}' AS pipeline,
        '{}' AS parameters, 'api' AS trigger, '' AS request_hash, TIMESTAMP '2026-04-02' AS admitted_at,
        TIMESTAMP '2026-04-03' AS lease_expires_at)) WHERE TRUE`,
  );
  return { cloud, acmeKey };
}

/** Rows of a tenant's ledger and of `all_runs`, as workers would write them. */
export async function record({ bigquery }: TestCloud, tenantId: string, runs: readonly Recorded[]) {
  const rows = runs.map(
    ({
      run_id,
      admitted_at,
      pipeline = costs,
      status = 'COMPLETED',
      seconds = 1,
      bytes = 0,
      recorded_at,
      onlyWaited = false,
    }) => {
      const ended_at = new Date(Date.parse(admitted_at) + seconds * 2000).toISOString();
      return {
        insertId: `${run_id}-${recorded_at}`,
        json: {
          run_id,
          tenant_id: tenantId,
          pipeline,
          status,
          ...(status === 'FAILED' && { error_code: 'check_failed' }),
          admitted_at,
          ended_at,
          ...(onlyWaited && { handed_on_at: ended_at }),
          duration_ms: seconds * 1000,
          rows_written: 1,
          bytes_processed: bytes,
          bytes_billed: bytes * 10,
          recorded_at: recorded_at ?? ended_at,
        },
      };
    },
  );
  await createAppendRows(bigquery)(tenantId, 'pipeline_runs', rows);
  await createAppendRows(bigquery)('tenant_pipelines', 'all_runs', rows);
}
