import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type ServerResponse } from 'node:http';
import type { Faults } from '../../../../local/cloud/faults/faults';
import type { HttpHandler } from '../../../../shared/http/serve';
import { beginLife, type Life } from './life';

/** The header in which the simulator names a request, and the name of the request that is being worked on. */
export const requestHeader = 'X-Simulated-Request';
export const requestName = new AsyncLocalStorage<string>();

/** Several instances of one function behind one address. */
export interface Fleet {
  readonly url: string;
  /** How many instances have died. */
  readonly deaths: () => number;
  /** Milliseconds since the last request came or was answered. */
  readonly idleMs: () => number;
  readonly close: () => Promise<void>;
}

export interface FleetOptions {
  readonly name: string;
  readonly size: number;
  /** Composes an instance: its own clients, caches and queues; all it does goes through its life. */
  readonly create: (life: Life) => HttpHandler;
  readonly fate: Faults;
  readonly onDeath: (instance: string, where: string) => void;
}

interface Instance {
  readonly life: Life;
  readonly handler: HttpHandler;
  /** Requests that it has not answered. */
  readonly open: Set<ServerResponse>;
}

/**
 * Serves a function by several instances in turn, one request each. An instance that dies takes the
 * connections of its requests with it, and a fresh one takes its place.
 *
 * The handlers are served by node:http: functions-framework knows one function by a name, not several
 * instances of it.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  let deaths = 0;
  let turn = 0;
  let lastUsed = performance.now();

  const begin = (place: number, generation: number): Instance => {
    const name = `${options.name}-${place + 1}.${generation}`;
    const open = new Set<ServerResponse>();
    const life = beginLife(name, options.fate, (where) => {
      deaths++;
      options.onDeath(name, where);
      instances[place] = begin(place, generation + 1);
      for (const response of open) response.socket?.destroy();
    });
    return { life, handler: options.create(life), open };
  };
  const instances: Instance[] = [];
  for (let place = 0; place < options.size; place++) instances.push(begin(place, 1));

  const server = createServer((request, response) => {
    turn = (turn + 1) % instances.length;
    const instance = instances[turn];
    if (instance === undefined) return;
    lastUsed = performance.now();
    instance.open.add(response);
    response.once('close', () => {
      lastUsed = performance.now();
      instance.open.delete(response);
    });
    const name = request.headers[requestHeader.toLowerCase()];
    requestName.run(String(name), () => void instance.handler(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    deaths: () => deaths,
    idleMs: () => (instances.some(({ open }) => open.size > 0) ? 0 : performance.now() - lastUsed),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
