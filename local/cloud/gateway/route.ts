import type { IncomingMessage, ServerResponse } from 'node:http';

type Match = {
  /** Absent: every method. */
  methods?: readonly string[];
  /** Tried against the raw path: as it was sent, without the query. */
  path: RegExp;
  /** The line that `GET /` shows. */
  description?: string;
};

/** Requests that go to another server on this machine. */
export type ProxyRoute = Match & { target: { host: string; port: number } };

/** Requests that the gateway answers itself. */
export type HandlerRoute = Match & {
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
};

export type Route = ProxyRoute | HandlerRoute;

/** The first route that matches. */
export const findRoute = (routes: readonly Route[], method: string, url: string): Route | undefined => {
  const path = pathOf(url);
  return routes.find((route) => (!route.methods || route.methods.includes(method)) && route.path.test(path));
};

export const pathOf = (url: string): string => {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
};
