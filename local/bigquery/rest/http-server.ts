import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asBigQueryError, BigQueryError } from '../bigquery-error';
import { whyForeign } from './foreign-callers';
import { tokenPath } from './local-credentials';
import type { Border, RestCall, RestReply } from './rest-border';
import { createResumableUploads, isResumable } from './resumable-uploads';
import { createRestRouter, type RestRequest, type RestRoute } from './router';
import { isUpload, type Received, receiveUpload } from './upload';
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
  const resumable = createResumableUploads();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.once('close', resumable.close);
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
      const received = await receive(request, url);
      if ('status' in received) return received;
      const { text, upload } = received;
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

  /** All that a call needs, or the answer to a request that is only a part of one. */
  async function receive(
    request: IncomingMessage,
    url: string,
  ): Promise<Received | { readonly text: string; readonly upload: undefined } | RestReply> {
    if (!isUpload(url)) return { text: await readBody(request), upload: undefined };
    if (!isResumable(url)) return await receiveUpload(request);
    const id = new URLSearchParams(url.slice(url.indexOf('?'))).get('upload_id');
    if (id === null) {
      const begun = await resumable.begin(await readBody(request));
      const Location = `http://${request.headers.host}${url}&upload_id=${begun}`;
      return { status: 200, headers: { Location } };
    }
    const progress = await resumable.take(id, request);
    if ('received' in progress) return progress.received;
    const { bytes } = progress;
    // As Google's servers say "go on"; without a Range nothing has come yet.
    return { status: 308, headers: bytes === 0 ? {} : { Range: `bytes=0-${bytes - 1}` } };
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
    // A resumable upload ends with the PUT of its last bytes; it is the POST that began it.
    const match = route(rest.upload === undefined ? method : 'POST', path);
    if (match === undefined) throw new BigQueryError('notFound', `Not found: ${method} ${path}`);
    const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
    const body = await match.handle({
      params: match.params,
      query,
      body: path === tokenPath ? undefined : parseJson(text),
      ...rest,
    });
    return body === undefined ? { status: 204 } : { status: 200, body };
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: RestReply): void {
  if (body === undefined) {
    response.writeHead(status, { 'Content-Length': 0, ...headers }).end();
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
