import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, Server } from 'node:http';
import { answerBrokenRequests } from './broken-requests';
import { endSlowRequests } from './slow-requests';

/**
 * functions-framework parses path and body before a handler runs, and answers with Express's error page if it
 * cannot. Node announces each request before any listener sees it: then the URL and the content type are put
 * aside, so that the framework finds nothing to parse. The handler gets the path as it was sent, and reads
 * the body itself, with its own limit and errors.
 *
 * Other HTTP servers of the process are not touched: the framework's server is the one whose listener is an
 * Express app.
 */
const rawUrl = Symbol.for('tenant-pipelines.raw-url');
const rawType = Symbol.for('tenant-pipelines.raw-type');
let isSubscribed = false;

export function keepRequestsRaw(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('http.server.request.start', (event) => {
    if (!isRequestStart(event) || !event.server.listeners('request').some(isExpressApp)) return;
    guard(event.server);
    // If this module is loaded twice in a process, the first one has taken the URL.
    if (Reflect.has(event.request, rawUrl)) return;
    Reflect.set(event.request, rawUrl, event.request.url ?? '/');
    event.request.url = '/';
    Reflect.set(event.request, rawType, event.request.headers['content-type']);
    delete event.request.headers['content-type'];
  });
}

const guarded = new WeakSet<Server>();

/** The framework makes its server and lets it listen in one go: it is met at its first request. */
function guard(server: Server): void {
  if (guarded.has(server)) return;
  guarded.add(server);
  endSlowRequests(server);
  answerBrokenRequests(server);
}

/** The request's target as it was sent: not decoded, not normalised. */
export function rawUrlOf(request: IncomingMessage): string {
  const url: unknown = Reflect.get(request, rawUrl);
  return typeof url === 'string' ? url : (request.url ?? '/');
}

/** The content type as it was sent. */
export function contentTypeOf(request: IncomingMessage): string | undefined {
  const type: unknown = Reflect.get(request, rawType) ?? request.headers['content-type'];
  return typeof type === 'string' ? type : undefined;
}

const isRequestStart = (event: unknown): event is { request: IncomingMessage; server: Server } =>
  typeof event === 'object' &&
  event !== null &&
  'request' in event &&
  event.request instanceof IncomingMessage &&
  'server' in event &&
  event.server instanceof Server;

const isExpressApp = (listener: unknown): boolean =>
  typeof listener === 'function' && 'mountpath' in listener;
