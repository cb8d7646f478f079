import FakeTimers from '@sinonjs/fake-timers';
import { ServiceError } from '../../../../shared/errors';
import { expectNoBody } from '../../../../shared/http/parse';
import type { HttpRequest, Route } from '../../../../shared/http/route';
import { unauthenticated } from '../../../../shared/tenants/rules/api-key';
import { collectingLog, type LogLine, type Served, serve } from '../../../functions/support/serve';
import { call, withKey } from '../../../support/local-cloud';

const failuresPerMinute = 5;

/** Keys that begin with `good` are valid. A body is refused, whatever it says. */
const routes: readonly Route[] = (['GET', 'POST'] as const).map((method) => ({
  method,
  path: '/',
  handle: async (request: HttpRequest) => {
    const key = request.header('X-API-Key');
    if (key === undefined || !/^(good|admin)/.test(key)) throw unauthenticated();
    request.recognise(key);
    if (request.query.has('full')) throw new ServiceError('monthly_quota_exceeded', 'Full');
    await expectNoBody(request);
    return { status: 200 };
  },
}));

describe('A caller whose requests fail', () => {
  let served: Served;
  let lines: readonly LogLine[];
  let clock: FakeTimers.Clock;
  beforeEach(async () => {
    // No time passes, however slow the machine is: no failure is forgotten.
    clock = FakeTimers.install({ toFake: ['performance'] });
    const collecting = collectingLog();
    lines = collecting.lines;
    served = await serve(routes, collecting.log, { failuresPerMinute, forwardedEntries: 2 });
  });
  afterEach(async () => {
    clock.uninstall();
    await served.close();
  });

  /** The statuses of so many requests, one after the other. */
  const statuses = async (count: number, client: string, key?: string, body?: unknown, path = '/') => {
    const found: number[] = [];
    for (let times = 0; times < count; times++) {
      // What the client writes itself differs each time.
      const headers = {
        'X-Forwarded-For': `198.51.100.${times}, ${client}, 34.117.0.1`,
        ...(key && withKey(key)),
      };
      found.push((await call(served.url, 'POST', path, { headers, body })).status);
    }
    return found;
  };
  const all = (status: number, count = failuresPerMinute) => Array(count).fill(status);

  it('is told 429 with Retry-After, by its address, and nobody else', async () => {
    expect(await statuses(failuresPerMinute + 1, '203.0.113.1')).toEqual([...all(401), 429]);
    const headers = { 'X-Forwarded-For': '203.0.113.1,34.117.0.1' };
    const answer = await call(served.url, 'GET', '/', { headers });
    expect(answer).toMatchObject({
      status: 429,
      body: {
        code: 'too_many_failures',
        detail: 'Too many requests of this address have failed. Try again later.',
      },
    });
    expect(answer.headers.get('retry-after')).toBe(String(60 / failuresPerMinute));
    expect(await statuses(1, '203.0.113.2')).toEqual([401]);
    // Right keys at the same address, and their own failures, are another matter.
    expect(await statuses(10, '203.0.113.1', 'good-1')).toEqual(all(200, 10));
    expect(await statuses(1, '203.0.113.1', 'good-2', { more: 1 })).toEqual([400]);
    expect((await call(served.url, 'PUT', '/', { headers })).status).toBe(429);
  });

  it('has a line a minute in the log once it is limited', async () => {
    const logged = () => lines.filter(({ code }) => code === 'too_many_failures').length;
    await statuses(failuresPerMinute + 20, '203.0.113.1');
    expect([lines.length, logged()]).toEqual([failuresPerMinute + 1, 1]);
    clock.tick(59_999);
    await statuses(failuresPerMinute + 20, '203.0.113.1');
    expect(logged()).toBe(1);
    clock.tick(1);
    await statuses(1, '203.0.113.1');
    expect(logged()).toBe(2);
  });

  it('is told so by its key, wherever it comes from; what is right goes on', async () => {
    const body = { unknown: true };
    for (let client = 1; client <= failuresPerMinute; client++)
      expect(await statuses(1, `203.0.113.${client}`, 'good-1', body)).toEqual([400]);
    expect(await statuses(1, '203.0.113.99', 'good-1', body)).toEqual([429]);
    expect(await statuses(20, '203.0.113.1', 'good-1')).toEqual(all(200, 20));
    expect(await statuses(1, '203.0.113.1', 'good-2', body)).toEqual([400]);
  });

  it('pays for a large body, and then has none of them read', async () => {
    const large = JSON.stringify({ unknown: 'x'.repeat(200_000) });
    expect(await statuses(2, '203.0.113.1', 'good-1', large)).toEqual([400, 429]);
    const chunks = async function* () {
      for (let times = 0; times < 5; times++) yield Buffer.alloc(50_000, ' ');
    };
    const answer = await fetch(served.url, {
      method: 'POST',
      headers: { ...withKey('good-1'), 'Content-Type': 'application/json' },
      body: chunks(),
      duplex: 'half',
    });
    expect(answer.status).toBe(429);
    expect(await statuses(1, '203.0.113.1', 'good-1', ' '.repeat(90_000))).toEqual([200]);
  });

  it('is not limited by quotas, nor as an administrator', async () => {
    expect(await statuses(10, '203.0.113.1', 'good-1', undefined, '/?full')).toEqual(all(429, 10));
    expect(await statuses(1, '203.0.113.1', 'good-1', { unknown: 1 })).toEqual([400]);
    expect(await statuses(10, '203.0.113.1', 'admin', { unknown: 1 })).toEqual(all(400, 10));
  });
});
