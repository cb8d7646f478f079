import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { endToEndHeaders, forwardedHeaders } from './headers';
import { sendProblem } from './problem';
import { type ProxyRoute, pathOf } from './route';

/**
 * Passes a request on and its answer back, both as streams, with the URL exactly as it was sent. A client that goes
 * away ends the request to the function, too; a function that cannot be reached is a 503.
 */
export const forward = (
  agent: Agent,
  { target }: ProxyRoute,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): void => {
  const upstream = httpRequest({
    agent,
    host: target.host,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request),
    setHost: false,
  });

  upstream.on('response', (answer) => {
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer));
    // An event stream's headers must arrive before its first event.
    if (answer.headers['content-length'] === undefined) response.flushHeaders();
    // Half an answer must not look like a whole one.
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });

  upstream.on('error', (error) => {
    // An answer that has begun ends by itself; an error now concerns only the rest of the request.
    if (response.destroyed || response.headersSent) return;
    log(`${request.method} ${request.url}: ${error.message}`);
    answerUnavailable(request, response);
  });

  // A function may answer without reading the request to its end: the rest is not waited for.
  upstream.on('close', () => {
    request.unpipe(upstream);
    request.resume();
  });

  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });

  if (hasBody(request)) request.pipe(upstream);
  else upstream.end();
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const answerUnavailable = (request: IncomingMessage, response: ServerResponse): void => {
  request.resume();
  sendProblem(
    response,
    'unavailable',
    'The function that answers this path cannot be reached at the moment. Try again shortly.',
    pathOf(request.url ?? '/'),
    { 'Retry-After': '1' },
  );
};
