import { isNotFound, isRetryable } from './adapters/bigquery/failures';
import type { RunStatement } from './adapters/bigquery/run-statement';
import { createGroupCommit } from './group-commit';
import { releaseRuns } from './sql/release-runs';

/** Gives a run's slot back; only for a run that is in the ledger. Throws BigQuery's error when it cannot be done in time. */
export type Release = (tenantId: string, runId: string) => Promise<void>;

/** Releases by group commit, as admissions are: the runs of a tenant that end together leave in one statement. */
export function createRelease(runStatement: RunStatement, now: () => Date): Release {
  const submit = createGroupCommit<string, undefined>({
    commit: async (tenantId, runIds) => {
      await release(tenantId, runIds, runStatement, now());
      return runIds.map(() => ({ kind: 'done', result: undefined }));
    },
    isRetryable,
    // Conflicts with the tenant's admissions are the rule under load, and a later delivery would only try the same.
    budgetMs: 60_000,
    initialBackoffMs: 50,
    maximumBackoffMs: 5_000,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: (runId) => runId.length,
  });
  return submit;
}

async function release(
  tenantId: string,
  runIds: readonly string[],
  runStatement: RunStatement,
  now: Date,
): Promise<void> {
  try {
    await runStatement(tenantId, releaseRuns, { tenant_id: tenantId, run_ids: [...new Set(runIds)], now });
  } catch (error) {
    // The tenant was deleted, and its slots with it.
    if (!isNotFound(error)) throw error;
  }
}
