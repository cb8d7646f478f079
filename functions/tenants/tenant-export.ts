import type { DescribeDataset } from '../../shared/google/bigquery/tables/describe-dataset';
import {
  type AdminAuthentication,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../shared/http/authorize';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { orTenantNotFound } from '../../shared/tenants/tenant-not-found';
import { showTenant, type TenantsDependencies } from './administer-tenant';
import { showApiKeys } from './keys/administer-keys';
import { tenantProfile } from './tenant-profile';

export interface TenantExportDependencies
  extends TenantsDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly describeDataset: DescribeDataset;
}

/**
 * What is kept of a tenant and where: its profile, its keys without the keys themselves, and its dataset with each
 * table. The rows are the tenant's own, in its dataset, and are not copied here. Costs two BigQuery requests.
 */
export function tenantExportRoutes(deps: TenantExportDependencies): readonly Route[] {
  return [
    {
      operation: 'exportTenant',
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/export',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const { isAdmin } = await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        const exportedAt = deps.now();
        const [row, api_keys, { location, created_at, tables }] = await Promise.all([
          showTenant(tenantId, deps),
          showApiKeys(tenantId, deps),
          orTenantNotFound(tenantId, deps.describeDataset(tenantId)),
        ]);
        const shownTables = tables.map((table) => ({
          ...table,
          created_at: table.created_at.toISOString(),
          last_modified_at: table.last_modified_at.toISOString(),
        }));
        return {
          status: 200,
          body: {
            exported_at: exportedAt.toISOString(),
            tenant: tenantProfile(row, exportedAt, isAdmin),
            api_keys,
            dataset: { dataset_id: tenantId, location, created_at: created_at.toISOString() },
            tables: shownTables,
          },
        };
      },
    },
  ];
}
