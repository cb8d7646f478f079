import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asBigQueryError, BigQueryError } from '../bigquery-error';
import { whyForeign } from './foreign-callers';
import type { Border, RestCall, RestReply } from './rest-border';
import { createRestRouter, type RestRequest, type RestRoute } from './router';
import { isUpload, receiveUpload } from './upload';
import { errorBody } from './wire-errors';

/** BigQuery's own limit on a request's body, in bytes. */
const bodyLimit = 10 * 1024 * 1024;

/**
 * An HTTP server, not listening yet, that answers JSON by the given routes. All its errors are BigQuery's.
 * @param hosts names under which it may be called besides localhost
 * @param border every call passes through it, in and out
 */
export function createRestServer(
  routes: readonly RestRoute[],
  log: (line: string) => void,
  hosts: readonly string[] = [],
  border: Border = (_, work) => work(),
): Server {
  const route = createRestRouter(routes);
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.keepAliveTimeout = 60_000;
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await replyTo(request, response);
    if (reply === 'gone') return;
    if (reply === undefined) {
      request.socket.destroy();
      return;
    }
    if (!server.listening || reply.status === 413) response.setHeader('Connection', 'close');
    send(response, reply);
  }

  async function replyTo(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<RestReply | 'gone' | undefined> {
    const { method = 'GET', url = '/', headers } = request;
    try {
      const foreign = whyForeign(headers, hosts);
      if (foreign !== undefined) {
        request.resume();
        throw new BigQueryError('accessDenied', foreign);
      }
      const { text, upload } = isUpload(url)
        ? await receiveUpload(request)
        : { text: await readBody(request), upload: undefined };
      const call = { method, url, text };
      const onLeave = (callback: () => void) => {
        if (response.closed) callback();
        else response.once('close', () => response.writableFinished || callback());
      };
      try {
        return await border(call, (faults) =>
          handle(call, { headers, upload, faults, onLeave }).catch(failure),
        );
      } finally {
        await upload?.discardUnlessTaken();
      }
    } catch (error) {
      return request.destroyed && !request.complete ? 'gone' : failure(error);
    }
  }

  function failure(error: unknown): RestReply {
    const told = asBigQueryError(error, log);
    return { status: told.status, body: errorBody(told) };
  }

  async function handle(
    { method, url, text }: RestCall,
    rest: Pick<RestRequest, 'headers' | 'upload' | 'faults' | 'onLeave'>,
  ): Promise<RestReply> {
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const match = route(method, path);
    if (match === undefined) throw new BigQueryError('notFound', `Not found: ${method} ${path}`);
    const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
    const body = await match.handle({ params: match.params, query, body: parseJson(text), ...rest });
    return body === undefined ? { status: 204 } : { status: 200, body };
  }
}

function send(response: ServerResponse, { status, body }: RestReply): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  // A file's bytes are sent as they are.
  const isFile = Buffer.isBuffer(body);
  const bytes = isFile ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': isFile ? 'application/octet-stream' : 'application/json; charset=UTF-8',
    'Content-Length': bytes.length,
  });
  response.end(bytes);
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
