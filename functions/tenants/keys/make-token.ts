import { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import { runIdSchema } from '../../../shared/runs/rules/run-identity';
import type { TenantIdentity } from '../../../shared/tenants/authenticate-tenant';
import { requireScope } from '../../../shared/tenants/rules/scopes';
import type { Tokens } from '../../../shared/tenants/rules/tokens';

/** The scopes that a token can have: none makes keys. */
const tokenScopes = ['run', 'read', 'results'] as const;
/** Those that it has unless they are named: whole tables are in no page that did not ask for them. */
const usualScopes = ['run', 'read'] as const;
const expectedScopes = `expected some of ${tokenScopes.join(', ')}`;
/**
 * A revoked key is known to admission for longer than this: see blockApiKey.
 */
const longestSeconds = 3_600;
const expectedTtl = `expected 1 to ${longestSeconds}`;

/** The body may be left out. Scopes are `run` and `read`, as far as the key has them, unless given. */
export const tokenRequestSchema = z
  .strictObject({
    scopes: z
      .array(z.enum(tokenScopes, expectedScopes))
      .min(1, expectedScopes)
      .max(20, expectedScopes)
      .optional(),
    run_id: runIdSchema.optional(),
    ttl_seconds: z.int(expectedTtl).min(1, expectedTtl).max(longestSeconds, expectedTtl).default(900),
  })
  .prefault({});

export interface TokenDependencies {
  readonly tokens: Tokens;
  readonly now: () => Date;
}

/**
 * A token that may do some of what its key may, for a while: for pages, into which no key should be put. It
 * costs no BigQuery call. Throws `insufficient_scope`, or `unavailable` where the deployment has no secret to
 * sign with.
 */
export function makeToken(
  key: TenantIdentity,
  { scopes: asked, run_id, ttl_seconds }: z.infer<typeof tokenRequestSchema>,
  { tokens, now }: TokenDependencies,
) {
  const offered =
    asked === undefined
      ? usualScopes.filter((scope) => key.scopes.includes(scope))
      : tokenScopes.filter((scope) => asked.includes(scope));
  for (const scope of offered.length === 0 ? usualScopes : offered) requireScope(key.scopes, scope);
  const expiresAt = Math.min(now().getTime() + ttl_seconds * 1000, key.expiresAt);
  const token = tokens.sign({ ...key, scopes: offered, expiresAt, runId: run_id });
  if (token === undefined)
    throw new ServiceError('unavailable', 'This deployment makes no tokens: it has no TOKEN_SECRET');
  return {
    token,
    token_type: 'Bearer',
    api_key_id: key.keyId,
    scopes: offered,
    pipelines: key.pipelines,
    run_id: run_id ?? null,
    expires_at: new Date(expiresAt).toISOString(),
  };
}
