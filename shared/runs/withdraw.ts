import { isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { Log } from '../log';
import { withdrawRuns } from '../sql/runs/withdraw-runs';
import { createGroupCommit } from './group-commit';

/**
 * Takes an admission back, so that the run holds no slot and never gets one. Resolves to whether that is
 * certain. Where it is not, the run may simply be run, once: reconcile starts what was admitted.
 *
 * Never for a run under an idempotency key: somebody else may have been told of it, and its own caller finds
 * it by asking again.
 */
export type Withdraw = (tenantId: string, runId: string) => Promise<boolean>;

export interface WithdrawDependencies {
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly log: Log;
}

/** In milliseconds. */
const longestWithdrawalMs = 3_000;

/** Withdrawals by group commit, since the time of many requests is up together. */
export function createWithdraw({ runStatement, now, log }: WithdrawDependencies): Withdraw {
  const submit = createGroupCommit<string, boolean>({
    commit: async (tenantId, run_ids) => {
      const parameters = { tenant_id: tenantId, run_ids, now: now() };
      const options = { timeoutMs: longestWithdrawalMs };
      const { affectedRows } = await runStatement(tenantId, withdrawRuns, parameters, options);
      return run_ids.map(() => ({ kind: 'done', result: affectedRows > 0 }));
    },
    isRetryable,
    budgetMs: longestWithdrawalMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 500,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: (runId) => runId.length,
  });
  return async (tenantId, runId) => {
    try {
      return await submit(tenantId, runId);
    } catch (error) {
      const fields = { tenant_id: tenantId, run_id: runId, error };
      log('WARNING', 'An admission that came too late could not be withdrawn', fields);
      return false;
    }
  };
}
