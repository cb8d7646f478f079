import {
  adminKey,
  asAdmin,
  call,
  onboard,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';

const page = 'https://app.example.com';
const run = '/api/v1/pipelines/run/pages/gcp/example/dryrun';

/** What a browser sends and heeds; real ones are in test/e2e/browsers.long.test.ts. */
describe('Web pages of other origins', () => {
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey, CORS_ORIGINS: page });
    apiKey = await onboard(cloud.url, 'pages');
  });
  afterAll(() => cloud?.close());

  const send = (path: string, method: string, headers: Record<string, string>) =>
    fetch(`${cloud.url}${path}`, { method, headers });
  const preflight = (origin: string) =>
    send(run, 'OPTIONS', {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-api-key,content-type,idempotency-key',
    });

  it('may ask what they may send, and remember the answer', async () => {
    const { status, headers } = await preflight(page);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(page);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    for (const name of ['X-API-Key', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'])
      expect(headers.get('access-control-allow-headers')).toContain(name);
    expect(headers.get('access-control-max-age')).toBe('7200');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toBe('Origin');
  });

  it('read answers, refusals and streams, with the headers that they need', async () => {
    const started = await send(run, 'POST', { Origin: page, ...withKey(apiKey) });
    const events = `${started.headers.get('location')}/events`;
    const answers = [
      started,
      await send(run, 'POST', { Origin: page }),
      await send('/api/v1/tenants/pages', 'GET', { Origin: page, ...withKey(apiKey) }),
      await send(events, 'GET', { Origin: page, ...withKey(apiKey) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 401, 200, 200]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(page);
      expect(headers.get('access-control-expose-headers')).toContain('RateLimit-Policy');
      expect(headers.get('vary')).toBe('Origin');
    }
    expect(await answers[3]?.text()).toContain('event: ');
  });

  it('are refused by this machine, or told nothing, if they are not named', async () => {
    const other = await preflight('https://attacker.example');
    expect(other.status).toBe(403);
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const near = await preflight('http://localhost:5173');
    expect(near.status).toBe(204);
    expect(near.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('and nobody else needs an origin; caches are told all the same', async () => {
    const { status, headers } = await call(cloud.url, 'GET', '/api/v1/tenants/pages', { headers: asAdmin });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('vary')).toBe('Origin');
  });

  it('an answer names its request as the caller did, or by its trace', async () => {
    const idOf = async (headers: Record<string, string>) =>
      (await send('/healthz', 'GET', headers)).headers.get('x-request-id');
    expect(await idOf({ 'X-Request-Id': 'order-17.retry:2' })).toBe('order-17.retry:2');
    const trace = 'a'.repeat(32);
    const traceparent = `00-${trace}-${'b'.repeat(16)}-01`;
    expect(await idOf({ traceparent })).toBe(trace);
    expect(await idOf({ traceparent, 'X-Request-Id': 'has spaces' })).toBe(trace);
    expect(await idOf({})).toMatch(/^[0-9a-f]{32}$/);
  });

  it('the process says that it lives, and whether BigQuery and Pub/Sub answer', async () => {
    const healthy = await call(cloud.url, 'GET', '/healthz');
    expect(healthy).toMatchObject({ status: 200, body: { status: 'ok' } });
    const ready = await call(cloud.url, 'GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok', bigquery: 'ok', pubsub: 'ok' } });
  });
});
