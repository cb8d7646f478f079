import { createHash, timingSafeEqual } from 'node:crypto';

/** An `admin` may do everything, a `viewer` reads. */
export const adminRoles = ['admin', 'viewer'] as const;
export type AdminRole = (typeof adminRoles)[number];

/** Who makes an admin call: a key by its name, or a person by their e-mail address. */
export interface Admin {
  readonly name: string;
  readonly role: AdminRole;
}

interface AdminKey extends Admin {
  /** SHA-256 of the key, in lower-case hexadecimal. */
  readonly hash: string;
}

/** Which people may make admin calls, as Google knows them. */
export interface PeopleRule {
  /** By e-mail address, or all of a Google Workspace as `@domain`. An address counts before its domain. */
  readonly people: readonly Admin[];
  /** Whom ID tokens have to be for. None: there are no such. */
  readonly idTokenAudiences: readonly string[];
  /** Whom assertions of Identity-Aware Proxy have to be for. */
  readonly iapAudiences: readonly string[];
}

/** Who may make admin calls. Open exists for the local cloud only. */
export type AdminRule =
  | {
      readonly kind: 'named';
      readonly keys: readonly AdminKey[];
      readonly people: PeopleRule | undefined;
    }
  | { readonly kind: 'open' };

/** The name of the one key that every deployment has, and of whoever calls where calls are open. */
export const firstAdmin: Admin = { name: 'admin', role: 'admin' };

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What of the environment decides it. */
interface AdminEnvironment {
  readonly ADMIN_API_KEY?: string | undefined;
  readonly ADMIN_API_KEYS: readonly AdminKey[];
  readonly ADMIN_PEOPLE: readonly Admin[];
  readonly ADMIN_ID_TOKEN_AUDIENCES: readonly string[];
  readonly ADMIN_IAP_AUDIENCE: readonly string[];
  readonly BIGQUERY_EMULATOR_HOST?: string | undefined;
}

/**
 * The admin rule the environment asks for. Where it names nobody, admin calls are open if BigQuery is an
 * emulator on this machine; anywhere else this throws, so that the process does not start.
 */
export function adminRuleOf(env: AdminEnvironment): AdminRule {
  const first = env.ADMIN_API_KEY;
  const keys = [
    ...(first === undefined ? [] : [{ ...firstAdmin, hash: digestOf(first).toString('hex') }]),
    ...env.ADMIN_API_KEYS,
  ];
  const people = peopleOf(env);
  if (keys.length > 0 || people !== undefined) return { kind: 'named', keys, people };
  if (pointsAtThisMachine(env.BIGQUERY_EMULATOR_HOST)) return { kind: 'open' };
  throw new Error('Environment: ADMIN_API_KEY is missing: admin calls cannot be authenticated without it');
}

function peopleOf(env: AdminEnvironment): PeopleRule | undefined {
  const { ADMIN_PEOPLE: people, ADMIN_ID_TOKEN_AUDIENCES, ADMIN_IAP_AUDIENCE } = env;
  if (people.length === 0) return undefined;
  if (ADMIN_ID_TOKEN_AUDIENCES.length === 0 && ADMIN_IAP_AUDIENCE.length === 0)
    throw new Error('Environment: ADMIN_PEOPLE needs ADMIN_ID_TOKEN_AUDIENCES or ADMIN_IAP_AUDIENCE');
  return { people, idTokenAudiences: ADMIN_ID_TOKEN_AUDIENCES, iapAudiences: ADMIN_IAP_AUDIENCE };
}

function pointsAtThisMachine(emulatorHost: string | undefined): boolean {
  if (emulatorHost === undefined || !URL.canParse(emulatorHost)) return false;
  return loopbackHosts.has(new URL(emulatorHost).hostname);
}

/** Whose key it is; undefined if it is nobody's. Compared by digest, in constant time. */
export function adminOfKey(rule: AdminRule, given: string | undefined): Admin | undefined {
  if (rule.kind === 'open') return firstAdmin;
  if (given === undefined) return undefined;
  const digest = digestOf(given);
  const found = rule.keys.find(({ hash }) => timingSafeEqual(digest, Buffer.from(hash, 'hex')));
  return found && { name: found.name, role: found.role };
}

export interface VerifiedPerson {
  /** An address that Google has verified. */
  readonly email: string;
  /** The Google Workspace that the account belongs to; undefined for others, whatever their address. */
  readonly hostedDomain: string | undefined;
}

/** What a person may do; undefined for one who is not named. */
export function adminOfPerson(
  { people }: PeopleRule,
  { email, hostedDomain }: VerifiedPerson,
): Admin | undefined {
  const name = email.toLowerCase();
  const known = people.find((person) => person.name === name);
  if (known !== undefined) return known;
  // By the account's Workspace, not by its address: anybody can have an account with an address of a firm
  // that they have left.
  const domain = hostedDomain?.toLowerCase();
  const colleague = people.find((person) => domain !== undefined && person.name === `@${domain}`);
  return colleague && { name, role: colleague.role };
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
