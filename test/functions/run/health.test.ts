import { healthRoutes } from '../../../functions/run/health-routes';
import type { HttpRequest } from '../../../shared/http/route';

const request: HttpRequest = {
  method: 'GET',
  path: '/readyz',
  params: {},
  query: new URLSearchParams(),
  header: () => undefined,
  address: '127.0.0.1',
  recognise: () => undefined,
  json: async () => undefined,
};

describe('GET /readyz', () => {
  it('says which service is away, and asks no more than every five seconds', async () => {
    let now = 0;
    let asked = 0;
    let answers = false;
    const bigquery = async () => {
      asked++;
      return answers;
    };
    const routes = healthRoutes({ reach: { bigquery, pubsub: async () => true }, monotonicMs: () => now });
    const ready = routes.find(({ path }) => path === '/readyz');
    const away = {
      status: 503,
      body: { status: 'unavailable', bigquery: 'unreachable', pubsub: 'ok' },
      headers: { 'Retry-After': '5' },
    };
    expect(await ready?.handle(request)).toEqual(away);
    answers = true;
    now = 5_000;
    expect(await ready?.handle(request)).toEqual(away);
    expect(asked).toBe(1);
    now = 5_001;
    expect(await ready?.handle(request)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(asked).toBe(2);
  });
});
