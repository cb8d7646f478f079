import type { Actor } from '../audit/audit-entry';
import { ServiceError } from '../errors';
import type { PersonProof, VerifyPerson } from '../google/verify-person';
import { labelRequest } from '../telemetry/context';
import {
  type AuthenticateTenant,
  type KeyOptions,
  requireOwnTenant,
  type TenantIdentity,
} from '../tenants/authenticate-tenant';
import { type Admin, type AdminRule, adminOfKey } from '../tenants/rules/admin-rule';
import { tenantOfApiKey, unauthenticated } from '../tenants/rules/api-key';
import { type KeyScope, requireScope, scopes } from '../tenants/rules/scopes';
import { tenantIdSchema } from '../tenants/rules/tenant-id';
import { looksLikeToken, type TokenClaims } from '../tenants/rules/tokens';
import { type Access, accessTo, isForRunTokens } from './access';
import { comesFromOwnPage } from './headers/own-page';
import { adminCaller } from './limits/failing-callers';
import { parseRequest } from './parse';
import type { HttpRequest } from './route';

/*
 * Who may make a call is decided here, by `accessOf`. A route says only when: after its path was read, before
 * its body is.
 */

/** Who makes a call that admins and tenants may make. */
export interface Caller {
  /** The id of the tenant's key; of any admin `admin`, for tenants are shown who has made what is theirs. */
  readonly id: string;
  readonly isAdmin: boolean;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
  readonly scopes: readonly KeyScope[];
  /** Which pipelines its key may start; empty: all. */
  readonly pipelines: readonly string[];
}

/** All admins may do the same, as far as they may change something. */
export const anyAdmin: Caller = {
  id: 'admin',
  isAdmin: true,
  expiresAt: Number.POSITIVE_INFINITY,
  scopes,
  pipelines: [],
};

/** Whose key, or token, a request came with, and which of the two it was. */
export interface TenantCaller extends TenantIdentity {
  readonly actor: Actor;
}

/** How a tenant's requests are known. */
export interface TenantAuthentication {
  readonly authenticateTenant: AuthenticateTenant;
  /** What a token says; undefined for one that is not valid. */
  readonly checkToken: (token: string) => TokenClaims | undefined;
}

/** How admins' requests are known. */
export interface AdminAuthentication {
  readonly adminRule: AdminRule;
  /** Absent where the rule names no people. */
  readonly verifyPerson?: VerifyPerson | undefined;
}

/**
 * The admin that makes the request, by key or as a person. Throws `unauthenticated`, `insufficient_role` where
 * a viewer would change something, `cross_site_request` where another site's page would, or `unavailable` where a
 * person cannot be checked.
 */
export async function requireAdmin(deps: AdminAuthentication, request: HttpRequest): Promise<Admin> {
  accessFor(request, 'admin', 'admin or tenant');
  const admin = await findAdmin(deps, request);
  if (admin === undefined)
    throw new ServiceError('unauthenticated', 'The admin key is required in the X-Admin-Key header');
  labelRequest({ admin: admin.name });
  request.recognise(adminCaller, { kind: admin.name.includes('@') ? 'person' : 'admin', id: admin.name });
  if (admin.role === 'viewer' && request.method !== 'GET') {
    throw new ServiceError('insufficient_role', `Forbidden: '${admin.name}' is a viewer, and may only read`, {
      members: { required_role: 'admin' },
    });
  }
  refuseOtherSites(request);
  return admin;
}

/**
 * Behind Identity-Aware Proxy a cookie says who calls, and a browser sends it for any page. A body has to be JSON,
 * which keeps those of other sites away, but there are calls without one. Keys and ID tokens no browser sends by itself.
 */
function refuseOtherSites(request: HttpRequest): void {
  const isByCookie = request.header('X-Admin-Key') === undefined && proofOf(request)?.kind === 'iap';
  if (request.method === 'GET' || !isByCookie || comesFromOwnPage(request)) return;
  throw new ServiceError(
    'cross_site_request',
    'Forbidden: through Identity-Aware Proxy only pages of this host may change something. A script sends its Origin',
  );
}

async function findAdmin(
  { adminRule, verifyPerson }: AdminAuthentication,
  request: HttpRequest,
): Promise<Admin | undefined> {
  const key = request.header('X-Admin-Key');
  const byKey = adminOfKey(adminRule, key);
  if (byKey !== undefined || key !== undefined) return byKey;
  const proof = proofOf(request);
  return proof && verifyPerson?.(proof);
}

/** What a person sends, or what Identity-Aware Proxy has added to it. */
function proofOf(request: HttpRequest): PersonProof | undefined {
  const sent = bearerOf(request);
  if (sent !== undefined) return { kind: 'id_token', jwt: sent };
  const assertion = request.header('X-Goog-IAP-JWT-Assertion');
  return assertion === undefined ? undefined : { kind: 'iap', jwt: assertion };
}

const bearerOf = (request: HttpRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.header('Authorization') ?? '')?.[1];

/**
 * Whose key the request carries, or whose token. A key counts where both are there. Throws like
 * AuthenticateTenant, `insufficient_scope`, or `run_mismatch` where a token is for another run, or the call is none that
 * a token for one run may make.
 */
export async function requireTenant(
  deps: TenantAuthentication,
  request: HttpRequest,
  options: Omit<KeyOptions, 'address'> = {},
): Promise<TenantCaller> {
  const access = accessFor(request, 'tenant', 'admin or tenant');
  const { address } = request;
  const token = access.scope === undefined ? undefined : tokenOf(request);
  const identity: TenantIdentity =
    token === undefined
      ? await deps.authenticateTenant(request.header('X-API-Key'), { ...options, address })
      : identityOf(token, deps);
  const actor: Actor = { kind: token === undefined ? 'key' : 'token', id: identity.keyId };
  request.recognise(identity.keyId, actor);
  if (access.scope === 'any') return { ...identity, actor };
  if (access.scope !== undefined) requireScope(identity.scopes, access.scope);
  requireRun(identity, request);
  return { ...identity, actor };
}

/** The token that a request comes with, where it comes with no key. */
function tokenOf(request: HttpRequest): string | undefined {
  if (request.header('X-API-Key') !== undefined) return undefined;
  const sent = bearerOf(request);
  return sent !== undefined && looksLikeToken(sent) ? sent : undefined;
}

function identityOf(token: string, { checkToken }: Pick<TenantAuthentication, 'checkToken'>): TokenClaims {
  const claims = checkToken(token);
  if (claims === undefined) throw unauthenticated();
  labelRequest({ tenant: claims.tenantId });
  return claims;
}

function requireRun({ runId }: TenantIdentity, { operation, params }: HttpRequest): void {
  if (runId === undefined) return;
  const isAllowed = operation !== undefined && isForRunTokens(operation);
  if (isAllowed && runId === params.run_id) return;
  const what = isAllowed ? '' : ': it shows, follows and cancels that, and does nothing else';
  throw new ServiceError('run_mismatch', `Forbidden: this token is for the run '${runId}' only${what}`);
}

/** The tenant that a request seems to come from, told by the form of its key or the signature of its token. */
export function apparentTenant(
  request: HttpRequest,
  { checkToken }: Pick<TenantAuthentication, 'checkToken'>,
): string | undefined {
  const key = request.header('X-API-Key');
  if (key !== undefined) return tenantOfApiKey(key);
  const token = tokenOf(request);
  return token === undefined ? undefined : checkToken(token)?.tenantId;
}

/** Who makes a call that admins and tenants may make: which admin, or whose key or token it is. */
export type Recognised =
  | { readonly kind: 'admin'; readonly admin: Admin }
  | { readonly kind: 'tenant'; readonly identity: TenantCaller };

/** What it takes to know either. */
export type EitherAuthentication = AdminAuthentication & TenantAuthentication;

/**
 * A request with a tenant's key counts as that tenant's, even if it also carries the admin key. Throws like
 * requireAdmin and requireTenant.
 */
export async function requireEither(
  deps: EitherAuthentication,
  request: HttpRequest,
  options: Omit<KeyOptions, 'address'> = {},
): Promise<Recognised> {
  if (comesWithTenantsKey(request))
    return { kind: 'tenant', identity: await requireTenant(deps, request, options) };
  // A request without any key is asked for the one that every tenant has, as everywhere else.
  if (deps.adminRule.kind === 'named' && isNobodys(request)) throw unauthenticated();
  return { kind: 'admin', admin: await requireAdmin(deps, request) };
}

const comesWithTenantsKey = (request: HttpRequest): boolean =>
  request.header('X-API-Key') !== undefined || tokenOf(request) !== undefined;

/** Whether the request carries nothing by which an admin or a tenant could be known. */
export const isNobodys = (request: HttpRequest): boolean =>
  !comesWithTenantsKey(request) &&
  request.header('X-Admin-Key') === undefined &&
  proofOf(request) === undefined;

/**
 * Lets admins in, and the tenant itself. A request with a tenant's key counts as that tenant's, even if it
 * also carries the admin key. Throws `unauthenticated`, `insufficient_scope` or `tenant_mismatch`.
 */
export async function requireAdminOrTenant(
  deps: EitherAuthentication,
  request: HttpRequest,
  tenantId: string,
  options = { fresh: false },
): Promise<Caller> {
  const known = await requireEither(deps, request, options);
  return known.kind === 'admin' ? anyAdmin : callerOf(requireOwnTenant(known.identity, tenantId));
}

/** A tenant's key or token as the caller of a call that admins may make, too. */
export const callerOf = ({ keyId, expiresAt, scopes, pipelines }: TenantIdentity): Caller => ({
  id: keyId,
  isAdmin: false,
  expiresAt,
  scopes,
  pipelines,
});

/** The tenant that the path names. Throws `invalid_request` if it is no tenant's id. */
export const tenantInPath = (request: HttpRequest): string =>
  parseRequest(tenantIdSchema, request.params.tenant, 'tenant in the path');

/** Throws an Error where the call is not meant for whom its route asks: a fault in the code lets nobody in. */
function accessFor<Who extends Access['who']>(
  { operation }: HttpRequest,
  ...expected: readonly Who[]
): Extract<Access, { readonly who: Who }> {
  if (operation === undefined) throw new Error('A route that asks who calls must name its operation');
  const access = accessTo(operation);
  if (isFor(access, expected)) return access;
  throw new Error(`The route of ${operation} does not ask for those whom accessOf names`);
}

const isFor = <Who extends Access['who']>(
  access: Access,
  expected: readonly Who[],
): access is Extract<Access, { readonly who: Who }> => expected.some((who) => who === access.who);
