import type { IncomingHttpHeaders } from 'node:http';
import type { Upload } from '../jobs/job';
import type { WorkFaults } from './rest-border';

/** A request with its path taken apart and its body parsed. */
export interface RestRequest {
  /** The path's variable parts, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as JSON, undefined where there was none. */
  readonly body: unknown;
  /** Data that came with it. */
  readonly upload?: Upload | undefined;
  readonly faults?: WorkFaults | undefined;
  /** Calls back when the caller breaks the connection before the answer. */
  readonly onLeave: (callback: () => void) => void;
}

/** Answers a body (200), or undefined (204). */
export type RestHandler = (request: RestRequest) => Promise<object | undefined> | object | undefined;

export interface RestRoute {
  readonly method: string;
  /** Path below the base URL; parts beginning with ":" are variable. */
  readonly path: string;
  readonly handle: RestHandler;
}

export interface Match {
  readonly handle: RestHandler;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a method and path, with or without BigQuery's own "/bigquery/v2" in front. */
export function createRestRouter(
  routes: readonly RestRoute[],
): (method: string, path: string) => Match | undefined {
  const compiled = routes.map((route) => ({ ...route, parts: route.path.split('/') }));
  const byLength = new Map<string, typeof compiled>();
  for (const entry of compiled) {
    const key = `${entry.method} ${entry.parts.length}`;
    byLength.set(key, [...(byLength.get(key) ?? []), entry]);
  }
  return (method, path) => {
    const parts = (path.startsWith('/bigquery/v2/') ? path.slice('/bigquery/v2'.length) : path).split('/');
    for (const { handle, parts: pattern } of byLength.get(`${method} ${parts.length}`) ?? []) {
      const params = match(pattern, parts);
      if (params !== undefined) return { handle, params };
    }
    return undefined;
  };
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (!expected.startsWith(':')) {
      if (part !== expected) return undefined;
      continue;
    }
    const value = decode(part);
    if (value === undefined || value === '') return undefined;
    params[expected.slice(1)] = value;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
