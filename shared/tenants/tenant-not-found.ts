import { ServiceError } from '../errors';
import { isNotFound } from '../google/bigquery/failures';
import { rowsOrNone } from '../google/bigquery/statements/rows-or-none';

export const tenantNotFound = (tenantId: string) =>
  new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`);

/** Throws `tenant_not_found` for a missing dataset or table: it means that there is no such tenant. */
export async function orTenantNotFound<T>(tenantId: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isNotFound(error)) throw tenantNotFound(tenantId);
    throw error;
  }
}

/**
 * What was read of a tenant's tables. Where they are not there, an admin may have misspelt its id, and is told
 * `tenant_not_found`; the tenant's own key has outlived it, and there is nothing to read.
 */
export const rowsOfTenant = async <Row>(
  { tenantId, isAdmin }: { readonly tenantId: string; readonly isAdmin: boolean },
  reading: Promise<{ readonly rows: readonly Row[] }>,
): Promise<readonly Row[]> =>
  isAdmin ? (await orTenantNotFound(tenantId, reading)).rows : rowsOrNone(reading);
