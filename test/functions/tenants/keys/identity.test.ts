import { identityRoutes } from '../../../../functions/tenants/keys/identity-routes';
import { answerSchemas } from '../../../../local/tools/openapi/answers';
import { ServiceError } from '../../../../shared/errors';
import type { EitherAuthentication } from '../../../../shared/http/authorize';
import { hashApiKey, unauthenticated } from '../../../../shared/tenants/rules/api-key';
import { createTokens } from '../../../../shared/tenants/rules/tokens';

const now = new Date('2026-11-30T12:00:00Z');
const inAnHour = new Date('2026-11-30T13:00:00Z');
const tokens = createTokens(['token-secret-of-the-tests-0123456789']);
const tokenOf = (change: { readonly runId?: string; readonly expiresAt?: number } = {}) =>
  tokens.sign({
    tenantId: 'acme',
    keyId: 'key-1',
    scopes: ['read'],
    pipelines: ['gcp/*'],
    expiresAt: inAnHour.getTime(),
    ...change,
  }) ?? '';

const deps: EitherAuthentication = {
  adminRule: {
    kind: 'named',
    keys: [
      { name: 'alice', role: 'admin', hash: hashApiKey('key of alice') },
      { name: 'victor', role: 'viewer', hash: hashApiKey('key of victor') },
    ],
    people: { people: [], idTokenAudiences: [], iapAudiences: [] },
  },
  verifyPerson: async ({ jwt }) =>
    jwt === 'proof.of.pat' ? { name: 'pat@example.com', role: 'admin' } : undefined,
  checkToken: (token) => tokens.check(token, now),
  authenticateTenant: async (key) => {
    if (key !== 'key of acme') throw unauthenticated();
    return {
      tenantId: 'acme',
      keyId: 'key-1',
      scopes: ['run', 'read'],
      pipelines: [],
      expiresAt: Number.POSITIVE_INFINITY,
      lastUsedAt: 0,
    };
  },
};

/** Who is told to be the caller, or why nobody is. */
async function identityOf(headers: Readonly<Record<string, string>>, given = deps, query = '') {
  const [route] = identityRoutes(given);
  if (route === undefined) throw new Error('There is no such route');
  const request = {
    operation: route.operation,
    method: 'GET',
    path: route.path,
    params: {},
    query: new URLSearchParams(query),
    header: (name: string) => headers[name],
    address: '127.0.0.1',
    recognise: () => undefined,
    json: () => Promise.resolve(undefined),
  };
  try {
    const { body } = await route.handle(request);
    return answerSchemas.Identity.parse(body);
  } catch (error) {
    return error instanceof ServiceError ? error.code : error;
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const acme = { kind: 'tenant', tenant_id: 'acme', key_id: 'key-1', pipelines: [], run_id: null };
const byToken = { ...acme, scopes: ['read'], pipelines: ['gcp/*'], expires_at: inAnHour.toISOString() };

describe('GET /api/v1/identity', () => {
  it.each([
    ['an admin’s key', { 'X-Admin-Key': 'key of alice' }, { kind: 'admin', name: 'alice', may_change: true }],
    [
      'a viewer’s key',
      { 'X-Admin-Key': 'key of victor' },
      { kind: 'admin', name: 'victor', may_change: false },
    ],
    ['a person', bearer('proof.of.pat'), { kind: 'admin', name: 'pat@example.com', may_change: true }],
    [
      'a tenant’s key',
      { 'X-API-Key': 'key of acme' },
      { ...acme, scopes: ['run', 'read'], expires_at: null },
    ],
    ['a token', bearer(tokenOf()), byToken],
    ['a token for one run', bearer(tokenOf({ runId: 'run-1' })), { ...byToken, run_id: 'run-1' }],
    [
      'a tenant’s key beside an admin’s',
      { 'X-API-Key': 'key of acme', 'X-Admin-Key': 'key of alice' },
      { ...acme, scopes: ['run', 'read'], expires_at: null },
    ],
    ['nobody', {}, 'unauthenticated'],
    ['a wrong key', { 'X-API-Key': 'key of eve' }, 'unauthenticated'],
    ['a wrong admin key', { 'X-Admin-Key': 'key of eve' }, 'unauthenticated'],
    ['a stranger', bearer('proof.of.eve'), 'unauthenticated'],
    ['a token that is over', bearer(tokenOf({ expiresAt: now.getTime() - 1 })), 'unauthenticated'],
  ])('tells of %s', async (_who, headers, expected) => {
    expect(await identityOf(headers)).toEqual(expected);
  });

  it('names nobody where admin calls are open, but the tenant whose key it is', async () => {
    const open: EitherAuthentication = { ...deps, adminRule: { kind: 'open' } };
    expect(await identityOf({}, open)).toEqual({ kind: 'admin', name: null, may_change: true });
    expect(await identityOf({ 'X-API-Key': 'key of acme' }, open)).toMatchObject(acme);
  });

  it('takes nothing in its query', async () => {
    expect(await identityOf({ 'X-API-Key': 'key of acme' }, deps, 'tenant=acme')).toBe('invalid_request');
  });
});
