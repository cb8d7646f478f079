import { z } from 'zod';
import { labelRequest } from '../telemetry/context';
import type { KeyOptions } from '../tenants/authenticate-tenant';
import { requireOwnTenant } from '../tenants/authenticate-tenant';
import { unauthenticated } from '../tenants/rules/api-key';
import { tenantIdSchema } from '../tenants/rules/tenant-id';
import {
  anyAdmin,
  type Caller,
  callerOf,
  type EitherAuthentication,
  isNobodys,
  requireEither,
} from './authorize';
import { invalidFields } from './list-problems';
import { parseQuery } from './parse';
import type { HttpRequest } from './route';

/*
 * Calls about a tenant that their path does not name. A tenant's key says whose they are; an admin says it by `tenant`
 * in the query.
 */

/** Part of the query of each such call. */
export const tenantFields = { tenant: tenantIdSchema.optional() };

const tenantSchema = z.object(tenantFields);
const onlyTenantSchema = z.strictObject(tenantFields);

/** For calls that have no other parameter in their query. Throws `invalid_request` naming it. */
export const expectOnlyTenant = ({ query }: Pick<HttpRequest, 'query'>): void => {
  parseQuery(onlyTenantSchema, query);
};

type Options = Omit<KeyOptions, 'address'>;

/** Who makes a call, and which tenant it is about. */
export interface CallerAboutTenant extends Caller {
  readonly tenantId: string;
}

/**
 * Lets a tenant in, which may name itself, and admins, who have to name one. Throws like requireEither,
 * `invalid_request` where an admin names none, or `tenant_mismatch`.
 *
 * These calls are tenants' first of all. So where admin calls are open, one without any key is an admin's only if it
 * names a tenant: without that it lacks a key, as it does wherever it is deployed.
 */
export async function requireTenantOrItsAdmin(
  deps: EitherAuthentication,
  request: HttpRequest,
  options: Options = {},
): Promise<CallerAboutTenant> {
  if (isNobodys(request) && !request.query.has('tenant')) throw unauthenticated();
  const { tenantId, ...caller } = await requireTenantOrAnyAdmin(deps, request, options);
  if (tenantId !== undefined) return { ...caller, tenantId };
  throw invalidFields([{ field: 'tenant', message: 'expected the id of the tenant that an admin means' }]);
}

/**
 * The same of calls that admins can also make about no tenant, or about all of them: then its id is undefined. Log lines
 * of an admin's call are labelled with the tenant that was looked at.
 */
export async function requireTenantOrAnyAdmin(
  deps: EitherAuthentication,
  request: HttpRequest,
  options: Options = {},
): Promise<Caller & { readonly tenantId: string | undefined }> {
  const known = await requireEither(deps, request, options);
  const { tenant } = parseQuery(tenantSchema, request.query);
  if (known.kind === 'admin') {
    if (tenant !== undefined) labelRequest({ tenant });
    return { ...anyAdmin, tenantId: tenant };
  }
  const { identity } = known;
  if (tenant !== undefined) requireOwnTenant(identity, tenant);
  return { ...callerOf(identity), tenantId: identity.tenantId };
}
