import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { releaseRuns } from '../sql/runs/release-runs';
import { createGroupCommit } from './group-commit';

/**
 * Frees a run's slot once the ledger shows the run. Throws BigQuery's error, or a TimeIsUp where that was not
 * possible in time: the slot then stays until a later delivery, or reconcile, frees it.
 */
export type Release = (tenantId: string, runId: string) => Promise<void>;

/**
 * Releases by group commit, like admissions: a tenant's runs that end together free their slots in one
 * statement.
 */
export function createRelease(runStatement: RunStatement, now: () => Date): Release {
  const submit = createGroupCommit<string, undefined>({
    commit: async (tenantId, runIds) => {
      const held = await release(tenantId, [...new Set(runIds)], runStatement, now());
      return runIds.map((runId) =>
        held.has(runId) ? { kind: 'again' } : { kind: 'done', result: undefined },
      );
    },
    isRetryable,
    // Under load, conflicts with the tenant's admissions are usual, and a later delivery would only try the
    // same.
    budgetMs: 60_000,
    initialBackoffMs: 50,
    maximumBackoffMs: 5_000,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: (runId) => runId.length,
  });
  return submit;
}

/** Resolves to the runs that still hold their slot, because the ledger does not show them yet. */
async function release(
  tenantId: string,
  runIds: readonly string[],
  runStatement: RunStatement,
  now: Date,
): Promise<ReadonlySet<string>> {
  try {
    const parameters = { tenant_id: tenantId, run_ids: runIds, now };
    const { rows } = await runStatement(tenantId, releaseRuns, parameters);
    return new Set(rows.map(({ run_id }) => run_id));
  } catch (error) {
    // The tenant was deleted, and its slots with it.
    if (isNotFound(error)) return new Set();
    throw error;
  }
}
