import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import {
  type AdminAuthentication,
  requireAdminOrTenant,
  requireTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { expectNoQuery, parseRequest } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import { requireOwnTenant } from '../../../shared/tenants/authenticate-tenant';
import { apiKeyCreated, apiKeyRevoked, type TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import type { TenantsDependencies } from '../administer-tenant';
import { addApiKey, newApiKeySchema, removeApiKey, showApiKeys } from './administer-keys';
import { makeToken, type TokenDependencies, tokenRequestSchema } from './make-token';
import { rotateKey, rotationSchema } from './rotate-key';

export interface KeyRoutesDependencies
  extends TenantsDependencies,
    TokenDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly readTenantLife: ReadTenantLife;
}

/** What the audit log tells of a key. */
const toldKey = ({ name, scopes, pipelines, expires_at, last_four }: Omit<MadeKey, 'api_key'>) => ({
  name,
  scopes,
  pipelines,
  expires_at,
  last_four,
});
type MadeKey = Awaited<ReturnType<typeof addApiKey>>;

const keysPath = '/api/v1/tenants/{tenant}/api-keys';

/** What admins, and a tenant's own keys that may `manage`, do with its keys. */
export function keyRoutes(deps: KeyRoutesDependencies): readonly Route[] {
  /** The tenant's life of now, before its key is changed: free of charge, and no reason to fail afterwards. */
  const lifeOf = async (tenantId: string): Promise<TenantLife> => {
    const life = await deps.readTenantLife(tenantId);
    if (life === undefined) throw tenantNotFound(tenantId);
    return { tenant_id: tenantId, ...life };
  };
  return [
    {
      operation: 'makeApiKey',
      method: 'POST',
      path: keysPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const caller = await requireAdminOrTenant(deps, request, tenantId, { fresh: true });
        expectNoQuery(request);
        const given = parseRequest(newApiKeySchema, await request.json());
        const life = await lifeOf(tenantId);
        const body = await addApiKey(tenantId, given, caller, deps);
        await deps.announce(apiKeyCreated(life, body));
        const change = { tenantId, target: body.api_key_id, after: toldKey(body) };
        return { status: 201, body, change };
      },
    },
    {
      operation: 'listApiKeys',
      method: 'GET',
      path: keysPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        return { status: 200, body: { api_keys: await showApiKeys(tenantId, deps) } };
      },
    },
    {
      operation: 'rotateApiKey',
      method: 'POST',
      path: `${keysPath}/{key_id}/rotate`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const caller = await requireAdminOrTenant(deps, request, tenantId, { fresh: true });
        expectNoQuery(request);
        const given = parseRequest(rotationSchema, await request.json());
        const life = await lifeOf(tenantId);
        const body = await rotateKey(tenantId, request.params.key_id ?? '', given, caller, deps);
        await deps.announce(
          apiKeyCreated(life, body, body.replaced),
          ...(given.overlap_seconds === 0
            ? [apiKeyRevoked(life, body.replaced.api_key_id, new Date(body.replaced.ends_at))]
            : []),
        );
        const after = {
          api_key_id: body.api_key_id,
          ...toldKey(body),
          replaced_ends_at: body.replaced.ends_at,
        };
        return { status: 201, body, change: { tenantId, target: body.replaced.api_key_id, after } };
      },
    },
    {
      operation: 'revokeApiKey',
      method: 'DELETE',
      path: `${keysPath}/{key_id}`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId, { fresh: true });
        expectNoQuery(request);
        const keyId = request.params.key_id ?? '';
        const life = await lifeOf(tenantId);
        const revokedAt = await removeApiKey(tenantId, keyId, deps);
        await deps.announce(apiKeyRevoked(life, keyId, revokedAt));
        return { status: 204, change: { tenantId, target: keyId, before: { is_valid: true } } };
      },
    },
    {
      operation: 'makeToken',
      method: 'POST',
      path: '/api/v1/tenants/{tenant}/tokens',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        // Fresh: a revoked key makes none.
        const key = requireOwnTenant(await requireTenant(deps, request, { fresh: true }), tenantId);
        expectNoQuery(request);
        const given = parseRequest(tokenRequestSchema, await request.json());
        const body = makeToken(key, given, deps);
        const { scopes, run_id, expires_at } = body;
        const change = { tenantId, target: key.keyId, after: { scopes, run_id, expires_at } };
        return { status: 201, body, change };
      },
    },
  ];
}
