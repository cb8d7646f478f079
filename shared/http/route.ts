import { ServiceError } from '../errors';
import type { HttpReply } from './reply';

export interface HttpRequest {
  readonly method: string;
  /** The path as it was sent. */
  readonly path: string;
  /** The values of the route's `{names}`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** The parsed JSON body; undefined if there is none. Throws `invalid_request` or `payload_too_large`. */
  readonly json: () => Promise<unknown>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments between slashes. `{name}` matches any one segment. */
  readonly path: string;
  readonly handle: (request: HttpRequest) => Promise<HttpReply>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly params: HttpRequest['params'];
}

/**
 * The first route that matches: of two patterns that match the same path, the more exact one stands first.
 * Throws `not_found`, `method_not_allowed`, or `invalid_request` if a segment cannot be decoded.
 */
export function findRoute(routes: readonly Route[], method: string, path: string): FoundRoute {
  const segments = path.split('/').map(decodeSegment);
  const matching = routes.flatMap((route) => {
    const params = match(route.path.split('/'), segments);
    return params === undefined ? [] : [{ route, params }];
  });
  const found = matching.find(({ route }) => route.method === method);
  if (found !== undefined) return found;
  if (matching.length === 0) throw new ServiceError('not_found', 'There is nothing at this path');
  const allowed = [...new Set(matching.map(({ route }) => route.method))].join(', ');
  throw new ServiceError('method_not_allowed', `${method} is not allowed here. Allowed: ${allowed}`, {
    headers: { Allow: allowed },
  });
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ServiceError('invalid_request', 'The path has a malformed percent encoding');
  }
}

/** The values of the pattern's names; undefined if the path does not match. */
function match(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
