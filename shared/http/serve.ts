import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log';
import { inContext } from '../telemetry/context';
import type { Span } from '../telemetry/sink';
import { count, flushIfDue, inSpan, measure } from '../telemetry/telemetry';
import { newTrace, traceOfHeaders } from '../telemetry/trace';
import { readJsonBody } from './body';
import { createCors } from './headers/cors';
import { type Deprecations, deprecationHeaders, deprecations } from './headers/deprecations';
import { requestIdOf } from './headers/request-id';
import { clientAddress } from './limits/client-address';
import { createFailingCallers, type FailingCallers, type RequestCaller } from './limits/failing-callers';
import { createRequestTime } from './limits/request-time';
import { type HttpReply, problemReply, sendReply } from './reply';
import { labelByPath, logRequest } from './request-log';
import { findRoute, optionsReply, type Route } from './route';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface CallerLimits {
  /** How many requests of one address, or with one key, may fail a minute; 0: any number. */
  readonly failuresPerMinute: number;
  /** How many of the last entries of X-Forwarded-For are the infrastructure's: see clientAddress. */
  readonly forwardedEntries: number;
  /** How long a caller waits for an answer at most, in milliseconds. Any time unless given. */
  readonly answerMs?: number;
  /** Origins of the web pages that may call: see createCors. None unless given. */
  readonly corsOrigins?: readonly string[];
  /** Called for each answer, with the code of a problem. It must not throw. */
  readonly noteAnswer?: (code: string | undefined) => void;
}

/** For functions that only Google's own services can call. */
const noLimits: CallerLimits = { failuresPerMinute: 0, forwardedEntries: 0 };

/**
 * An HTTP handler for these routes. It never throws: every error becomes a problem. Each request gets a log
 * line and a span.
 */
export function serveRoutes(
  routes: readonly Route[],
  log: Log,
  {
    failuresPerMinute,
    forwardedEntries,
    answerMs = Number.POSITIVE_INFINITY,
    corsOrigins = [],
    noteAnswer = () => undefined,
  }: CallerLimits = noLimits,
  deprecated: Deprecations = deprecations,
): HttpHandler {
  const cors = createCors(corsOrigins);
  const failing = failuresPerMinute === 0 ? undefined : createFailingCallers(failuresPerMinute);
  return (request, response) => {
    const trace = traceOfHeaders(request.headers) ?? newTrace();
    return inContext({ trace, labels: {} }, async () => {
      const startedAt = performance.now();
      const address = clientAddress(request, forwardedEntries);
      const caller: RequestCaller = { address, keyId: undefined, bodyBytes: 0 };
      const reply = await inSpan(methodOf(request), 'server', {}, (span) =>
        answer(routes, request, { log, span, startedAt, caller, failing, answerMs, deprecated, noteAnswer }),
      );
      await flushIfDue();
      const headers = {
        'X-Request-Id': requestIdOf(request.headers, trace.traceId),
        ...cors.headers(request),
      };
      await sendReply(response, { ...reply, headers: { ...headers, ...reply.headers } }, log);
    });
  };
}

interface Answering {
  readonly caller: RequestCaller;
  readonly failing: FailingCallers | undefined;
  readonly answerMs: number;
  readonly deprecated: Deprecations;
  readonly noteAnswer: (code: string | undefined) => void;
  readonly log: Log;
  readonly span: Span;
  readonly startedAt: number;
}

/** The log line is written before the answer is sent, because a function may get no CPU afterwards. */
async function answer(
  routes: readonly Route[],
  request: IncomingMessage,
  { span, startedAt, ...answering }: Answering,
): Promise<HttpReply> {
  const { log } = answering;
  const url = request.url ?? '/';
  const { reply: answered, route } = await handle(routes, request, url, answering);
  const reply = withDeprecation(answered, route, url, answering.deprecated);
  const seconds = (performance.now() - startedAt) / 1000;
  const attributes = {
    'http.request.method': methodOf(request),
    'http.response.status_code': reply.status,
    ...(route === undefined ? {} : { 'http.route': route.path }),
    ...(reply.status < 500 ? {} : { 'error.type': String(reply.status) }),
  };
  span.describe({ attributes, ...(route === undefined ? {} : { name: `${route.method} ${route.path}` }) });
  measure('http.server.request.duration', seconds, attributes);
  if (reply.problem !== undefined) count('tenant_pipelines.refusals', { 'error.type': reply.problem });
  answering.noteAnswer(reply.problem);
  const { failing, caller } = answering;
  const isLogged = reply.status >= 400 || route?.logsRefusalsOnly !== true;
  if (isLogged && (reply.problem !== 'too_many_failures' || failing?.isToLog(caller) !== false))
    logRequest(log, { request, url, status: reply.status, code: reply.problem, seconds });
  return reply;
}

/** Also where the call was refused: whoever makes it is to know. */
function withDeprecation(
  reply: HttpReply,
  route: Route | undefined,
  url: string,
  deprecated: Deprecations,
): HttpReply {
  const parts = route?.operation && deprecated[route.operation];
  if (parts === undefined) return reply;
  return {
    ...reply,
    headers: { ...reply.headers, ...deprecationHeaders(parts, queryOf(url), reply.headers) },
  };
}

async function handle(
  routes: readonly Route[],
  request: IncomingMessage,
  url: string,
  { log, caller, failing, answerMs }: Omit<Answering, 'span' | 'startedAt' | 'deprecated' | 'noteAnswer'>,
): Promise<{ readonly reply: HttpReply; readonly route?: Route }> {
  const [path = ''] = url.split('?', 1);
  let found: Route | undefined;
  const method = request.method ?? 'GET';
  try {
    if (method === 'OPTIONS') return { reply: optionsReply(routes, path) };
    const { route, params } = findRoute(routes, method, path);
    found = route;
    labelByPath(params);
    const time = createRequestTime(route.method, answerMs);
    const answered = route.handle({
      operation: route.operation,
      method: route.method,
      path,
      params,
      query: queryOf(url),
      header: (name) => singleHeader(request.headers[name.toLowerCase()]),
      address: caller.address,
      recognise(keyId) {
        caller.keyId = keyId;
      },
      leftMs: time.leftMs,
      json: (options) =>
        time.without(
          readJsonBody(request, options, {
            mostBytes: failing?.mostBodyBytes(caller),
            onBytes(bytes) {
              caller.bodyBytes += bytes;
            },
          }),
        ),
    });
    const reply = await time.limit(answered);
    return { reply, route };
  } catch (error) {
    const reply = problemReply(failing?.answer(error, caller) ?? error, path, log);
    return found === undefined ? { reply } : { reply, route: found };
  }
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}

const knownMethods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

/** For metrics and spans: all unknown methods have one name, so that callers cannot make up new ones. */
const methodOf = ({ method = 'GET' }: IncomingMessage): string =>
  knownMethods.has(method) ? method : '_OTHER';

const singleHeader = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;
