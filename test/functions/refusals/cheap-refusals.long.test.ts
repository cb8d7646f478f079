// In short: ../../e2e/first-hour.test.ts
import { adminKey, asAdmin, onboard, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { type RawRequest, rawRequest } from '../../support/raw-request';
import { at, type Endpoint, endpoints } from '../support/endpoints';
import { expectProblem } from '../support/refusals';

const table = endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const);
const where = (is: (endpoint: Endpoint) => boolean) => table.filter(([, endpoint]) => is(endpoint));

describe('Every endpoint refuses cheaply', () => {
  let cloud: TestCloud;
  let acmeKey: string;

  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
    acmeKey = await onboard(cloud.url, 'acme');
  });
  afterAll(() => cloud?.close());

  const send = (request: RawRequest) => rawRequest(Number(new URL(cloud.url).port), request);
  const authorized = ({ who }: Endpoint): Record<string, string> =>
    who === 'admin' ? asAdmin : { 'X-API-Key': acmeKey };
  /** A correct request, except for the change. */
  const ask = (endpoint: Endpoint, change: Partial<RawRequest> = {}) =>
    send({
      method: endpoint.method,
      path: at(endpoint, 'acme'),
      headers: { 'Content-Type': 'application/json', ...authorized(endpoint) },
      body: endpoint.body === undefined ? undefined : JSON.stringify(endpoint.body),
      ...change,
    });

  describe.each(where(({ body }) => body !== undefined))('%s', (_name, endpoint) => {
    const path = at(endpoint, 'acme');

    it('a wrong key before the body has come: 401', async () => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': '1000' };
      const answer = await send({ method: endpoint.method, path, headers, endsEarly: true });
      expectProblem(answer, path, { status: 401, code: 'unauthenticated' });
    });

    it('80,000 unknown fields, telling 20 at most and how many more there are: 400', async () => {
      const fields = Array.from({ length: 80_000 }, (_, index) => [`f${index}`, 1]);
      const answer = await ask(endpoint, {
        body: JSON.stringify({ ...endpoint.body, ...Object.fromEntries(fields) }),
      });
      expectProblem(answer, path, { status: 400, code: 'invalid_request', detail: 'and 79980 more' });
      expect(answer.text.length).toBeLessThan(16_384);
    });

    it('fields with names and values of any length in a short answer: 400', async () => {
      for (const text of ['\u0001'.repeat(10_000), '€'.repeat(10_000), '"'.repeat(10_000)]) {
        const fields = Array.from({ length: 4 }, (_, index) => [`${text}${index}`, text]);
        const body = JSON.stringify({ ...endpoint.body, ...Object.fromEntries(fields) });
        const answer = await ask(endpoint, { body });
        const problem = expectProblem(answer, path, { status: 400, code: 'invalid_request' });
        expect(JSON.stringify(problem)).not.toContain(JSON.stringify(text.slice(0, 101)).slice(1, -1));
        expect(Buffer.byteLength(answer.text)).toBeLessThan(16_384);
      }
    });
  });

  it.each(table)('%s with a parameter in the query that it does not know: 400', async (_name, endpoint) => {
    const path = at(endpoint, 'acme');
    for (const query of ['dryrun=true', '__proto__=1', 'constructor=1', 'Limit=1', 'dryrun']) {
      const answer = await ask(endpoint, { path: `${path}?${query}` });
      const name = query.split('=', 1)[0] ?? '';
      expectProblem(answer, path, { status: 400, code: 'invalid_request', detail: `"${name}"` });
    }
  });

  it.each(where(({ method }) => method === 'POST' || method === 'PATCH'))(
    '%s with a body that does not say that it is JSON: 415',
    async (_name, endpoint) => {
      const path = at(endpoint, 'acme');
      const types = [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        '',
      ];
      const forms = [...types, 'application/jsonp', 'text/plain; a=application/json', undefined];
      for (const type of forms) {
        for (const isChunked of [false, true]) {
          const headers = {
            ...authorized(endpoint),
            ...(type === undefined ? {} : { 'Content-Type': type }),
          };
          const answer = await ask(endpoint, {
            headers,
            body: JSON.stringify(endpoint.body ?? {}),
            isChunked,
          });
          const refusal = {
            status: 415,
            code: 'unsupported_media_type',
            detail: 'expected application/json',
          };
          expectProblem(answer, path, refusal);
        }
      }
    },
  );

  it('__proto__ as the name of a field or parameter, like any other that is unknown: 400', async () => {
    for (const [, endpoint] of where(({ body }) => body !== undefined)) {
      for (const name of ['__proto__', 'constructor']) {
        const body = JSON.stringify(endpoint.body).replace('{', `{"${name}":1,`);
        const answer = await ask(endpoint, { body });
        expectProblem(answer, at(endpoint, 'acme'), { status: 400, code: 'invalid_request', detail: name });
      }
    }
  });

  it.each(table)('%s by OPTIONS only to say what is allowed: 204 with Allow', async (_name, endpoint) => {
    const answer = await send({ method: 'OPTIONS', path: at(endpoint, 'acme') });
    expect([answer.status, answer.headers.allow, answer.text]).toEqual([204, endpoint.allow, '']);
  });

  it.each(where(({ method }) => method === 'GET'))(
    '%s by HEAD as by GET, without a body',
    async (_name, endpoint) => {
      for (const headers of [authorized(endpoint), {}]) {
        const [head, get] = [
          await ask(endpoint, { method: 'HEAD', headers }),
          await ask(endpoint, { headers }),
        ];
        expect([head.status, head.text]).toEqual([get.status, '']);
        expect(head.headers['content-type']).toBe(get.headers['content-type']);
        expect(head.headers['content-length']).toBe(get.headers['content-length']);
      }
    },
  );

  it.each(table)('%s with the headers that keep browsers safe', async (_name, endpoint) => {
    for (const change of [{ headers: {} }, { method: 'OPTIONS' }, { method: 'TRACE' }, {}]) {
      const { headers } = await ask(endpoint, change);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });
});
