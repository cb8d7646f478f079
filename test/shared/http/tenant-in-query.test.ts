import { ServiceError } from '../../../shared/errors';
import type { EitherAuthentication } from '../../../shared/http/authorize';
import type { HttpRequest } from '../../../shared/http/route';
import { requireTenantOrAnyAdmin, requireTenantOrItsAdmin } from '../../../shared/http/tenant-in-query';
import { currentContext, inContext } from '../../../shared/telemetry/context';
import { newTrace } from '../../../shared/telemetry/trace';
import { hashApiKey, unauthenticated } from '../../../shared/tenants/rules/api-key';
import { scopes } from '../../../shared/tenants/rules/scopes';

const key = (name: string) => ({ name, role: 'admin' as const, hash: hashApiKey(`key of ${name}`) });
const rules = {
  named: { kind: 'named', keys: [key('alice')], people: undefined },
  open: { kind: 'open' },
} as const;

/** A request of listRuns, with such a query and headers. */
const requestOf = (query: string, headers: Readonly<Record<string, string>>): HttpRequest => ({
  operation: 'listRuns',
  method: 'GET',
  path: '/',
  params: {},
  query: new URLSearchParams(query),
  header: (name) => headers[name],
  address: '127.0.0.1',
  recognise: () => undefined,
  json: () => Promise.resolve(undefined),
});

const depsOf = (rule: keyof typeof rules): EitherAuthentication => ({
  adminRule: rules[rule],
  checkToken: () => undefined,
  authenticateTenant: async (given) => {
    if (given !== 'key of acme') throw unauthenticated();
    return {
      tenantId: 'acme',
      keyId: 'key-1',
      expiresAt: Number.POSITIVE_INFINITY,
      scopes,
      pipelines: ['gcp/*'],
      lastUsedAt: 0,
    };
  },
});

const callers = {
  nobody: {},
  acme: { 'X-API-Key': 'key of acme' },
  'a wrong key': { 'X-API-Key': 'key of eve' },
  alice: { 'X-Admin-Key': 'key of alice' },
  eve: { 'X-Admin-Key': 'key of eve' },
  'acme and alice': { 'X-API-Key': 'key of acme', 'X-Admin-Key': 'key of alice' },
};

const codeOf = (error: unknown) => (error instanceof ServiceError ? error.code : error);

/** Whose runs are meant and whether an admin asks, or why nothing is told. */
const outcomeOf = (
  require: typeof requireTenantOrItsAdmin | typeof requireTenantOrAnyAdmin,
  rule: keyof typeof rules,
  who: keyof typeof callers,
  query: string,
) =>
  require(depsOf(rule), requestOf(query, callers[who])).then(
    ({ tenantId, isAdmin }) => `${tenantId}${isAdmin ? ', by an admin' : ''}`,
    codeOf,
  );

describe('Whose runs are meant', () => {
  it.each([
    // Where admins are named.
    ['named', 'nobody', '', 'unauthenticated', 'unauthenticated'],
    ['named', 'nobody', 'tenant=acme', 'unauthenticated', 'unauthenticated'],
    ['named', 'acme', '', 'acme', 'acme'],
    ['named', 'acme', 'tenant=acme', 'acme', 'acme'],
    ['named', 'acme', 'tenant=other', 'tenant_mismatch', 'tenant_mismatch'],
    ['named', 'acme', 'tenant=acme&tenant=acme', 'invalid_request', 'invalid_request'],
    ['named', 'a wrong key', 'tenant=acme', 'unauthenticated', 'unauthenticated'],
    ['named', 'alice', '', 'invalid_request', 'undefined, by an admin'],
    ['named', 'alice', 'tenant=other', 'other, by an admin', 'other, by an admin'],
    ['named', 'alice', 'tenant=no%20id', 'invalid_request', 'invalid_request'],
    ['named', 'eve', 'tenant=acme', 'unauthenticated', 'unauthenticated'],
    ['named', 'acme and alice', 'tenant=other', 'tenant_mismatch', 'tenant_mismatch'],
    // Where admin calls are open. Without a tenant a call that lacks a key is refused, as it is elsewhere.
    ['open', 'nobody', '', 'unauthenticated', 'undefined, by an admin'],
    ['open', 'nobody', 'tenant=acme', 'acme, by an admin', 'acme, by an admin'],
    ['open', 'acme', '', 'acme', 'acme'],
    ['open', 'acme', 'tenant=other', 'tenant_mismatch', 'tenant_mismatch'],
    ['open', 'a wrong key', 'tenant=acme', 'unauthenticated', 'unauthenticated'],
    ['open', 'eve', '', 'invalid_request', 'undefined, by an admin'],
  ] as const)(
    'admins %s, %s with "%s": %s; where a tenant may be left out: %s',
    async (rule, who, query, needed, optional) => {
      expect(await outcomeOf(requireTenantOrItsAdmin, rule, who, query)).toBe(needed);
      expect(await outcomeOf(requireTenantOrAnyAdmin, rule, who, query)).toBe(optional);
    },
  );

  it('the log tells which admin has looked at which tenant', () =>
    inContext({ trace: newTrace(), labels: {} }, async () => {
      await requireTenantOrItsAdmin(depsOf('named'), requestOf('tenant=other', callers.alice));
      expect(currentContext()?.labels).toEqual({ admin: 'alice', tenant: 'other' });
    }));

  it('a key’s pipelines bind it, and no admin', async () => {
    const ask = (who: keyof typeof callers) =>
      requireTenantOrItsAdmin(depsOf('named'), requestOf('tenant=acme', callers[who]));
    expect((await ask('acme')).pipelines).toEqual(['gcp/*']);
    expect((await ask('alice')).pipelines).toEqual([]);
  });
});
