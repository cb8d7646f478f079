import { createApiKey, hashApiKey } from '../../../shared/tenants/rules/api-key';
import { type KeyScope, scopes } from '../../../shared/tenants/rules/scopes';
import { createTokens, type TokenClaims } from '../../../shared/tenants/rules/tokens';
import { adminKey, asAdmin, call, query, type TestCloud } from '../../support/local-cloud';

import type { Endpoint } from './endpoints';
import type { Refusal } from './refusals';

export const tokenSecret = 'token-secret-of-the-tests-0123456789';

/** Admins besides the first one. */
export const furtherAdmins = { alice: 'another-admin-key-0002', viewer: 'the-key-of-a-viewer-0003' };
export const furtherAdminKeys = JSON.stringify({
  alice: hashApiKey(furtherAdmins.alice),
  victor: { hash: hashApiKey(furtherAdmins.viewer), role: 'viewer' },
});

export interface RefusedKeys {
  /** Keys that nobody may come with, by what is wrong with them. */
  readonly invalid: ReadonlyMap<string, string>;
  /** By scope: a valid key that has all others that it can have without it. */
  readonly without: ReadonlyMap<Endpoint['scope'], string>;
}

/** Makes keys of the tenant `acme` that are to be refused; `acmeKey` is a valid one of it. */
export async function makeRefusedKeys(cloud: TestCloud, acmeKey: string): Promise<RefusedKeys> {
  const invalid = new Map<string, string>();
  const without = new Map<KeyScope, string>();
  const more = async (name: string, given: readonly KeyScope[] = scopes) => {
    const { body } = await call(cloud.url, 'POST', '/api/v1/tenants/acme/api-keys', {
      headers: asAdmin,
      body: { name, scopes: given, expires_at: '2099-01-01T00:00:00Z' },
    });
    return { key: String(body.api_key), id: String(body.api_key_id) };
  };
  const revoked = await more('revoked');
  await call(cloud.url, 'DELETE', `/api/v1/tenants/acme/api-keys/${revoked.id}`, { headers: asAdmin });
  const expired = await more('expired');
  await query(cloud.bigquery, 'acme', 'UPDATE api_keys SET expires_at = @at WHERE key_id = @id', {
    at: cloud.bigquery.timestamp('2026-01-01T00:00:00Z'),
    id: expired.id,
  });
  for (const scope of scopes) {
    // run, read and manage together are all.
    const rest = scopes.filter((other) => other !== scope && (scope !== 'results' || other !== 'manage'));
    without.set(scope, (await more(`not ${scope}`, rest)).key);
  }
  invalid
    .set('revoked', revoked.key)
    .set('expired', expired.key)
    .set('empty', '')
    .set('malformed', 'no-key-at-all')
    .set('the admin key', adminKey)
    .set('with a wrong checksum', `${acmeKey.slice(0, -1)}${acmeKey.endsWith('x') ? 'y' : 'x'}`)
    .set('of another case', acmeKey.toUpperCase())
    .set('never given out', createApiKey('acme'))
    .set('of a tenant that is not there', createApiKey('nobody'))
    .set('given twice', `${acmeKey}, ${acmeKey}`)
    .set('with SQL', `acme_api_' OR '1'='1`)
    .set('very long', 'x'.repeat(9_000));
  return { invalid, without };
}

const minutes = (count: number) => Date.now() + count * 60_000;

/** A token of `acme` but for the change, by the secret of the cloud. */
export const tokenWith = (change: Partial<TokenClaims> = {}, secret = tokenSecret): string =>
  createTokens([secret]).sign({
    tenantId: 'acme',
    keyId: 'key-1',
    scopes: ['run', 'read'],
    pipelines: [],
    expiresAt: minutes(30),
    ...change,
  }) ?? '';

/** Tokens that nobody may come with, by what is wrong with them. */
const invalidTokens = (): ReadonlyMap<string, string> => {
  const [prefix, , signature] = tokenWith().split('.');
  const [, claims] = tokenWith({ tenantId: 'other' }).split('.');
  return new Map([
    ['over', tokenWith({ expiresAt: minutes(-1) })],
    ['of another deployment', tokenWith({}, 'another-secret-of-at-least-32-characters')],
    ['with other claims than were signed', `${prefix}.${claims}.${signature}`],
    ['without a signature', `${prefix}.${claims}.`],
    ['malformed', 'tpt1.malformed'],
    ['an API key', createApiKey('acme')],
  ]);
};

const unauthenticated: Refusal = { status: 401, code: 'unauthenticated' };
const forbidden = (code: string): Refusal => ({ status: 403, code });

/** Tokens that an endpoint refuses a caller of `acme`, and how. */
export function refusedTokens({ scope, path }: Endpoint): readonly (readonly [token: string, Refusal])[] {
  const invalid = [...invalidTokens().values()].map((token) => [token, unauthenticated] as const);
  // Calls for which no token will do.
  if (scope === undefined) return [...invalid, [tokenWith(), unauthenticated]];
  if (scope === 'any') return invalid;
  const other = tokenWith({ scopes: scope === 'run' ? ['read'] : ['run'] });
  const more: [token: string, Refusal][] = [[other, forbidden('insufficient_scope')]];
  if (scope === 'manage') more.push([tokenWith(), forbidden('insufficient_scope')]);
  else
    more.push([
      tokenWith({ scopes: ['run', 'read', 'results'], runId: 'another-run' }),
      forbidden('run_mismatch'),
    ]);
  if (scope !== 'manage' && path.includes('{tenant}'))
    more.push([tokenWith({ tenantId: 'other' }), forbidden('tenant_mismatch')]);
  return [...invalid, ...more];
}

/** Headers of those who are no admins. */
export const notAdmins = (acmeKey: string): readonly Record<string, string>[] => [
  {},
  { 'X-Admin-Key': '' },
  { 'X-Admin-Key': 'wrong' },
  { 'X-Admin-Key': adminKey.toUpperCase() },
  { 'X-Admin-Key': `${adminKey}x` },
  { 'X-Admin-Key': adminKey.slice(0, -1) },
  { 'X-API-Key': adminKey },
  { 'X-API-Key': acmeKey },
  { 'X-Admin-Key': acmeKey },
  { Authorization: `Bearer ${adminKey}` },
  { Authorization: `Bearer ${tokenWith()}` },
  { Authorization: 'Bearer e30.e30.c2lnbmF0dXJl' },
  { 'X-Goog-IAP-JWT-Assertion': 'e30.e30.c2lnbmF0dXJl' },
  { 'X-Admin-Key': hashApiKey(furtherAdmins.alice) },
];
