import type { Server } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { serveDirectly, serveDirectlyOnceAsked } from './direct-requests';
import type { HttpHandler } from './serve';

/** The functions of this process; deployed, there is one. */
const handlers = new Map<string, HttpHandler>();

/** Registers an HTTP function under its name with functions-framework. */
export function registerHttpFunction(name: string, handler: HttpHandler): void {
  http(name, handler);
  if (handlers.size === 0)
    serveDirectlyOnceAsked(() => (handlers.size === 1 ? [...handlers.values()][0] : undefined));
  handlers.set(name, handler);
}

/** Tells a server of functions-framework which function it is for, where the process has several. */
export function serveRegistered(server: Server, name: string): void {
  const handler = handlers.get(name);
  if (handler === undefined) throw new Error(`There is no function '${name}'`);
  serveDirectly(server, handler);
}
