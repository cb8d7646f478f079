import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import {
  adminKey,
  asAdmin,
  call,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../../support/local-cloud';

/** What is sent. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** One that is right, but for the tenant and key that it is for. */
interface Valid {
  readonly method: string;
  /** `{tenant}`, `{run}` and `{key}` stand for what there is. */
  readonly path: string;
  readonly who: 'admin' | 'tenant';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const quota = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null });
const days = fc.integer({ min: 1, max: 90 });
const month = fc.constantFrom('2026-01', '2025-12', '2024-02');
const fixed = (one: Valid) => fc.constant(one);
const get = (path: string, who: Valid['who'] = 'tenant') => fixed({ method: 'GET', path, who });

const onboarding = fc.record(
  {
    tenant_id: fc.stringMatching(/^fuzzed_[a-h]$/),
    company_name: fc.stringMatching(/^[A-Za-z][A-Za-z ]{0,30}$/),
    subscription_tier: fc.constantFrom('FREE', 'STARTER', 'PROFESSIONAL'),
    max_pipelines_per_month: quota,
  },
  { requiredKeys: ['tenant_id', 'company_name'] },
);

/** Each call of the interface, right. */
const valid: fc.Arbitrary<Valid> = fc.oneof(
  {
    weight: 1,
    arbitrary: onboarding.map((body): Valid => ({ method: 'POST', path: onboardPath, who: 'admin', body })),
  },
  {
    weight: 4,
    arbitrary: fc.boolean().map(
      (hasBody): Valid => ({
        method: 'POST',
        path: '/api/v1/pipelines/run/{tenant}/gcp/example/dryrun',
        who: 'tenant',
        ...(hasBody && { body: {} }),
      }),
    ),
  },
  { weight: 2, arbitrary: get('/api/v1/pipelines') },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 100 }).chain((n) => get(`/api/v1/pipelines/runs?limit=${n}`)),
  },
  { weight: 3, arbitrary: get('/api/v1/pipelines/runs/{run}') },
  {
    weight: 1,
    arbitrary: fixed({ method: 'POST', path: '/api/v1/pipelines/runs/{run}/cancel', who: 'tenant' }),
  },
  { weight: 3, arbitrary: get('/api/v1/tenants/{tenant}') },
  { weight: 2, arbitrary: get('/api/v1/tenants/{tenant}/usage') },
  {
    weight: 1,
    arbitrary: fc
      .record({
        max_pipelines_per_month: fc.constant(null),
        max_concurrent_pipelines: fc.integer({ min: 500, max: 900 }),
      })
      .map(
        (body): Valid => ({ method: 'PATCH', path: '/api/v1/tenants/{tenant}/quotas', who: 'admin', body }),
      ),
  },
  {
    weight: 1,
    arbitrary: fixed({ method: 'POST', path: '/api/v1/tenants/{tenant}/activate', who: 'admin' }),
  },
  {
    weight: 1,
    arbitrary: fixed({
      method: 'POST',
      path: '/api/v1/tenants/{tenant}/api-keys',
      who: 'tenant',
      body: {},
    }),
  },
  { weight: 2, arbitrary: get('/api/v1/tenants/{tenant}/api-keys') },
  { weight: 1, arbitrary: get('/api/v1/identity') },
  { weight: 1, arbitrary: get('/api/v1/identity', 'admin') },
  { weight: 1, arbitrary: get('/api/v1/overview', 'admin') },
  { weight: 1, arbitrary: get('/api/v1/tiers', 'admin') },
  { weight: 1, arbitrary: get('/api/v1/pipelines/gcp/example/dryrun') },
  {
    weight: 1,
    arbitrary: days.chain((n) => get(`/api/v1/pipelines/statistics?days=${n}`)),
  },
  {
    weight: 1,
    arbitrary: days.chain((n) => get(`/api/v1/pipelines/statistics?days=${n}`, 'admin')),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 72 })
      .chain((n) => get(`/api/v1/tenants/{tenant}/activity?hours=${n}`)),
  },
  { weight: 1, arbitrary: get('/api/v1/pipelines/runs/{run}/results') },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('', '/runs', '/runs/{run}', '/runs/{run}/results')
      .chain((path) => get(`/api/v1/pipelines${path}?tenant={tenant}`, 'admin')),
  },
  { weight: 1, arbitrary: get('/api/v1/tenants', 'admin') },
  { weight: 1, arbitrary: month.chain((one) => get(`/api/v1/usage?month=${one}`, 'admin')) },
  {
    weight: 1,
    arbitrary: month.chain((one) => get(`/api/v1/billing/export?month=${one}&format=json`, 'admin')),
  },
);
const onboardPath = '/api/v1/customers/onboard';

type Change = (sent: Sent) => Sent;

const fields = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${index}`, index])));

/** What may be wrong with a request. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.json({ maxDepth: 4 }).map(
    (body): Change =>
      (sent) => ({ ...sent, body }),
  ),
  text.map(
    (body): Change =>
      (sent) => ({ ...sent, body }),
  ),
  fc.integer({ min: 1, max: 30_000 }).map(
    (count): Change =>
      (sent) => ({ ...sent, body: fields(count) }),
  ),
  fc.integer({ min: 1, max: 5_000 }).map(
    (deep): Change =>
      (sent) => ({ ...sent, body: '['.repeat(deep) }),
  ),
  fc.constantFrom('__proto__', 'constructor', 'tenant_id', '').map(
    (name): Change =>
      (sent) => ({ ...sent, body: `{"${name}":{"x":1}}` }),
  ),
  text.map(
    (part): Change =>
      (sent) => ({ ...sent, path: `${sent.path}/${encodeURIComponent(part)}` }),
  ),
  text.map(
    (part): Change =>
      (sent) => ({ ...sent, path: `${sent.path}?${encodeURIComponent(part)}=1` }),
  ),
  fc
    .constantFrom(
      '%',
      '%00',
      '//',
      '/..',
      '/%2e%2e/',
      '?limit=-1',
      '?limit=1e9',
      '?month=2026-13',
      '#x',
      '?page_token=x',
    )
    .map(
      (part): Change =>
        (sent) => ({ ...sent, path: sent.path + part }),
    ),
  fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE').map(
    (method): Change =>
      (sent) => ({ ...sent, method }),
  ),
  fc
    .tuple(
      fc.constantFrom(
        'X-API-Key',
        'X-Admin-Key',
        'Idempotency-Key',
        'Content-Type',
        'Accept',
        'Last-Event-ID',
        'traceparent',
      ),
      fc.stringMatching(/^[ -~]{0,300}$/),
    )
    .map(
      ([name, value]): Change =>
        (sent) => ({ ...sent, headers: { ...sent.headers, [name]: value } }),
    ),
);

/** Every other one is as it is to be. */
const requests = fc.record({ valid, changed: fc.option(change, { nil: undefined, freq: 1 }) });

interface Answered {
  readonly status: number;
  readonly bytes: number;
}

/** Without fetch, which corrects paths and refuses some methods. */
const send = (base: string, { method, path, headers, body }: Sent): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const json: Record<string, string> =
      body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': `${Buffer.byteLength(body)}` };
    const sent = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: { ...json, ...headers },
      agent: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
      response.once('error', reject);
    });
    sent.end(body);
  });

const mostBytes = 16_384;
const clients = 4;

/** Sends so many requests to all routes: none is answered 5xx, and none that is refused with more than 16 KB. */
export const describeFuzz = (count: number): void =>
  describe('Requests of all kinds, most of them right', () => {
    let cloud: TestCloud;
    let apiKey: string;
    beforeAll(async () => {
      cloud = await startTestCloud({ ADMIN_API_KEY: adminKey, EVENT_TYPES: '' });
      apiKey = await onboard(cloud.url, 'fuzz', {
        max_pipelines_per_month: null,
        max_concurrent_pipelines: 500,
      });
    });
    afterAll(() => cloud?.close());

    it(`${count}: at least half are answered 2xx, none 5xx, and no refusal has more than 16 KB`, async () => {
      const path = '/api/v1/pipelines/run/fuzz/gcp/example/dryrun';
      const { body: started } = await call(cloud.url, 'POST', path, { headers: withKey(apiKey) });
      const toSend = ({ method, path, who, body, headers = {} }: Valid): Sent => ({
        method,
        path: path.replace('{tenant}', 'fuzz').replace('{run}', String(started.run_id)),
        headers: { ...(who === 'admin' ? asAdmin : withKey(apiKey)), ...headers },
        body: body && JSON.stringify(body),
      });
      let good = 0;
      const wrong: unknown[] = [];
      const all = fc.sample(requests, { numRuns: count, seed: 1 }).values();
      const client = async () => {
        for (const { valid: right, changed } of all) {
          const sent = changed === undefined ? toSend(right) : changed(toSend(right));
          const { status, bytes } = await send(cloud.url, sent);
          if (status >= 200 && status < 300) good++;
          else if (status >= 500 || bytes > mostBytes)
            wrong.push({
              ...sent,
              headers: Object.keys(sent.headers),
              body: sent.body?.slice(0, 200),
              status,
              bytes,
            });
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
      // A delivery that is under way when the servers end would go on asking for them.
      await whenQuiet(cloud.bigquery, 'fuzz');
      expect(wrong).toEqual([]);
      expect(good).toBeGreaterThanOrEqual(count / 2);
    });
  });
