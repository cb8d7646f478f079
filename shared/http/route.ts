import type { Actor } from '../audit/audit-entry';
import { ServiceError } from '../errors';
import type { OperationId } from './access';
import type { BodyOptions } from './body';
import type { HttpReply } from './reply';

export interface HttpRequest {
  /** The name of the call; undefined where the route has none. */
  readonly operation?: OperationId | undefined;
  readonly method: string;
  /** The path as it was sent. */
  readonly path: string;
  /** The values of the route's `{names}`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** The client's address, as the infrastructure saw it. */
  readonly address: string;
  /**
   * Says whose request it is, once its key was found valid: its failures are that key's from here on, and what it
   * changes the actor's.
   */
  readonly recognise: (keyId: string, actor?: Actor) => void;
  /** How long its caller still waits for an answer, in milliseconds. Undefined: as long as it takes. */
  readonly leftMs?: (() => number) | undefined;
  /**
   * The parsed JSON body; undefined if there is none. Throws `unsupported_media_type`, `invalid_request` or
   * `payload_too_large`.
   */
  readonly json: (options?: BodyOptions) => Promise<unknown>;
}

export interface Route {
  /** Its name in `accessOf`. Functions that only Google's own services can call have none. */
  readonly operation?: OperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments between slashes. `{name}` matches any one segment, `{name...}` at the end one or more. */
  readonly path: string;
  /** First segments that the path does not match, however many slashes stand before them. */
  readonly except?: readonly string[];
  /** Whether successes have no log line of ours. Cloud Run's own log of requests has them anyway. */
  readonly logsRefusalsOnly?: boolean;
  readonly handle: (request: HttpRequest) => Promise<HttpReply>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly params: HttpRequest['params'];
}

/**
 * The first route that matches: of two patterns that match the same path, the more exact one stands first, and the
 * path is that one's alone. HEAD is answered by the route of GET. Throws `not_found`, `method_not_allowed`, or
 * `invalid_request` if a segment cannot be decoded.
 */
export function findRoute(routes: readonly Route[], method: string, path: string): FoundRoute {
  const matching = routesAt(routes, path);
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = matching.find(({ route }) => route.method === wanted);
  if (found !== undefined) return found;
  const allowed = methodsOf(matching);
  throw new ServiceError('method_not_allowed', `${method} is not allowed here. Allowed: ${allowed}`, {
    headers: { Allow: allowed },
  });
}

/** The answer to OPTIONS: which methods the path has. It needs no key. Throws like findRoute. */
export function optionsReply(routes: readonly Route[], path: string): HttpReply {
  return { status: 204, headers: { Allow: methodsOf(routesAt(routes, path)) } };
}

/** At least one. */
function routesAt(routes: readonly Route[], path: string): readonly FoundRoute[] {
  const segments = path.split('/').map(decodeSegment);
  const matching = routes.flatMap((route) => {
    if (route.except?.includes(segments.find((segment) => segment !== '') ?? '')) return [];
    const params = match(patternOf(route), segments);
    return params === undefined ? [] : [{ route, params }];
  });
  const [first] = matching;
  if (first === undefined) throw new ServiceError('not_found', 'There is nothing at this path');
  return matching.filter(({ route }) => route.path === first.route.path);
}

const methodsOf = (matching: readonly FoundRoute[]): string => {
  const own = matching.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  return [...new Set([...own, 'OPTIONS'])].join(', ');
};

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ServiceError('invalid_request', 'The path has a malformed percent encoding');
  }
}

/** Each request is compared with all routes: their paths are split once. */
const patterns = new WeakMap<Route, readonly string[]>();

function patternOf(route: Route): readonly string[] {
  const known = patterns.get(route);
  if (known !== undefined) return known;
  const pattern = route.path.split('/');
  patterns.set(route, pattern);
  return pattern;
}

/** The values of the pattern's names; undefined if the path does not match. */
function match(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const last = pattern.length - 1;
  const takesRest = pattern[last]?.endsWith('...}') === true;
  if (takesRest ? segments.length <= last : segments.length !== pattern.length) return undefined;
  // Most routes do not match, and then by one of their words.
  if (pattern.some((part, index) => !part.startsWith('{') && part !== segments[index])) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (takesRest && index === last) params[part.slice(1, -4)] = segments.slice(last).join('/');
    else if (part.startsWith('{')) params[part.slice(1, -1)] = segments[index] ?? '';
  }
  return params;
}
