import { adminKey, asAdmin, onboard, startTestCloud, type TestCloud } from '../support/local-cloud';
import { type RawRequest, rawRequest } from '../support/raw-request';
import { at, type Endpoint, endpoints } from './support/endpoints';
import { expectProblem } from './support/refusals';

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
});
