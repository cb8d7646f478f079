import { isRetryable } from '../../shared/google/bigquery/failures';
import { rowsOrNone } from '../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { findOperationRuns } from '../../shared/sql/runs/find-operation-runs';
import { retrying } from '../../shared/support/retry';

/**
 * Which of these runs of a tenant there are, in flight or over. All were admitted after `from`, by whichever clock. One
 * statement. Throws BigQuery's error.
 */
export type FindStarted = (
  tenantId: string,
  runIds: readonly string[],
  from: Date,
) => Promise<ReadonlySet<string>>;

/** Clocks of two instances differ by less. */
const toleranceMs = 24 * 3_600_000;
const retryPolicy = { budgetMs: 10_000, initialBackoffMs: 200, maximumBackoffMs: 2_000, isRetryable };

export const createFindStarted =
  (runStatement: RunStatement, now: () => Date): FindStarted =>
  async (tenant_id, run_ids, from) => {
    const asked = {
      tenant_id,
      run_ids,
      from: new Date(from.getTime() - toleranceMs),
      // Nobody's key is asked about.
      key_id: '',
      now: now(),
    };
    const find = () => rowsOrNone(runStatement(tenant_id, findOperationRuns, asked));
    const [row] = await retrying(retryPolicy, find);
    return new Set([...(row?.in_flight ?? []), ...(row?.ended ?? []).map(({ run_id }) => run_id)]);
  };
