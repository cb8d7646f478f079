import { z } from 'zod';
import type { ListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import { encodeCursor } from '../../shared/http/parse';

/** BigQuery's token for the next page of tenants. */
export const pageTokenSchema = z.tuple([z.string().min(1).max(2000)]);

/** A page of the tenants' ids, and the cursor of the next one. Throws like ListTenantPage. */
export async function pageOfTenants(
  listTenantPage: ListTenantPage,
  { limit, cursor }: { readonly limit: number; readonly cursor?: readonly [string] | undefined },
): Promise<{ readonly tenantIds: readonly string[]; readonly nextCursor: string | null }> {
  const { tenantIds, nextPageToken } = await listTenantPage({ pageToken: cursor?.[0], maxResults: limit });
  return { tenantIds, nextCursor: nextPageToken === undefined ? null : encodeCursor([nextPageToken]) };
}
