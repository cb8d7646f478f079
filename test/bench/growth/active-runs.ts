import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { findRun } from '../../../shared/sql/runs/find-run';
import { settleRuns } from '../../../shared/sql/runs/settle-runs';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { outcomeOfBench } from './finished-runs';
import { cellsOf, observedStatements } from './observed-statements';

const counts = [1, 10, 100, 1_000, 2_000, 3_000, 4_000, 5_000];
const calls = 7;

/** What a tenant's runs in flight cost the statements that read and write its row. */
export const growActiveRuns = (): Promise<void> =>
  withServers(undefined, async ({ environment }) => {
    const tenants = counts.map((count) => ({ tenant_id: `runs_${count}`, max_pipelines_per_month: null }));
    await onboardAll(tenants, environment);
    const { bigquery, runStatement, observe } = observedStatements();
    const rows: string[][] = [];
    for (const count of counts) {
      const tenant_id = `runs_${count}`;
      const runIds = await fillRow(bigquery, tenant_id, count);
      const admit = () =>
        observe(calls, () =>
          runStatement(tenant_id, admitRuns, {
            tenant_id,
            now: new Date(),
            ...unlimited,
            candidates: candidates(1),
          }),
        );
      const admission = await admit();
      const find = await observe(calls, () =>
        runStatement(tenant_id, findRun, { tenant_id, run_id: runIds[0] ?? '' }),
      );
      const settling = await observe(calls, () =>
        runStatement(tenant_id, settleRuns, {
          tenant_id,
          onboarding_id: '',
          now: new Date(),
          outcomes: runIds.splice(-1).map(outcomeOfBench),
        }),
      );
      rows.push([String(count), ...cellsOf(admission), ...cellsOf(find), ...cellsOf(settling)]);
    }
    printTable(
      'Active runs of one tenant (local cloud without limits; medians; bytes as BigQuery counts them)',
      ['active runs', 'admit (ms)', 'bytes', 'find-run (ms)', 'bytes', 'settle (ms)', 'bytes'],
      rows,
    );
  });

/** Puts the tenant's row in anew with so many slots, by streaming: no statement has to make them. Resolves to their ids. */
async function fillRow(bigquery: BigQuery, tenantId: string, count: number): Promise<string[]> {
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
