import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { MayHaveRowsSince } from '../../shared/google/bigquery/tables/may-have-rows-since';
import type { PublishOperation } from '../../shared/google/pubsub/publish-operation';
import type { Log } from '../../shared/log';
import { isDue, type RepublishRule } from '../../shared/runs/rules/run-times';
import { listStalledOperations } from '../../shared/sql/control/list-stalled-operations';
import { retrying } from '../../shared/support/retry';

export interface WakeOperationsDependencies {
  readonly mayHaveRowsSince: MayHaveRowsSince;
  readonly runStatement: RunStatement;
  readonly publishOperation: PublishOperation;
  readonly controlDataset: string;
  readonly now: () => Date;
  readonly log: Log;
}

/** As for runs: sent each time that it has rested twice as long. A delivery that is at work writes more often. */
const rule: RepublishRule = { startGraceMs: 10 * 60_000, intervalMs: 5 * 60_000 };
/** Longer than an operation is tried for, and than Pub/Sub keeps a message. */
const lookBackMs = 33 * 24 * 3_600_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Publishes operations again that are not ended and have rested for ten minutes: their message was lost, or was never
 * sent. Where nobody has started one for 33 days this costs nothing; else one statement, for which BigQuery bills its
 * minimum of 10 MB. Resolves to how many.
 */
export async function wakeOperations(deps: WakeOperationsDependencies): Promise<number> {
  const { mayHaveRowsSince, runStatement, controlDataset, publishOperation, now, log } = deps;
  const calledAt = now().getTime();
  const since = new Date(calledAt - lookBackMs);
  if (!(await retrying(retryPolicy, () => mayHaveRowsSince(controlDataset, 'operations', since)))) return 0;
  const moved_before = new Date(calledAt - rule.startGraceMs);
  const list = () => runStatement(controlDataset, listStalledOperations, { since, moved_before });
  const { rows } = await retrying(retryPolicy, list);
  const due = rows.filter(({ updated_at }) => isDue(calledAt - updated_at.getTime(), rule));
  for (const { operation_id, started_at } of due) {
    await publishOperation({ operation_id, started_at: started_at.toISOString() });
    log('INFO', 'An operation that has not moved is published again', { operation_id });
  }
  return due.length;
}
