import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server, type ServerResponse } from 'node:http';
import { answerBrokenRequests } from './broken-requests';
import { endSlowRequests } from './limits/slow-requests';
import { internalError, problemBody } from './reply';
import type { HttpHandler } from './serve';

/**
 * Has a server of functions-framework give its requests to the handler itself. The framework's Express app
 * would parse path and body first, answer with a page of its own what it cannot parse, and give each request a
 * domain, whose hooks slow down every promise of the process: half of what a refusal costs. So path and body
 * come as they were sent, and the handler judges them by its own limits and errors.
 */
export function serveDirectly(server: Server, handler: HttpHandler): void {
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    whileOpen(response);
    handler(request, response).catch((error: unknown) => {
      // A handler answers errors itself: this one concerns the answer's connection.
      console.error(error);
      response.destroy();
    });
  });
  endSlowRequests(server);
  answerBrokenRequests(server);
}

/** Requests of this process that are not answered yet. */
const open = new Set<ServerResponse>();

/**
 * An error that nobody catches ends the process, whoever's it is: callers are told first, as long as there are any.
 */
function whileOpen(response: ServerResponse): void {
  if (open.size === 0) {
    process.on('uncaughtExceptionMonitor', answerOpen);
    // The framework, where it started the process, ends it at a rejection, too. Elsewhere Node makes an exception of it.
    if (process.listenerCount('unhandledRejection') > 0)
      process.prependListener('unhandledRejection', answerOpen);
  }
  open.add(response);
  response.once('close', () => {
    open.delete(response);
    if (open.size > 0) return;
    process.off('uncaughtExceptionMonitor', answerOpen);
    process.off('unhandledRejection', answerOpen);
  });
}

/** What is written here is with the system when the process ends. */
function answerOpen(): void {
  const problem = problemBody(internalError());
  for (const response of open) {
    if (response.headersSent) continue;
    response.writeHead(problem.status, { 'Content-Type': 'application/problem+json', Connection: 'close' });
    response.end(JSON.stringify(problem));
  }
}

/**
 * Does that at the first request that the framework's server gets, before any listener sees it. (The framework
 * makes its server and lets it listen in one go, and Node announces each request.) Other HTTP servers of the
 * process are not touched: the framework's is the one whose listener is an Express app.
 * @param handlerOf undefined where the process has functions of which nobody knows which one the server is for
 */
export function serveDirectlyOnceAsked(handlerOf: () => HttpHandler | undefined): void {
  const channel = 'http.server.request.start';
  const listen = (event: unknown) => {
    if (!isRequestStart(event) || !event.server.listeners('request').some(isExpressApp)) return;
    const handler = handlerOf();
    if (handler !== undefined) serveDirectly(event.server, handler);
    unsubscribe(channel, listen);
  };
  subscribe(channel, listen);
}

const isRequestStart = (event: unknown): event is { server: Server } =>
  typeof event === 'object' && event !== null && 'server' in event && event.server instanceof Server;

const isExpressApp = (listener: unknown): boolean =>
  typeof listener === 'function' && 'mountpath' in listener;
