import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ServiceError } from '../../../shared/errors';
import { answerBrokenRequests } from '../../../shared/http/broken-requests';
import { endSlowRequests } from '../../../shared/http/limits/slow-requests';
import { expectNoQuery } from '../../../shared/http/parse';
import { problemReply, sendReply } from '../../../shared/http/reply';
import { findRoute, optionsReply, type Route } from '../../../shared/http/route';
import type { Log } from '../../../shared/log';
import { type ForwardTarget, forward } from './forward';
import { admitLocalCallers } from './local-callers';

/** The paths at and below a prefix, which a server on this machine answers. */
export interface Forwarding {
  /** Like `/api/v1/tenants`. It is compared with the path as it was sent. */
  readonly prefix: string;
  readonly target: ForwardTarget;
}

/** A server on this machine that answers what no other does. */
export interface Otherwise {
  readonly target: ForwardTarget;
  /** Resolves when it has what it answers with. Rejects if that cannot be had. */
  readonly ready: () => Promise<void>;
}

export interface GatewayOptions {
  /** 0: the system chooses one. */
  readonly port: number;
  readonly host?: string;
  /** Names under which this machine may be called besides localhost. */
  readonly hosts?: readonly string[] | undefined;
  /** Origins of web pages of other sites that may call: see createCors. */
  readonly origins?: readonly string[] | undefined;
  /** How long a client may take to send a request, in milliseconds. */
  readonly longestSendingMs?: number;
  readonly forwardings: readonly Forwarding[];
  /** Answered by the gateway itself. */
  readonly routes?: readonly Route[];
  /** Answers all other paths, but those below /api and /local. */
  readonly otherwise?: Otherwise;
  /** The text of `GET /`, for whoever asks for no page. */
  readonly welcome?: string;
  readonly log?: (line: string) => void;
}

export interface Gateway {
  readonly port: number;
  /** Ends all connections and frees the port. */
  readonly close: () => Promise<void>;
}

/**
 * For so long connections are kept that nobody uses, in milliseconds: to open one costs as much as a refusal.
 * Google's load balancer keeps its own for ten minutes.
 * https://docs.cloud.google.com/load-balancing/docs/https#timeout-keepalive-backends
 */
const idleConnectionMs = 60_000;
/** The functions' servers keep them longer, so that the gateway never sends into a closing one. */
export const idleAtFunctionsMs = idleConnectionMs + 15_000;

/**
 * Starts the HTTP server in front of all functions.
 * @throws Error naming the port when it is in use
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { forwardings, routes = [], welcome = '', host = '127.0.0.1', log: say = () => {} } = options;
  const { hosts = [], origins = [], longestSendingMs, otherwise } = options;
  const log: Log = (_severity, message, fields) => say([message, errorText(fields?.error)].join(' ').trim());
  const agent = new Agent({ keepAlive: true, timeout: idleConnectionMs, maxFreeSockets: 1024 });
  const index: Route = {
    method: 'GET',
    path: '/',
    handle: async (request) => {
      expectNoQuery(request);
      return textReply(welcome);
    },
  };
  const own = [index, ...routes];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    const found = forwardings.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (found) return forward(agent, found.target, request, response, log);
    try {
      if (otherwise !== undefined && isForOthers(request, path)) {
        await otherwise.ready();
        return forward(agent, otherwise.target, request, response, log);
      }
      request.resume();
      await sendReply(response, await ownReply(own, request, path), log);
    } catch (error) {
      request.resume();
      await sendReply(response, problemReply(error, path, log), log);
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('ERROR', `${request.method} ${request.url}:`, { error });
      response.destroy();
    });
  });

  server.keepAliveTimeout = idleConnectionMs;
  endSlowRequests(server, longestSendingMs);
  answerBrokenRequests(server);
  admitLocalCallers(server, hosts, log, origins);
  const port = await listen(server, options.port, host);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      agent.destroy();
    });
  return { port, close };
};

/** The path as it was sent, without the query. */
const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

/** At `/` a browser gets a page, and a terminal is told what there is. */
const isForOthers = ({ headers: { accept = '' } }: IncomingMessage, path: string): boolean =>
  path === '/' ? accept.includes('text/html') : !/^\/(api|local)(\/|$)/.test(path);

/** @throws ServiceError */
const ownReply = async (routes: readonly Route[], request: IncomingMessage, path: string) => {
  const { method = 'GET', url = '/', headers } = request;
  if (method === 'OPTIONS') return optionsReply(routes, path);
  const nothing = new ServiceError('not_found', `Nothing answers ${method} ${path}.`);
  const wanted = method === 'HEAD' ? 'GET' : method;
  const ofMethod = routes.filter((route) => route.method === wanted);
  let found: ReturnType<typeof findRoute>;
  try {
    found = findRoute(ofMethod, wanted, path);
  } catch {
    throw nothing;
  }
  return found.route.handle({
    method,
    path,
    params: found.params,
    query: new URL(url, 'http://local').searchParams,
    header: (name) => headers[name.toLowerCase()]?.toString(),
    address: '127.0.0.1',
    recognise: () => undefined,
    json: async () => undefined,
  });
};

const textReply = (text: string) => ({
  status: 200,
  text,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
});

const errorText = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : error === undefined ? '' : String(error);

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new Error(`Port ${port} is in use: stop what uses it, or choose another port`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
