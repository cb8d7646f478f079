import { isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { PublishRun } from '../google/pubsub/publish-run';
import type { Log } from '../log';
import { withdrawAndHandOn, withdrawRuns } from '../sql/runs/withdraw-runs';
import { createGroupCommit } from './group-commit';
import { createHandingOn } from './queue/handing-on';
import { unlimitedSlots } from './settling/decide-outcomes';

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
  /** For runs that get the slots which a withdrawal frees. */
  readonly publishRun: PublishRun;
  /** Whether runs waited when this instance last saw the tenant. It chooses between statements that decide alike. */
  readonly sawQueue: (tenantId: string) => boolean;
  readonly now: () => Date;
  readonly log: Log;
  /** How long a withdrawal may take, in milliseconds. 3 s unless given. */
  readonly longestMs?: number | undefined;
}

interface Withdrawal {
  readonly isWithdrawn: boolean;
  /** Resolves when the runs are published that got its slots. Never rejects. */
  readonly handedOn?: Promise<void>;
}

/**
 * Withdrawals by group commit, since the time of many requests is up together. Usually that is one UPDATE; the script
 * follows where some run cannot be withdrawn any more. Where others wait for slots, the UPDATE changes nothing: there
 * the script is sent at once.
 */
export function createWithdraw(deps: WithdrawDependencies): Withdraw {
  const { runStatement, sawQueue, now, log, longestMs = 3_000 } = deps;
  const handingOn = createHandingOn(deps);
  const options = { timeoutMs: longestMs };
  const submit = createGroupCommit<string, Withdrawal>({
    commit: async (tenantId, run_ids) => {
      const parameters = { tenant_id: tenantId, run_ids, now: now() };
      if (!sawQueue(tenantId)) {
        const { affectedRows } = await runStatement(tenantId, withdrawRuns, parameters, options);
        if (affectedRows > 0) return run_ids.map(() => ({ kind: 'done', result: { isWithdrawn: true } }));
      }
      const handed_since = handingOn.since(tenantId, parameters.now);
      const further = { ...parameters, unlimited: unlimitedSlots, handed_since };
      const { rows } = await runStatement(tenantId, withdrawAndHandOn, further, options);
      const handedOn = handingOn.publish(tenantId, tenantId, rows[0]?.handed_on ?? []);
      const withdrawn = new Set(rows[0]?.withdrawn);
      for (const runId of rows[0]?.finished ?? []) withdrawn.delete(runId);
      return run_ids.map((runId) => ({
        kind: 'done',
        result: { isWithdrawn: withdrawn.has(runId), handedOn },
      }));
    },
    isRetryable,
    budgetMs: longestMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 500,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: (runId) => runId.length,
  });
  return async (tenantId, runId) => {
    try {
      const { isWithdrawn, handedOn } = await submit(tenantId, runId);
      // Afterwards a function gets no CPU.
      await handedOn;
      return isWithdrawn;
    } catch (error) {
      const fields = { tenant_id: tenantId, run_id: runId, error };
      log('WARNING', 'An admission that came too late could not be withdrawn', fields);
      return false;
    }
  };
}
