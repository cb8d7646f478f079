import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { type Gateway, startGateway } from '../../../../local/cloud/gateway/gateway';
import { rawExchange, rawGet } from './raw-http';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
};

describe('gateway', () => {
  let gateway: Gateway;
  let upstream: Server;
  let base: string;

  const start = async (handler: Handler, ready?: () => Promise<void>): Promise<void> => {
    upstream = createServer(handler).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const target = { host: '127.0.0.1', port: portOf(upstream) };
    gateway = await startGateway({
      port: 0,
      forwardings: [{ prefix: '/api/v1', target }],
      routes: [{ method: 'POST', path: '/local/only-post', handle: async () => ({ status: 204 }) }],
      welcome: 'POST /api/v1/…',
      ...(ready !== undefined && { otherwise: { target, ready } }),
    });
    base = `http://127.0.0.1:${gateway.port}`;
  };

  const echo: Handler = async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method, url, headers, rawHeaders } = incoming;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, rawHeaders, body }));
  };

  afterEach(async () => {
    await gateway.close();
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
  });

  it('passes method, headers and body on, and says who asked', async () => {
    await start(echo);
    const response = await fetch(`${base}/api/v1/x?a=%20b`, {
      method: 'PUT',
      headers: { 'X-API-Key': 'secret', 'X-Forwarded-For': '10.0.0.1', 'X-Forwarded-Proto': 'https' },
      body: 'hällo',
    });
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: '/api/v1/x?a=%20b',
      headers: {
        'x-api-key': 'secret',
        'x-forwarded-for': '10.0.0.1, 127.0.0.1',
        'x-forwarded-proto': 'http',
        host: `127.0.0.1:${gateway.port}`,
        'content-length': '6',
      },
      body: 'hällo',
    });
  });

  it('passes a body of unknown length on', async () => {
    await start(echo);
    const call = request(`${base}/api/v1/x`, { method: 'POST' });
    call.write('one ');
    call.write('two');
    call.end();
    const [response] = await once(call, 'response');
    expect(await textOf(response)).toContain('"body":"one two"');
  });

  it.each(['/api/v1/a/../b', '/api/v1/a%2fb', '/api/v1//x/./y', '/api/v1/%zz?q=../%2e'])(
    'leaves the URL %s as it was sent',
    async (url) => {
      await start(echo);
      expect(await rawGet(gateway.port, url)).toContain(`"url":"${url}"`);
    },
  );

  it('keeps its connections to a function for whoever comes next', async () => {
    const waiting: ServerResponse[] = [];
    let connections = 0;
    await start((_, response) => {
      waiting.push(response);
      // All at once, so that each needs a connection of its own.
      if (waiting.length === 20) for (const one of waiting.splice(0)) one.end();
    });
    upstream.on('connection', () => {
      connections++;
    });
    const burst = () =>
      Promise.all(Array.from({ length: 20 }, async () => (await fetch(`${base}/api/v1/x`)).text()));
    await burst();
    await burst();
    expect(connections).toBe(20);
  });

  it('keeps headers that concern one connection to that connection', async () => {
    await start(echo);
    const answer = await rawExchange(
      gateway.port,
      'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close, X-Private\r\nX-Private: 1\r\nTE: trailers\r\nX-Public: 2\r\n\r\n',
    );
    expect(answer).toContain('"x-public":"2"');
    expect(answer).not.toContain('"x-private"');
    expect(answer).not.toContain('"te"');
  });

  it('passes status, reason and repeated headers back', async () => {
    await start((_request, response) => {
      response.writeHead(202, 'Fine', [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Keep-Alive', 'timeout=99'],
      ]);
      response.end('ok');
    });
    const answer = await rawGet(gateway.port, '/api/v1/x');
    expect(answer).toMatch(/^HTTP\/1\.1 202 Fine\r\n/);
    expect(answer).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n');
    expect(answer).not.toContain('timeout=99');
  });

  it('lets an event stream through event by event', async () => {
    let sendLast = (): void => {};
    await start((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      sendLast = () => response.end('data: 2\n\n');
    });
    const response = await fetch(`${base}/api/v1/events`);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 1\n\n');
    sendLast();
    const second = await reader?.read();
    expect(Buffer.from(second?.value ?? []).toString()).toBe('data: 2\n\n');
  });

  it('ends the request to the function when the client goes away', async () => {
    const abort = new AbortController();
    const ended = new Promise<void>((resolve) => {
      void start((_request, response) => {
        response.on('close', resolve);
        abort.abort();
      }).then(() => fetch(`${base}/api/v1/slow`, { signal: abort.signal }).catch(() => {}));
    });
    await ended;
    expect(abort.signal.aborted).toBe(true);
  });

  it('does not let half an answer look whole', async () => {
    await start((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.write('half', () => response.destroy());
    });
    await expect(fetch(`${base}/api/v1/x`).then((response) => response.text())).rejects.toThrow();
  });

  it('answers early when the function does, though the body has not ended', async () => {
    await start((_request, response) => {
      response.writeHead(413, { 'Content-Type': 'text/plain' }).end('too large');
    });
    const call = request(`${base}/api/v1/x`, { method: 'POST', headers: { 'Content-Length': 5_000_000 } });
    call.on('error', () => {});
    call.write(Buffer.alloc(1000));
    const [response] = await once(call, 'response');
    expect(response.statusCode).toBe(413);
    expect(await textOf(response)).toBe('too large');
    call.destroy();
  });

  it('answers 503 with Retry-After when the function cannot be reached', async () => {
    await start(echo);
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    const response = await fetch(`${base}/api/v1/x?secret=1`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'unavailable', status: 503, instance: '/api/v1/x' });
  });

  it.each([
    ['GET', '/nothing'],
    ['POST', '/'],
    ['GET', '/local/only-post'],
    ['GET', '/api/v11'],
    ['GET', '/%zz'],
  ])('answers 404 to %s %s', async (method, path) => {
    await start(echo);
    const response = await fetch(`${base}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      type: 'urn:tenant-pipelines:problem:not_found',
      title: 'Not found',
      status: 404,
      detail: `Nothing answers ${method} ${path}.`,
      instance: path,
      code: 'not_found',
    });
  });

  it('lists the documented calls at /', async () => {
    await start(echo);
    const response = await fetch(base);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toBe('POST /api/v1/…');
  });

  it('passes what nothing else answers to the console, once that is ready', async () => {
    let asked = 0;
    await start(echo, async () => {
      asked++;
    });
    const url = async (path: string, headers: Record<string, string> = {}) => {
      const answer: unknown = await (await fetch(`${base}${path}`, { headers })).json();
      return z.looseObject({}).parse(answer);
    };
    const inBrowser = { Accept: 'text/html,*/*;q=0.8' };
    expect(await url('/', inBrowser)).toMatchObject({ url: '/' });
    expect(await url('/tenants/one?tab=2')).toMatchObject({ url: '/tenants/one?tab=2' });
    expect(await url('/apis')).toMatchObject({ url: '/apis' });
    expect(asked).toBe(3);
    for (const path of ['/api', '/api/nothing', '/local', '/local/only-post'])
      expect(await url(path, inBrowser)).toMatchObject({ code: 'not_found' });
    expect(await (await fetch(base)).text()).toBe('POST /api/v1/…');
    expect(asked).toBe(3);
  });

  it('answers 500 where the console cannot be built, and tries again', async () => {
    let isBroken = true;
    await start(echo, async () => {
      if (isBroken) throw new Error('main.tsx:1:1: expected something else');
    });
    const broken = await fetch(`${base}/tenants`);
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('main.tsx');
    isBroken = false;
    expect((await fetch(`${base}/tenants`)).status).toBe(200);
  });

  it('answers 400 to what is not HTTP', async () => {
    await start(echo);
    expect(await rawExchange(gateway.port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });

  it('names the port when it is taken', async () => {
    await start(echo);
    await expect(startGateway({ port: gateway.port, forwardings: [] })).rejects.toThrow(
      `Port ${gateway.port} is in use`,
    );
  });

  it('frees the port, also with an answer under way', async () => {
    await start((_request, response) => void response.write('begun'));
    const response = await fetch(`${base}/api/v1/x`);
    const body = response.text().catch(() => 'cut off');
    await gateway.close();
    expect(await body).toBe('cut off');
    gateway = await startGateway({ port: gateway.port, forwardings: [] });
  });
});

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
};
