import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import {
  type AdminAuthentication,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { ifMatchOf } from '../../../shared/http/headers/entity-tags';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { expectNoBody, expectNoQuery, parseQuery, parseRequest } from '../../../shared/http/parse';
import type { HttpRequest, Route } from '../../../shared/http/route';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import {
  newWebhookSchema,
  secretRotationSchema,
  webhookChangeSchema,
} from '../../../shared/webhooks/rules/webhook-request';
import {
  alterWebhook,
  makeWebhook,
  removeWebhook,
  rotateSecret,
  showWebhook,
  showWebhooks,
  tryWebhook,
  type WebhookDependencies,
} from './administer-webhooks';
import { deliverAgain, deliveryQuerySchema, showDeliveries } from './webhook-deliveries';

export interface WebhookRoutesDependencies
  extends WebhookDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly readTenantLife: ReadTenantLife;
}

const webhooksPath = '/api/v1/tenants/{tenant}/webhooks';
const webhookPath = `${webhooksPath}/{webhook_id}`;

/** What admins, and a tenant's own keys that may `manage`, do with its webhooks. */
export function webhookRoutes(deps: WebhookRoutesDependencies): readonly Route[] {
  const callerOf = (request: HttpRequest, tenantId: string) => requireAdminOrTenant(deps, request, tenantId);
  /** The tenant in its life of now: what it had before it was recreated is not its own. Free of charge. */
  const lifeOf = async (tenantId: string): Promise<TenantLife> => {
    const life = await deps.readTenantLife(tenantId);
    if (life === undefined) throw tenantNotFound(tenantId);
    return { tenant_id: tenantId, ...life };
  };
  const idIn = (request: HttpRequest): string => request.params.webhook_id ?? '';
  return [
    {
      operation: 'makeWebhook',
      method: 'POST',
      path: webhooksPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const caller = await callerOf(request, tenantId);
        expectNoQuery(request);
        const given = parseRequest(newWebhookSchema, await request.json());
        const tenant = await lifeOf(tenantId);
        const body = await makeWebhook(tenant, given, caller.id, deps);
        const change = { tenantId, target: body.webhook_id, after: told(body) };
        return { status: 201, headers: { ETag: body.etag }, body, change };
      },
    },
    {
      operation: 'listWebhooks',
      method: 'GET',
      path: webhooksPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        const tenant = await lifeOf(tenantId);
        return { status: 200, body: await showWebhooks(tenant, deps) };
      },
    },
    {
      operation: 'showWebhook',
      method: 'GET',
      path: webhookPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        const tenant = await lifeOf(tenantId);
        const body = await showWebhook(tenant, idIn(request), deps);
        return { status: 200, headers: { ETag: body.etag }, body };
      },
    },
    {
      operation: 'changeWebhook',
      method: 'PATCH',
      path: webhookPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        const given = parseRequest(webhookChangeSchema, await request.json());
        const wanted = ifMatchOf(request);
        const tenant = await lifeOf(tenantId);
        const { before, after } = await alterWebhook(tenant, idIn(request), given, wanted, deps);
        const change = { tenantId, target: after.webhook_id, before: told(before), after: told(after) };
        return { status: 200, headers: { ETag: after.etag }, body: after, change };
      },
    },
    {
      operation: 'deleteWebhook',
      method: 'DELETE',
      path: webhookPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        const wanted = ifMatchOf(request);
        const tenant = await lifeOf(tenantId);
        const { before } = await removeWebhook(tenant, idIn(request), wanted, deps);
        return { status: 204, change: { tenantId, target: before.webhook_id, before: told(before) } };
      },
    },
    {
      operation: 'testWebhook',
      method: 'POST',
      path: `${webhookPath}/test`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        await expectNoBody(request);
        const tenant = await lifeOf(tenantId);
        const body = await tryWebhook(tenant, idIn(request), deps);
        const after = { delivery_id: body.delivery_id };
        return { status: 202, body, change: { tenantId, target: body.webhook_id, after } };
      },
    },
    {
      operation: 'rotateWebhookSecret',
      method: 'POST',
      path: `${webhookPath}/rotate-secret`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        const given = parseRequest(secretRotationSchema, await request.json());
        const tenant = await lifeOf(tenantId);
        const body = await rotateSecret(tenant, idIn(request), given, deps);
        const { webhook_id: target, secret_version, previous_secret_until } = body;
        const after = { secret_version, previous_secret_until };
        return { status: 200, body, change: { tenantId, target, after } };
      },
    },
    {
      operation: 'listWebhookDeliveries',
      method: 'GET',
      path: `${webhookPath}/deliveries`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        const query = parseQuery(deliveryQuerySchema, request.query);
        const tenant = await lifeOf(tenantId);
        const body = await showDeliveries(tenant, idIn(request), query, deps);
        return { status: 200, headers: nextPageLink(request, body.next_cursor), body };
      },
    },
    {
      operation: 'redeliver',
      method: 'POST',
      path: `${webhookPath}/deliveries/{delivery_id}/redeliver`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await callerOf(request, tenantId);
        expectNoQuery(request);
        await expectNoBody(request);
        const tenant = await lifeOf(tenantId);
        const deliveryId = request.params.delivery_id ?? '';
        const body = await deliverAgain(tenant, idIn(request), deliveryId, deps);
        const after = { delivery_id: body.delivery_id };
        return { status: 202, body, change: { tenantId, target: body.webhook_id, after } };
      },
    },
  ];
}

/** What the audit log tells of a webhook: not the path of its address, which may be what keeps others out. */
const told = ({ url, event_types, description, state }: Awaited<ReturnType<typeof showWebhook>>) => ({
  url: new URL(url).origin,
  event_types,
  description,
  state,
});
