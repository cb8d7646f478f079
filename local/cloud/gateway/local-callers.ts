import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { ServiceError } from '../../../shared/errors';
import { originRule } from '../../../shared/http/headers/cors';
import { problemReply, sendReply } from '../../../shared/http/reply';
import type { Log } from '../../../shared/log';
import { shorten } from '../../../shared/support/shorten';

const thisMachine = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses what a web page of another site makes a browser on this machine send: such requests name their site
 * in `Origin`, or in `Host` where its name was bound to this machine's address (DNS rebinding). Admin calls
 * are open here, so that a page could do anything.
 * @param hosts names under which this machine may be called besides localhost
 * @param origins of other sites' web pages that may call all the same
 */
export function admitLocalCallers(
  server: Server,
  hosts: readonly string[],
  log: Log,
  origins: readonly string[] = [],
): void {
  const isOrigin = originRule(origins);
  const names = new Set([...thisMachine, ...hosts.map((name) => name.toLowerCase())]);
  const emit = server.emit;
  // Whatever listens, and whenever it came, is not asked.
  server.emit = (event: string | symbol, ...given: unknown[]): boolean => {
    const [request, response] = given;
    if (event === 'request' && isRequest(request) && isResponse(response)) {
      const refusal = refusalOf(request.headers, names, isOrigin);
      if (refusal !== undefined) {
        request.resume();
        const path = request.url?.split('?', 1)[0] ?? '/';
        void sendReply(response, problemReply(refusal, path, log), log);
        return true;
      }
    }
    return Reflect.apply(emit, server, [event, ...given]) === true;
  };
}

function refusalOf(
  { host = '', origin }: IncomingHttpHeaders,
  names: ReadonlySet<string>,
  isOrigin: (origin: string) => boolean,
) {
  if (!names.has(host.toLowerCase().replace(/:\d+$/, ''))) return notLocal('Host', host);
  if (origin !== undefined && !names.has(hostOf(origin)) && !isOrigin(origin))
    return notLocal('Origin', origin);
  return undefined;
}

/** '' for `null`, which pages without a site of their own send, and for what is no web page's. */
const hostOf = (origin: string): string =>
  /^https?:/.test(origin) && URL.canParse(origin) ? new URL(origin).hostname : '';

const notLocal = (header: string, given: string) =>
  new ServiceError(
    'not_local',
    `${header}: expected localhost, 127.0.0.1 or [::1], given '${shorten(given)}'. --host NAME allows another name.`,
  );

const isRequest = (value: unknown): value is IncomingMessage =>
  typeof value === 'object' && value !== null && 'headers' in value;

const isResponse = (value: unknown): value is ServerResponse =>
  typeof value === 'object' && value !== null && 'writeHead' in value;
