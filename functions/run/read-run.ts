import { ServiceError } from '../../shared/errors';
import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { type RecordedRun, readRun } from '../../shared/sql/runs/read-run';

/** A run of the tenant, in flight or finished, with its records: one BigQuery request. Throws `run_not_found`. */
export async function findRecordedRun(
  tenantId: string,
  runId: string,
  runStatement: RunStatement,
): Promise<RecordedRun> {
  const rows = await runStatement(tenantId, readRun, { tenant_id: tenantId, run_id: runId })
    .then((outcome) => outcome.rows)
    .catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
  const [run] = rows;
  if (run === undefined) throw runNotFound(tenantId, runId);
  return run;
}

export const runNotFound = (tenantId: string, runId: string) =>
  new ServiceError('run_not_found', `There is no run '${runId}' of tenant '${tenantId}'`);
