import { signal } from '@preact/signals';
import { ApiProblem, type Client, createClient } from '../../client';
import { forgetAnswers } from '../data/asking/answers';
import { keptInTab } from '../data/kept-values';
import { shownProblem } from '../data/problems';
import { hearServerTime } from '../data/server-time';
import { forgetWishes } from '../data/wish-key';

/** Who looks at the console. */
export type Identity =
  | { readonly kind: 'admin'; readonly name: string | null; readonly mayChange: boolean }
  | {
      readonly kind: 'tenant';
      readonly tenantId: string;
      /** The id of its key. */
      readonly keyId: string;
      readonly scopes: readonly string[];
    };

/** What was typed in; undefined: nothing is needed, as on a laptop or behind Identity-Aware Proxy. */
export type GivenKey = { readonly kind: 'admin' | 'tenant'; readonly key: string } | undefined;

export interface Session {
  readonly identity: Identity;
  /** What comes when it is over is nobody's any more. */
  readonly life: Life;
  /** Makes calls as whoever is signed in. */
  readonly api: Client;
}

interface Life {
  isOver: boolean;
}

/** Undefined: nobody is signed in. */
export const session = signal<Session | undefined>(undefined);

/** Why nobody is signed in, for the page that asks for a key. */
export const notSignedIn = signal<NotSignedIn | undefined>(undefined);

interface NotSignedIn {
  readonly title: string;
  readonly detail: string;
  /** Whether it makes sense to try again without doing anything else. */
  readonly isPassing?: boolean;
}

/** Whether admin calls were answered without a key: on a laptop, or behind Identity-Aware Proxy. */
export const needsNoKey = signal(false);

const signedOut = 'You have been signed out';

const storedUnder = 'tenant-pipelines.key';

/** Keys of tenants that an admin has seen or typed in here: by them it starts runs as the tenant does. */
const tenantKeys = signal<ReadonlyMap<string, string>>(new Map());

/** A page does not keep people waiting: what fails is shown, and asked for again later. */
const retries = { attempts: 3, longestPauseMs: 3_000 };

/**
 * @param life of the session: answers that come after its end are thrown away, so that no key of it is kept in the next
 * @param onRefusedKey is told when the key was valid and is so no longer
 */
function clientWith(given: GivenKey, life: Life, onRefusedKey: () => void): Client {
  const watched: typeof fetch = async (address, init) => {
    const response = await fetch(address, init);
    if (life.isOver) throw new Error('You have signed out meanwhile.');
    hearServerTime(response.headers.get('Date'));
    if (response.status === 401) onRefusedKey();
    return response;
  };
  return createClient({
    baseUrl: '',
    retries,
    fetch: watched,
    ...(given?.kind === 'admin' && { adminKey: given.key }),
    ...(given?.kind === 'tenant' && { apiKey: given.key }),
  });
}

/** Whose key it is. Throws an ApiProblem if it is nobody's. */
async function identify(given: GivenKey, life: Life): Promise<Session> {
  const api = clientWith(given, life, () => {
    if (session.value?.api !== api) return;
    endSession(
      given === undefined
        ? 'You were signed in without a key, by what stands before this page. Load it anew to be asked again.'
        : 'Your key is no longer valid: it was revoked or has expired.',
    );
  });
  return { api, life, identity: await identityOf(api) };
}

async function identityOf(api: Client): Promise<Identity> {
  const answer = await api.call('showIdentity');
  if (answer.kind === 'admin') return { kind: 'admin', name: answer.name, mayChange: answer.may_change };
  const { tenant_id, key_id, scopes } = answer;
  return { kind: 'tenant', tenantId: tenant_id, keyId: key_id, scopes };
}

/**
 * Signs in. The key stays in memory; in sessionStorage, which ends with the tab, only if asked.
 * Throws an ApiProblem if the key is nobody's.
 * @param life another than the session's, unless that only goes on with another key
 */
export async function signIn(
  given: GivenKey,
  isKept: boolean,
  life: Life = { isOver: false },
): Promise<void> {
  const found = await identify(given, life);
  forgetAnswers();
  if (isKept && given !== undefined) keptInTab.keep(storedUnder, JSON.stringify(given));
  else keptInTab.forget(storedUnder);
  notSignedIn.value = undefined;
  if (given === undefined) needsNoKey.value = true;
  if (session.value !== undefined && session.value.life !== life) session.value.life.isOver = true;
  session.value = found;
}

/** Signs in with what is kept, or without any key where none is needed. Never rejects. */
export async function resumeSession(): Promise<void> {
  const kept = keptKey();
  try {
    await signIn(kept, kept !== undefined);
  } catch (error) {
    // Without a key it is right to be asked for one.
    if (!(error instanceof ApiProblem && error.status === 401))
      notSignedIn.value = { ...shownProblem(error), isPassing: true };
    else if (kept !== undefined)
      notSignedIn.value = { title: signedOut, detail: 'The key that this tab had kept is no longer valid.' };
  }
}

function keptKey(): GivenKey {
  try {
    const kept: unknown = JSON.parse(keptInTab.read(storedUnder) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('kind' in kept) || !('key' in kept)) return undefined;
    const { kind, key } = kept;
    return (kind === 'admin' || kind === 'tenant') && typeof key === 'string' ? { kind, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets all keys and all that was seen by them. */
export function endSession(reason?: string): void {
  keptInTab.forget(storedUnder);
  if (session.value !== undefined) session.value.life.isOver = true;
  tenantKeys.value = new Map();
  forgetAnswers();
  forgetWishes();
  notSignedIn.value = reason === undefined ? undefined : { title: signedOut, detail: reason };
  session.value = undefined;
}

/** The session of a page that is shown only to those who are signed in. */
export function currentSession(): Session {
  if (session.value === undefined) throw new Error('Nobody is signed in');
  return session.value;
}

/** Whether the session's own keys may change things of a kind; the interface decides, this only shows it early. */
export function may(scope: 'run' | 'read' | 'results' | 'manage'): boolean {
  const { identity } = currentSession();
  return identity.kind === 'admin' ? scope === 'read' || identity.mayChange : identity.scopes.includes(scope);
}

/** Whether it is the key that the session itself has. */
export function isOwnKey(keyId: string): boolean {
  const { identity } = currentSession();
  return identity.kind === 'tenant' && identity.keyId === keyId;
}

/** Goes on with another key of the same tenant, such as the one that replaces the session's. */
export const replaceOwnKey = (key: string): Promise<void> =>
  signIn(
    { kind: 'tenant', key },
    keptInTab.read(storedUnder) !== null,
    // What is under way is the same tenant's.
    currentSession().life,
  );

/** Lets an admin start runs of a tenant as the tenant does, until the session ends. */
export function rememberTenantKey(tenantId: string, key: string): void {
  tenantKeys.value = new Map(tenantKeys.value).set(tenantId, key);
}

/** The key that replaces another takes its place here, if that one is the tenant's key that is remembered. */
export function replaceTenantKey(tenantId: string, lastFour: string | null, key: string): void {
  if (lastFour !== null && tenantKeys.value.get(tenantId)?.endsWith(lastFour) === true)
    rememberTenantKey(tenantId, key);
}

/** Remembers a key that was typed in, once it is known to be the tenant's. Throws an ApiProblem where it is not valid. */
export async function takeTenantKey(tenantId: string, key: string): Promise<void> {
  const identity = await identityOf(clientWith({ kind: 'tenant', key }, currentSession().life, () => {}));
  if (identity.kind !== 'tenant' || identity.tenantId !== tenantId)
    throw new Error(`This is no key of ${tenantId}.`);
  rememberTenantKey(tenantId, key);
}

/** Makes calls as the tenant itself, such as starting a run; undefined where no key of it is at hand. */
export function clientOfTenant(tenantId: string): Client | undefined {
  const { identity, api, life } = currentSession();
  if (identity.kind === 'tenant') return identity.tenantId === tenantId ? api : undefined;
  const key = tenantKeys.value.get(tenantId);
  return key === undefined
    ? undefined
    : clientWith({ kind: 'tenant', key }, life, () => forgetTenantKey(tenantId));
}

function forgetTenantKey(tenantId: string): void {
  const others = new Map(tenantKeys.value);
  others.delete(tenantId);
  tenantKeys.value = others;
}

/** The query parameter by which an admin names the tenant that it looks at; tenants see their own anyway. */
export const seenAs = (tenantId: string): { readonly tenant?: string } =>
  currentSession().identity.kind === 'admin' ? { tenant: tenantId } : {};
