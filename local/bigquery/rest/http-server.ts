import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BigQueryError } from '../errors';
import { createRouter, type RestRequest, type Route } from './router';
import { asBigQueryError, errorBody } from './wire-errors';

/** BigQuery's own limit on a request's body, in bytes. */
const bodyLimit = 10 * 1024 * 1024;

/** An HTTP server, not listening yet, that answers JSON by the given routes. Nothing but BigQuery's errors leaves it. */
export function createRestServer(routes: readonly Route[], log: (line: string) => void): Server {
  const route = createRouter(routes);
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.keepAliveTimeout = 60_000;
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await handle(request);
      if (!server.listening) response.setHeader('Connection', 'close');
      if (body === undefined) response.writeHead(204).end();
      else send(response, 200, body);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const told = asBigQueryError(error, log);
      if (told.status === 413) response.setHeader('Connection', 'close');
      send(response, told.status, errorBody(told));
    }
  }

  async function handle(request: IncomingMessage): Promise<object | undefined> {
    const { method = 'GET', url = '/' } = request;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const text = await readBody(request);
    const match = route(method, path);
    if (match === undefined) throw new BigQueryError('notFound', `Not found: ${method} ${path}`);
    const rest: RestRequest = {
      params: match.params,
      query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
      headers: request.headers,
      body: parseJson(text),
    };
    return match.handle(rest);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(
        new BigQueryError('uploadTooLarge', `Request payload size exceeds the limit: ${bodyLimit} bytes.`),
      );
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

/** The body as JSON, whatever its Content-Type says. */
function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new BigQueryError('parseError', 'Parse Error');
  }
}
