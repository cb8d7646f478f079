import { type Operations, operations } from './api';
import { problemOf } from './problem';
import { isRepeatable } from './repeats';
import { type RetryPolicy, retrying, usualRetries } from './retry';

export interface ClientOptions {
  /** Where the interface is, such as https://api.example.com; in a browser '' is the page's own host. */
  readonly baseUrl: string;
  /** A tenant's key. */
  readonly apiKey?: string | undefined;
  /** A token that a key has made, in place of the key: for pages. */
  readonly token?: string | undefined;
  /** The deployment's key, for admin calls. Never put it into a page. */
  readonly adminKey?: string | undefined;
  readonly retries?: Partial<RetryPolicy>;
  /** The platform's own unless given. */
  readonly fetch?: typeof fetch;
}

export type OperationId = keyof Operations;

/** What is sent with a call. */
export interface Parts {
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves to an answer that is a success. */
export function createSend({
  baseUrl,
  apiKey,
  token,
  adminKey,
  retries,
  fetch: send = fetch,
}: ClientOptions) {
  const policy = { ...usualRetries, ...retries };
  return (
    id: OperationId,
    { path = {}, query = {}, headers = {}, body, signal }: Parts,
  ): Promise<Response> => {
    const { method, path: pattern } = operations[id];
    const address = `${baseUrl.replace(/\/$/, '')}${pattern.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path[name] ?? ''),
    )}${queryText(query)}`;
    const sent = new Headers();
    const set = (name: string, value: string | undefined) => value !== undefined && sent.set(name, value);
    set('X-API-Key', apiKey);
    set('Authorization', token === undefined ? undefined : `Bearer ${token}`);
    set('X-Admin-Key', adminKey);
    if (body !== undefined) set('Content-Type', 'application/json');
    for (const [name, value] of Object.entries(headers)) set(name, value);
    const init = {
      method,
      headers: sent,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    };
    const once = async () => {
      const response = await send(address, init);
      if (!response.ok) throw await problemOf(response);
      return response;
    };
    return isRepeatable(id, { headers, query }) ? retrying(policy, signal, once) : once();
  };
}

function queryText(query: NonNullable<Parts['query']>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given}`;
}

/** The cursor of the page that `Link` names as the next one (RFC 8288). */
export function nextCursorOf({ headers }: Response): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  return next === undefined
    ? undefined
    : (new URL(next, 'http://relative').searchParams.get('cursor') ?? undefined);
}

/** JSON, a text in another format, or nothing. */
export async function contentOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json') === true;
  return isJson ? response.json() : response.text();
}
