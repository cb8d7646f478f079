import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { runIdSchema } from '../../runs/rules/run-identity';
import type { KeyAuthority } from './key-authority';
import { scopes } from './scopes';
import { tenantIdSchema } from './tenant-id';

/**
 * Short-lived tokens: `tpt1.<claims>.<signature>`, both base64url. The signature is the HMAC-SHA-256 of all
 * before it, by a secret of the deployment. So a token is checked without asking anybody, and says for itself
 * what it may do. What was signed by the secret before the current one is accepted, too.
 */
const prefix = 'tpt1';
/** Whether a text is meant to be a token. */
export const looksLikeToken = (text: string): boolean => text.startsWith(`${prefix}.`);

/** The names are short because every request carries them. */
const claimsSchema = z.strictObject({
  tenant: tenantIdSchema,
  key: z.string(),
  scopes: z.array(z.enum(scopes)),
  pipelines: z.array(z.string()),
  run: runIdSchema.optional(),
  /** Milliseconds since 1970. */
  until: z.int(),
});

/** What a token lets its holder do. */
export interface TokenClaims extends KeyAuthority {
  readonly tenantId: string;
  /** The only run that it is for, if there is one. */
  readonly runId?: string | undefined;
}

export interface Tokens {
  /** Undefined where the deployment has no secret. */
  readonly sign: (claims: TokenClaims) => string | undefined;
  /** What a token says; undefined for one that is forged, malformed or over. */
  readonly check: (token: string, now: Date) => TokenClaims | undefined;
}

/** @param secrets the current one first; none: no tokens are made or accepted */
export function createTokens(secrets: readonly string[]): Tokens {
  const [current] = secrets;
  return {
    sign({ tenantId, keyId, scopes: given, pipelines, runId, expiresAt }) {
      if (current === undefined) return undefined;
      const claims = { tenant: tenantId, key: keyId, scopes: given, pipelines, run: runId, until: expiresAt };
      const text = `${prefix}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${text}.${signatureOf(text, current).toString('base64url')}`;
    },
    check(token, now) {
      const [first, encoded = '', signature = '', ...more] = token.split('.');
      if (first !== prefix || more.length > 0) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const isSigned = secrets.some((secret) => {
        const expected = signatureOf(`${prefix}.${encoded}`, secret);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      if (!isSigned) return undefined;
      const parsed = claimsSchema.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
      // What a later version has signed may mean something that is not known here.
      if (!parsed.success) return undefined;
      const { tenant, key, run, until, ...may } = parsed.data;
      if (until <= now.getTime()) return undefined;
      return { tenantId: tenant, keyId: key, runId: run, expiresAt: until, ...may };
    },
  };
}

const signatureOf = (text: string, secret: string): Buffer =>
  createHmac('sha256', secret).update(text).digest();
