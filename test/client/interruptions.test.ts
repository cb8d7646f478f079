import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '../../client';

const unavailable = { code: 'unavailable', detail: 'Try again shortly.' };

/** A server that answers each request as the next of the answers says; the last one stays. */
describe('A client whose server is interrupted', () => {
  let server: Server;
  let requests: IncomingMessage[];
  let answers: ((response: ServerResponse) => void)[];
  const client = () => {
    const { port } = server.address() as AddressInfo;
    return createClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'key', adminKey: 'admin' });
  };
  const json =
    (status: number, body: unknown, headers = {}) =>
    (response: ServerResponse) =>
      response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(JSON.stringify(body));
  const busy = json(503, unavailable, { 'Retry-After': '0' });
  const broken = (response: ServerResponse) => response.destroy();

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request);
      request.resume();
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('starts a run under one key, however often it has to ask', async () => {
    answers = [busy, broken, json(202, { run_id: 'run-1' })];
    expect(await client().startRun('acme', 'a/b/c', { parameters: { n: 1 } })).toEqual({ run_id: 'run-1' });
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(requests.map(({ url }) => url)).toEqual(Array(3).fill('/api/v1/pipelines/run/acme/a/b/c'));
  });

  it('says how urgent a run is, how long it may wait, and where it begins', async () => {
    answers = [json(202, { run_id: 'run-1' })];
    await client().startRun('acme', 'a/b/c', {
      priority: 600,
      queueTtlSeconds: 60,
      watermark: '5',
      recordWatermark: true,
    });
    expect(requests[0]?.url).toBe(
      '/api/v1/pipelines/run/acme/a/b/c?priority=600&queue_ttl=60&watermark=5&record_watermark=true',
    );
  });

  it('plans as if it began where it is told, and asks again', async () => {
    answers = [busy, json(200, { dry_run: true })];
    await client().planRun('acme', 'a/b/c', { watermark: '5' });
    expect(requests.map(({ url }) => url)).toEqual(
      Array(2).fill('/api/v1/pipelines/run/acme/a/b/c?dry_run=true&watermark=5'),
    );
  });

  it('gives up after four times, with the last problem', async () => {
    answers = [busy];
    await expect(client().call('listPipelines')).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(requests).toHaveLength(4);
  });

  it.each([
    ['what would be made twice', busy, 'makeApiKey'],
    ['a webhook, which would be made twice', busy, 'makeWebhook'],
    ['what a repeat would be too late for', busy, 'restoreTenant'],
    ['what is refused', json(404, { code: 'tenant_not_found', detail: 'no' }), 'listApiKeys'],
    ['where the pause would be too long', json(503, unavailable, { 'Retry-After': '60' }), 'listApiKeys'],
  ] as const)('does not ask again for %s', async (_, answer, id) => {
    answers = [answer];
    await expect(client().call(id, { path: { tenant: 'acme' } })).rejects.toMatchObject({
      name: 'ApiProblem',
    });
    expect(requests).toHaveLength(1);
  });

  it('does a run again under one key, or asks only once', async () => {
    const path = { run_id: 'run-1' };
    answers = [busy];
    await expect(client().call('rerunRun', { path })).rejects.toMatchObject({ status: 503 });
    expect(requests).toHaveLength(1);
    answers = [busy, json(202, { run_id: 'run-2' })];
    const headers = { 'Idempotency-Key': 'again' };
    expect(await client().call('rerunRun', { path, headers })).toEqual({ run_id: 'run-2' });
    expect(requests).toHaveLength(3);
  });

  it('does not make a change of one version again: it would be refused because it was made', async () => {
    answers = [broken];
    const change = { path: { tenant: 'acme' }, body: { notes: 'x' } };
    const asked = client().call('changeProfile', { ...change, headers: { 'If-Match': '"v-1"' } });
    await expect(asked).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(1);
    answers = [broken, json(200, { notes: 'x' })];
    expect(await client().call('changeProfile', change)).toEqual({ notes: 'x' });
    expect(requests).toHaveLength(3);
  });

  it('goes on with a stream where it broke, and ends it with the run', async () => {
    const events = (...texts: string[]) => texts.map((text) => `event: ${text}\n\n`).join('');
    const stream = (text: string, end: (response: ServerResponse) => void) => (response: ServerResponse) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(text, () => end(response));
    };
    answers = [
      stream(events('run\nid: begun\ndata: {}', 'later\nid: x\ndata: {}'), (response) => response.destroy()),
      stream(events('end\nid: end\ndata: {"status":"COMPLETED"}'), () => undefined),
    ];
    const heard: string[] = [];
    for await (const { event } of client().followRun('run-1')) heard.push(event);
    expect(heard).toEqual(['run', 'end']);
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'begun']);
  });

  it('hears the same events in whatever pieces they come', async () => {
    const text =
      'retry: 2000\n\nevent: run\nid: begun\ndata: {"a":"ü"}\n\n: still under way\n\nevent: end\nid: end\ndata: {}\n\n';
    const bytes = Buffer.from(text);
    for (const size of [1, 7, bytes.length]) {
      answers = [
        (response) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' });
          for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
        },
      ];
      const heard: unknown[] = [];
      for await (const event of client().followRun('run-1')) heard.push(event);
      expect(heard).toEqual([
        { event: 'run', id: 'begun', data: { a: 'ü' } },
        { event: 'end', id: 'end', data: {} },
      ]);
    }
  });

  it('ends at once when its caller says so', async () => {
    answers = [() => undefined];
    const stop = new AbortController();
    const asked = client().call('listPipelines', { signal: stop.signal });
    const reason = new Error('enough');
    setTimeout(() => stop.abort(reason), 10);
    await expect(asked).rejects.toBe(reason);
  });
});
