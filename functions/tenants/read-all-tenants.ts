import { ServiceError } from '../../shared/errors';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import { forEachBounded } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';

/** Statements under way at once. They concern different tenants, so they do not slow each other down. */
const statementsAtOnce = 16;
const retryPolicy = { budgetMs: 10_000, initialBackoffMs: 200, maximumBackoffMs: 2_000, isRetryable };

/**
 * Reads something of each of these tenants, in their order; what fails only for a moment is read again. A tenant that
 * is deleted or only half onboarded is left out; why others still could not be read is told in `failures`.
 */
export async function readTenants<T>(
  tenantIds: readonly string[],
  read: (tenantId: string) => Promise<T>,
  atOnce = statementsAtOnce,
) {
  const results = new Map<string, T>();
  const failures = new Map<string, unknown>();
  await forEachBounded(tenantIds, atOnce, async (tenantId) => {
    try {
      results.set(tenantId, await retrying(retryPolicy, () => read(tenantId)));
    } catch (error) {
      if (!isNotFound(error)) failures.set(tenantId, error);
    }
  });
  const found = tenantIds.flatMap((tenantId) => {
    const result = results.get(tenantId);
    return result === undefined ? [] : [{ tenantId, result }];
  });
  return { found, failures };
}

/**
 * The same, for reports. Throws `unavailable`, naming the tenants, if one of them cannot be read: a missing tenant
 * would look like one without usage.
 */
export async function readAllTenants<T>(
  tenantIds: readonly string[],
  read: (tenantId: string) => Promise<T>,
  atOnce?: number,
) {
  const { found, failures } = await readTenants(tenantIds, read, atOnce);
  const [cause] = failures.values();
  if (cause !== undefined) {
    throw new ServiceError(
      'unavailable',
      `${failures.size} of ${tenantIds.length} tenants could not be read`,
      {
        members: { failed_tenants: [...failures.keys()] },
        retryAfterSeconds: 5,
        cause,
      },
    );
  }
  return found;
}
