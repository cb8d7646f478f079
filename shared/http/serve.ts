import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log';
import { inContext } from '../telemetry/context';
import { newTrace, traceOfHeaders } from '../telemetry/trace';
import { readJsonBody } from './body';
import { rawUrlOf } from './raw-request';
import { problemReply, type Reply, sendReply } from './reply';
import { labelByPath, logRequest } from './request-log';
import { findRoute, type Route } from './route';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP handler that answers by routes. It never throws: every error becomes a problem answer. Each request is one line of the log. */
export const serveRoutes =
  (routes: readonly Route[], log: Log): HttpHandler =>
  (request, response) =>
    inContext({ trace: traceOfHeaders(request.headers) ?? newTrace(), labels: {} }, async () => {
      const startedAt = performance.now();
      const url = rawUrlOf(request);
      const reply = await answer(routes, request, url, log);
      sendReply(response, reply);
      logRequest(log, {
        request,
        url,
        status: reply.status,
        code: reply.problem,
        seconds: (performance.now() - startedAt) / 1000,
      });
    });

async function answer(
  routes: readonly Route[],
  request: IncomingMessage,
  url: string,
  log: Log,
): Promise<Reply> {
  const queryStart = url.indexOf('?');
  const path = queryStart < 0 ? url : url.slice(0, queryStart);
  try {
    const { route, params } = findRoute(routes, request.method ?? 'GET', path);
    labelByPath(params);
    return await route.handle({
      method: route.method,
      path,
      params,
      query: new URLSearchParams(queryStart < 0 ? '' : url.slice(queryStart)),
      header: (name) => singleHeader(request.headers[name.toLowerCase()]),
      json: () => readJsonBody(request),
    });
  } catch (error) {
    return problemReply(error, path, log);
  }
}

const singleHeader = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;
