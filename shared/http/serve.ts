import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log';
import { readJsonBody } from './body';
import { rawUrlOf } from './raw-request';
import { problemReply, sendReply } from './reply';
import { findRoute, type Route } from './route';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP handler that answers by routes. It never throws: every error becomes a problem answer. */
export const serveRoutes =
  (routes: readonly Route[], log: Log): HttpHandler =>
  async (request, response) => {
    const url = rawUrlOf(request);
    const queryStart = url.indexOf('?');
    const path = queryStart < 0 ? url : url.slice(0, queryStart);
    try {
      const { route, params } = findRoute(routes, request.method ?? 'GET', path);
      const reply = await route.handle({
        method: route.method,
        path,
        params,
        query: new URLSearchParams(queryStart < 0 ? '' : url.slice(queryStart)),
        header: (name) => singleHeader(request.headers[name.toLowerCase()]),
        json: () => readJsonBody(request),
      });
      sendReply(response, reply);
    } catch (error) {
      sendReply(response, problemReply(error, path, log));
    }
  };

const singleHeader = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;
