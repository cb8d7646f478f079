import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { createHttpsRequest, type HttpsRequest } from '../../shared/internet/https-request';
import { createHttpsGet, type HttpsGet } from '../../shared/pipelines/steps/http/https-get';
import { makeCertificate } from './certificate';

export interface AskedFor {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }
  /** The connection breaks after this much of the answer. */
  | { readonly breaksAfter: string }
  /** No answer comes. */
  | 'hang';

export interface HttpsApi {
  /** Like localhost:1234. */
  readonly host: string;
  readonly ca: string;
  /** A request that trusts this server, and may connect to this machine only. */
  readonly request: HttpsRequest;
  /** The same, as a GET. */
  readonly get: HttpsGet;
  readonly asked: readonly AskedFor[];
  /** Connections that were made, whether or not anything was asked over them, since the answers last changed. */
  readonly connections: () => number;
  /** From now on; `index` counts the requests since then. */
  readonly answerBy: (answer: (request: AskedFor, index: number) => Answer) => void;
  readonly close: () => Promise<void>;
}

/** An API on this machine, by https with a certificate of its own, made for these names. */
export async function startHttpsApi(...names: string[]): Promise<HttpsApi> {
  const { key, cert } = makeCertificate(...(names.length > 0 ? names : ['localhost']));
  const asked: AskedFor[] = [];
  let answer: (request: AskedFor, index: number) => Answer = () => ({ status: 404 });
  const server = createServer({ key, cert }, async (request, response) => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: await text(request).catch(() => '') };
    asked.push(seen);
    send(answer(seen, asked.length - 1), request, response);
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const isAllowedAddress = (ip: string) => ip === '127.0.0.1' || ip === '::1';
  const request = createHttpsRequest({ ca: cert, isAllowedAddress });
  return {
    host: `localhost:${port}`,
    ca: cert,
    request,
    get: createHttpsGet(request),
    asked,
    connections: () => connections,
    answerBy(next) {
      asked.length = 0;
      connections = 0;
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'hang') return;
  if ('breaksAfter' in answer) {
    response.writeHead(200, { 'Content-Length': 1_000_000 });
    response.write(answer.breaksAfter, () => request.socket.destroy());
    return;
  }
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
}
