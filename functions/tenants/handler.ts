import { requireAdmin, requireAdminOrTenant, tenantInPath } from '../../shared/http/authorize';
import { expectNoBody, expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import {
  activate,
  changeTenantProfile,
  changeTenantQuotas,
  profileChangeSchema,
  quotaChangeSchema,
  showTenant,
  suspend,
  suspensionSchema,
  type TenantsDependencies,
} from './administer-tenant';
import { type AuditRoutesDependencies, auditRoutes } from './audit/audit-routes';
import { toldProfile, toldQuotas, toldStatus, toldSummary } from './audit/told-changes';
import { type KeyRoutesDependencies, keyRoutes } from './keys/key-routes';
import { type TenantExportDependencies, tenantExportRoutes } from './tenant-export';
import { type TenantListDependencies, tenantListRoutes } from './tenant-list';
import { tenantProfile } from './tenant-profile';
import { billingRoutes } from './usage/billing-routes';
import { type UsageDependencies, usageRoutes } from './usage/usage-routes';

export interface TenantsHandlerDependencies
  extends TenantsDependencies,
    KeyRoutesDependencies,
    AuditRoutesDependencies,
    UsageDependencies,
    TenantExportDependencies,
    TenantListDependencies {
  /** Whether what is changed is told to the audit log. */
  readonly hasAuditLog: boolean;
}

const tenantPath = '/api/v1/tenants/{tenant}';

export function tenantsRoutes(deps: TenantsHandlerDependencies): readonly Route[] {
  const quotaChange = quotaChangeSchema(deps.tiers);
  const shown = (row: TenantRow) => tenantProfile(row, deps.now());
  const seen = async (tenantId: string) =>
    deps.hasAuditLog ? deps.readTenantSummary(tenantId).then(toldSummary) : undefined;
  return [
    {
      operation: 'showTenant',
      method: 'GET',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        return { status: 200, body: shown(await showTenant(tenantId, deps)) };
      },
    },
    {
      operation: 'changeProfile',
      method: 'PATCH',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        const change = parseRequest(profileChangeSchema, await request.json());
        const before = await seen(tenantId);
        const row = await changeTenantProfile(tenantId, change, deps);
        return { status: 200, body: shown(row), change: { tenantId, before, after: toldProfile(row) } };
      },
    },
    {
      operation: 'changeQuotas',
      method: 'PATCH',
      path: `${tenantPath}/quotas`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        const change = parseRequest(quotaChange, await request.json());
        const before = await seen(tenantId);
        const row = await changeTenantQuotas(tenantId, change, deps);
        return { status: 200, body: shown(row), change: { tenantId, before, after: toldQuotas(row) } };
      },
    },
    {
      operation: 'suspendTenant',
      method: 'POST',
      path: `${tenantPath}/suspend`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        const { reason } = parseRequest(suspensionSchema, await request.json());
        const before = await seen(tenantId);
        const row = await suspend(tenantId, reason, deps);
        return { status: 200, body: shown(row), change: { tenantId, before, after: toldStatus(row) } };
      },
    },
    {
      operation: 'activateTenant',
      method: 'POST',
      path: `${tenantPath}/activate`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        await expectNoBody(request);
        const before = await seen(tenantId);
        const row = await activate(tenantId, deps);
        return { status: 200, body: shown(row), change: { tenantId, before, after: toldStatus(row) } };
      },
    },
    ...keyRoutes(deps),
    ...auditRoutes(deps),
    ...tenantListRoutes(deps),
    ...tenantExportRoutes(deps),
    ...usageRoutes(deps),
    ...billingRoutes(deps),
  ];
}
