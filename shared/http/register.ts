import { http } from '@google-cloud/functions-framework';
import { keepRequestsRaw } from './raw-request';
import type { HttpHandler } from './serve';

/** Registers an HTTP function under its name with functions-framework. */
export function registerHttpFunction(name: string, handler: HttpHandler): void {
  keepRequestsRaw();
  http(name, handler);
}
