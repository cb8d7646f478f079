import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import {
  type AdminAuthentication,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { entityTag, ifMatchOf } from '../../../shared/http/headers/entity-tags';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { expectNoBody, expectNoQuery, parseQuery, parseRequest } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import { newScheduleSchema, scheduleChangeSchema } from '../../../shared/schedules/rules/schedule-request';
import type { ScheduleRow } from '../../../shared/sql/schedules/schedule-row';
import { requireScope } from '../../../shared/tenants/rules/scopes';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import {
  alterSchedule,
  makeSchedule,
  removeSchedule,
  type ScheduleDependencies,
  scheduleOf,
  schedulesOf,
  shownSchedule,
  versionOfSchedule,
} from './administer-schedules';
import type { ScheduleAlteration } from './altered-schedule';
import { scheduleHistoryQuerySchema, showHistory } from './schedule-history';

export interface ScheduleRoutesDependencies
  extends ScheduleDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly readTenantLife: ReadTenantLife;
}

const schedulesPath = '/api/v1/tenants/{tenant}/schedules';
const schedulePath = `${schedulesPath}/{schedule_id}`;

/** What admins, and a tenant's own keys, do with its schedules. */
export function scheduleRoutes(deps: ScheduleRoutesDependencies): readonly Route[] {
  /** The tenant in its life of now: what it had before it was recreated is not its own. Free of charge. */
  const lifeOf = async (tenantId: string): Promise<TenantLife> => {
    const life = await deps.readTenantLife(tenantId);
    if (life === undefined) throw tenantNotFound(tenantId);
    return { tenant_id: tenantId, ...life };
  };
  const idIn = (request: HttpRequest): string => request.params.schedule_id ?? '';
  const headersOf = (row: ScheduleRow) => entityTag(versionOfSchedule(row));
  /** Whoever has runs started of themselves may start runs. */
  const ownerOf = async (request: HttpRequest, tenantId: string) => {
    const caller = await requireAdminOrTenant(deps, request, tenantId);
    requireScope(caller.scopes, 'run');
    return caller;
  };
  const alter = async (
    request: HttpRequest,
    changeIn: (request: HttpRequest) => Promise<ScheduleAlteration>,
  ): Promise<HttpReply> => {
    const tenantId = tenantInPath(request);
    const owner = await ownerOf(request, tenantId);
    expectNoQuery(request);
    const change = await changeIn(request);
    const wanted = ifMatchOf(request);
    const tenant = await lifeOf(tenantId);
    const { before, after } = await alterSchedule(tenant, idIn(request), change, wanted, owner, deps);
    return {
      status: 200,
      headers: headersOf(after),
      body: shownSchedule(after, deps.now()),
      change: { tenantId, target: after.schedule_id, before: told(before), after: told(after) },
    };
  };
  const setState = (state: 'active' | 'paused') => (request: HttpRequest) =>
    alter(request, async () => {
      await expectNoBody(request);
      return { state };
    });
  return [
    {
      operation: 'makeSchedule',
      method: 'POST',
      path: schedulesPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const owner = await ownerOf(request, tenantId);
        expectNoQuery(request);
        const given = parseRequest(newScheduleSchema, await request.json());
        const tenant = await lifeOf(tenantId);
        const row = await makeSchedule(tenant, given, owner, deps);
        return {
          status: 201,
          headers: {
            ...headersOf(row),
            Location: `/api/v1/tenants/${tenantId}/schedules/${row.schedule_id}`,
          },
          body: shownSchedule(row, deps.now()),
          change: { tenantId, target: row.schedule_id, after: told(row) },
        };
      },
    },
    {
      operation: 'listSchedules',
      method: 'GET',
      path: schedulesPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        const rows = await schedulesOf(await lifeOf(tenantId), deps);
        const now = deps.now();
        return { status: 200, body: { schedules: rows.map((row) => shownSchedule(row, now)) } };
      },
    },
    {
      operation: 'showSchedule',
      method: 'GET',
      path: schedulePath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        const row = await scheduleOf(await lifeOf(tenantId), idIn(request), deps);
        return { status: 200, headers: headersOf(row), body: shownSchedule(row, deps.now()) };
      },
    },
    {
      operation: 'changeSchedule',
      method: 'PATCH',
      path: schedulePath,
      handle: (request) =>
        alter(request, async () => parseRequest(scheduleChangeSchema, await request.json())),
    },
    { operation: 'pauseSchedule', method: 'POST', path: `${schedulePath}/pause`, handle: setState('paused') },
    {
      operation: 'resumeSchedule',
      method: 'POST',
      path: `${schedulePath}/resume`,
      handle: setState('active'),
    },
    {
      operation: 'deleteSchedule',
      method: 'DELETE',
      path: schedulePath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const owner = await ownerOf(request, tenantId);
        expectNoQuery(request);
        const wanted = ifMatchOf(request);
        const tenant = await lifeOf(tenantId);
        const { before } = await removeSchedule(tenant, idIn(request), wanted, owner, deps);
        return { status: 204, change: { tenantId, target: before.schedule_id, before: told(before) } };
      },
    },
    {
      operation: 'showScheduleHistory',
      method: 'GET',
      path: `${schedulePath}/history`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        const query = parseQuery(scheduleHistoryQuerySchema, request.query);
        const body = await showHistory(await lifeOf(tenantId), idIn(request), query, deps);
        return { status: 200, headers: nextPageLink(request, body.next_cursor), body };
      },
    },
  ];
}

/** What the audit log tells of a schedule: not its parameters, which are the tenant's own. */
const told = (row: ScheduleRow) => ({
  pipeline: row.pipeline,
  cron: row.cron,
  interval_seconds: row.interval_seconds,
  time_zone: row.time_zone,
  missed: row.missed,
  overlap: row.overlap,
  window_seconds: row.window_seconds,
  state: row.state,
});
