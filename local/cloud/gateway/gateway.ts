import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { forward } from './forward';
import { sendProblem } from './problem';
import { findRoute, pathOf, type Route } from './route';

export type GatewayOptions = {
  /** 0: the system chooses one. */
  port: number;
  host?: string;
  /** The first one that matches is taken. */
  routes: readonly Route[];
  /** The first lines of `GET /`. */
  title?: string;
  log?: (line: string) => void;
};

export type Gateway = {
  port: number;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
};

/**
 * Starts the HTTP server in front of all functions.
 * @throws Error naming the port, when it is in use
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { routes, host = '127.0.0.1', log = () => {} } = options;
  // Functions' servers close idle connections after 5 s: be earlier, not to send into a closing one.
  const agent = new Agent({ keepAlive: true, timeout: 4000, maxFreeSockets: 256 });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request;
    const route = findRoute(routes, method, url);
    if (route && 'target' in route) forward(agent, route, request, response, log);
    else if (route) await route.handle(request, response);
    else answerItself(options, request, response);
  };

  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`);
      response.destroy();
    });
  });

  const port = await listen(server, options.port, host);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      agent.destroy();
    });
  return { port, close };
};

/** `GET /` tells what is here; anything else is not. */
const answerItself = (options: GatewayOptions, request: IncomingMessage, response: ServerResponse): void => {
  const path = pathOf(request.url ?? '/');
  request.resume();
  if (path !== '/' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    sendProblem(response, 'not_found', `Nothing answers ${request.method} ${path}.`, path);
    return;
  }
  const paths = options.routes.map(({ description, methods, path: pattern }) => {
    return description ?? `${methods?.join(', ') ?? 'any'} ${pattern.source}`;
  });
  const text = [options.title ?? 'tenant-pipelines, local cloud', '', ...paths, ''].join('\n');
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
};

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
