import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { within } from '../../shared/support/time-limits';
import { createFindOffboarded, type FindOffboarded } from '../../shared/tenants/find-offboarded';

/** In how much of its time it is sent again. */
const shareOfRepeats = 0.6;
const backoff = { initialBackoffMs: 50, maximumBackoffMs: 500 };

/** createFindOffboarded within this time. Throws `unavailable` where nobody can say it for now. */
export function createFindOffboardedSoon(
  controlDataset: string,
  runStatement: RunStatement,
  longestMs: number,
): FindOffboarded {
  const policy = { ...backoff, budgetMs: longestMs * shareOfRepeats, isRetryable };
  const find = createFindOffboarded(controlDataset, runStatement, policy);
  return async (tenantId) => {
    try {
      return await within(longestMs, 'BigQuery', find(tenantId));
    } catch (error) {
      if (!isRetryable(error)) throw error;
      throw notReadable(`${controlDataset}.offboarded_tenants`, tenantId, error);
    }
  };
}

const notReadable = (table: string, tenantId: string, cause: unknown) =>
  new ServiceError(
    'unavailable',
    `Whether the name '${tenantId}' is free could not be read from ${table}. Nothing was changed. Try again.`,
    { retryAfterSeconds: 5, cause },
  );
