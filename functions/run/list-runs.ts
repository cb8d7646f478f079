import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { listRuns as listRunsStatement } from '../../shared/sql/runs/list-runs';
import { type ListRequest, toCursor } from './list-request';

/**
 * A page of the tenant's runs, newest first, and where the next one begins: one BigQuery request. Runs that are started
 * meanwhile are on no later page, and a run that ends keeps its place. Parameters, steps and checks are left out: a
 * page of them could be megabytes.
 */
export async function listRuns(tenantId: string, request: ListRequest, runStatement: RunStatement) {
  const { status, pipeline, from, to, limit, cursor } = request;
  const parameters = {
    tenant_id: tenantId,
    from,
    to,
    status: status ?? null,
    pipeline: pipeline ?? null,
    before_at: cursor?.admittedAt ?? null,
    before_id: cursor?.runId ?? null,
    // One more than asked for tells whether there is a next page.
    limit: limit + 1,
  };
  const rows = await runStatement(tenantId, listRunsStatement, parameters)
    .then((outcome) => outcome.rows)
    .catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    runs: page.map((run) => ({
      ...run,
      tenant_id: tenantId,
      admitted_at: run.admitted_at.toISOString(),
      started_at: run.started_at?.toISOString() ?? null,
      ended_at: run.ended_at?.toISOString() ?? null,
    })),
    next_cursor: hasNext ? toCursor({ admittedAt: last.admitted_at, runId: last.run_id }) : null,
  };
}
