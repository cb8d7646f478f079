import type { ReadTenantRow } from '../../shared/google/bigquery/tables/read-admission-state';
import type { ReadTenantDetails, TenantDetails } from '../../shared/google/bigquery/tables/read-tenant-state';
import { requireAdmin, requireAdminOrTenant, tenantInPath } from '../../shared/http/authorize';
import { entityTag, ifMatchOf, isKnownToCaller } from '../../shared/http/headers/entity-tags';
import { expectNoBody, expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import { overwrittenQuotas } from '../../shared/tenants/rules/quotas';
import { quotaChanged, tenantActivated, tenantSuspended } from '../../shared/tenants/rules/tenant-events';
import { tenantNotFound } from '../../shared/tenants/tenant-not-found';
import {
  activate,
  changeTenantProfile,
  changeTenantQuotas,
  profileChangeSchema,
  quotaChangeSchema,
  suspend,
  suspensionSchema,
  type TenantsDependencies,
} from './administer-tenant';
import { type AllRunsDependencies, allRunsRoutes } from './all-runs-routes';
import { type AuditRoutesDependencies, auditRoutes } from './audit/audit-routes';
import { toldProfile, toldQuotas, toldStatus } from './audit/told-changes';
import { identityRoutes } from './keys/identity-routes';
import { type KeyRoutesDependencies, keyRoutes } from './keys/key-routes';
import { type OffboardingRoutesDependencies, offboardingRoutes } from './offboarding/offboarding-routes';
import { type OverviewRoutesDependencies, overviewRoutes } from './overview/overview-routes';
import { type ScheduleRoutesDependencies, scheduleRoutes } from './schedules/schedule-routes';
import { type TenantExportDependencies, tenantExportRoutes } from './tenant-export';
import { type TenantListDependencies, tenantListRoutes } from './tenant-list';
import { tenantProfile, versionOf } from './tenant-profile';
import { type TiersDependencies, tiersRoutes } from './tiers-routes';
import { billingRoutes } from './usage/billing-routes';
import { type UsageDependencies, usageRoutes } from './usage/usage-routes';
import { type WebhookRoutesDependencies, webhookRoutes } from './webhooks/webhook-routes';

export interface TenantsHandlerDependencies
  extends TenantsDependencies,
    KeyRoutesDependencies,
    AuditRoutesDependencies,
    UsageDependencies,
    AllRunsDependencies,
    OffboardingRoutesDependencies,
    OverviewRoutesDependencies,
    TenantExportDependencies,
    TenantListDependencies,
    ScheduleRoutesDependencies,
    TiersDependencies,
    WebhookRoutesDependencies {
  /** Whether what is changed is told to the audit log. */
  readonly hasAuditLog: boolean;
  readonly readTenantDetails: ReadTenantDetails;
  readonly readTenantRow: ReadTenantRow;
}

const tenantPath = '/api/v1/tenants/{tenant}';

export function tenantsRoutes(deps: TenantsHandlerDependencies): readonly Route[] {
  const quotaChange = quotaChangeSchema(deps.tiers);
  const shown = (row: TenantRow, further = {}) => ({
    status: 200,
    headers: entityTag(versionOf(row)),
    body: { ...tenantProfile(row, deps.now(), true), ...further },
  });
  /** What the audit log tells of the tenant as it was last seen. Free of charge. */
  const seen = async <Told extends object>(tenantId: string, told: (row: TenantDetails) => Told) => {
    const row = deps.hasAuditLog ? await deps.readTenantDetails(tenantId) : undefined;
    return row && told(row);
  };
  return [
    {
      operation: 'showTenant',
      method: 'GET',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const { isAdmin } = await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        const row = await deps.readTenantRow(tenantId, deps.now());
        if (row === undefined) throw tenantNotFound(tenantId);
        const headers = entityTag(versionOf(row));
        if (isKnownToCaller(request, versionOf(row))) return { status: 304, headers };
        return { status: 200, headers, body: tenantProfile(row, deps.now(), isAdmin) };
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
        const wanted = ifMatchOf(request);
        const before = await seen(tenantId, toldProfile);
        const { row } = await changeTenantProfile(tenantId, change, wanted, deps);
        return { ...shown(row), change: { tenantId, before, after: toldProfile(row) } };
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
        const wanted = ifMatchOf(request);
        const lastSeen = await seen(tenantId, toldQuotas);
        const changed = await changeTenantQuotas(tenantId, change, wanted, deps);
        const { row, before, made } = changed;
        await deps.announce(quotaChanged(row, changed.change, made, before));
        const overwritten = before === undefined ? {} : overwrittenQuotas(change, before, made, deps.tiers);
        const after = toldQuotas({ ...row, ...made });
        return {
          ...shown(row, { overwritten }),
          change: { tenantId, before: before && { ...lastSeen, ...before }, after },
        };
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
        const suspension = parseRequest(suspensionSchema, await request.json());
        const before = await seen(tenantId, toldStatus);
        const { row, change } = await suspend(tenantId, suspension, deps);
        await deps.announce(tenantSuspended(row, change, suspension.public_reason ?? null));
        return { ...shown(row), change: { tenantId, before, after: toldStatus(row) } };
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
        const before = await seen(tenantId, toldStatus);
        const { row, change, isNew } = await activate(tenantId, deps);
        if (isNew) await deps.announce(tenantActivated(row, change));
        return { ...shown(row), change: { tenantId, before, after: toldStatus(row) } };
      },
    },
    ...offboardingRoutes(deps),
    ...identityRoutes(deps),
    ...keyRoutes(deps),
    ...auditRoutes(deps),
    ...webhookRoutes(deps),
    ...scheduleRoutes(deps),
    ...tenantListRoutes(deps),
    ...tiersRoutes(deps),
    ...tenantExportRoutes(deps),
    ...allRunsRoutes(deps),
    ...overviewRoutes(deps),
    ...usageRoutes(deps),
    ...billingRoutes(deps),
  ];
}
