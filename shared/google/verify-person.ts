import { z } from 'zod';
import { ServiceError } from '../errors';
import { within } from '../support/time-limits';
import { type Admin, type AdminRule, adminOfPerson, type PeopleRule } from '../tenants/rules/admin-rule';

/** What a person's request carries: a Google ID token, or what Identity-Aware Proxy has added. */
export interface PersonProof {
  readonly kind: 'id_token' | 'iap';
  readonly jwt: string;
}

/**
 * Who it is, if they may make admin calls; undefined for a proof that is not valid, and for people who are not
 * named. Throws `unavailable` where Google's public keys cannot be read.
 */
export type VerifyPerson = (proof: PersonProof) => Promise<Admin | undefined>;

/** Where public keys are: Google's own addresses unless given. */
export interface KeyAddresses {
  readonly idTokenKeys?: string;
  readonly iapKeys?: string;
}

/** https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
const idTokenIssuers = ['accounts.google.com', 'https://accounts.google.com'];
/** https://cloud.google.com/iap/docs/signed-headers-howto */
const iapIssuers = ['https://cloud.google.com/iap'];
const longestKeysMs = 5_000;
const iapKeysForMs = 300_000;

const claimsSchema = z.object({
  email: z.email(),
  email_verified: z.boolean().optional(),
  hd: z.string().optional(),
});

/** Undefined where the rule names no people. */
export const verifyPersonOf = (
  rule: AdminRule,
  monotonicMs: () => number,
  addresses?: KeyAddresses,
): VerifyPerson | undefined =>
  rule.kind === 'named' && rule.people !== undefined
    ? createVerifyPerson(rule.people, monotonicMs, addresses)
    : undefined;

/** Google's library is loaded with the first proof. */
function createVerifyPerson(
  rule: PeopleRule,
  monotonicMs: () => number,
  addresses: KeyAddresses = {},
): VerifyPerson {
  let loaded: ReturnType<typeof load> | undefined;
  let iapKeys: { readonly keys: Certificates; readonly untilMs: number } | undefined;
  /** By kind of proof: keys that are being read. */
  const reading = new Map<PersonProof['kind'], Promise<Certificates>>();
  async function load() {
    const { OAuth2Client } = await import('google-auth-library');
    return new OAuth2Client({
      endpoints: {
        ...(addresses.idTokenKeys !== undefined && {
          oauth2FederatedSignonPemCertsUrl: addresses.idTokenKeys,
        }),
        ...(addresses.iapKeys !== undefined && { oauth2IapPublicKeyUrl: addresses.iapKeys }),
      },
    });
  }

  return async ({ kind, jwt }) => {
    const audiences = kind === 'iap' ? rule.iapAudiences : rule.idTokenAudiences;
    if (audiences.length === 0) return undefined;
    loaded ??= load();
    const client = await loaded;
    const keys = await keysOf(client, kind).catch((cause: unknown) => {
      throw new ServiceError('unavailable', 'Who you are cannot be checked at the moment', {
        retryAfterSeconds: 1,
        cause,
      });
    });
    const issuers = kind === 'iap' ? iapIssuers : idTokenIssuers;
    const ticket = await client
      .verifySignedJwtWithCertsAsync(jwt, keys, [...audiences], issuers)
      // Whatever is wrong with it, it proves nothing.
      .catch(() => undefined);
    const claims = claimsSchema.safeParse(ticket?.getPayload());
    if (!claims.success) return undefined;
    const { email, email_verified, hd } = claims.data;
    // Identity-Aware Proxy has verified the address itself, and says nothing of it.
    if (kind === 'id_token' && email_verified !== true) return undefined;
    return adminOfPerson(rule, { email, hostedDomain: hd });
  };
  /** However many proofs come at once, the keys for them are read once. */
  function keysOf(client: OAuth2, kind: PersonProof['kind']): Promise<Certificates> {
    const begun = reading.get(kind);
    if (begun !== undefined) return begun;
    const keys = within(longestKeysMs, 'Google', readKeys(client, kind)).finally(() => reading.delete(kind));
    reading.set(kind, keys);
    return keys;
  }
  /** The library remembers the keys of ID tokens for as long as they say, and those of the proxy not at all. */
  async function readKeys(client: OAuth2, kind: PersonProof['kind']): Promise<Certificates> {
    if (kind === 'id_token') return (await client.getFederatedSignonCertsAsync()).certs;
    if (iapKeys !== undefined && iapKeys.untilMs > monotonicMs()) return iapKeys.keys;
    const { pubkeys } = await client.getIapPublicKeysAsync();
    iapKeys = { keys: pubkeys, untilMs: monotonicMs() + iapKeysForMs };
    return pubkeys;
  }
}

type OAuth2 = InstanceType<typeof import('google-auth-library').OAuth2Client>;
type Certificates = Parameters<OAuth2['verifySignedJwtWithCertsAsync']>[1];
