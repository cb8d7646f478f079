import { createJumpingClock } from '../../support/jumping-clock';
import { call, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, startRunInstance, startTenantsInstance } from '../support/instances';

const overlapSeconds = 60;
const perSecond = 50;

interface Asked {
  /** Seconds since the beginning, by the instances' clock. */
  readonly second: number;
  readonly isOld: boolean;
  readonly status: number;
}

/** The clock stands but when the test moves it on: so a minute of requests is as quick as they are answered. */
describe('A key that is rotated under 50 requests a second', () => {
  let backends: Backends;
  let instances: readonly Instance[];
  let tenants: Instance;
  const clock = createJumpingClock();
  beforeAll(async () => {
    backends = await startBackends();
    const options = { bigqueryUrl: backends.bigquery.url, clock };
    instances = [await startRunInstance(options), await startRunInstance(options)];
    tenants = await startTenantsInstance(options);
  });
  afterAll(async () => {
    for (const instance of [...(instances ?? []), tenants]) await instance?.close();
    await backends?.close();
  });

  it('has none refused in the overlap, and after it all with the old key and none with the new one', async () => {
    const oldKey = await backends.onboard('rotated');
    const path = '/api/v1/tenants/rotated/api-keys';
    const { body: listed } = await call(tenants.url, 'GET', path, { headers: withKey(oldKey) });
    const [first] = Array.isArray(listed.api_keys) ? listed.api_keys : [];
    const asked: Asked[] = [];
    const ask = async (second: number, index: number, keys: readonly string[]) => {
      const key = keys[index % keys.length] ?? '';
      const url = instances[index % instances.length]?.url ?? '';
      // Most are reads; one in ten starts a run.
      const starts = index % 10 === 0;
      const { status } = await call(
        url,
        starts ? 'POST' : 'GET',
        starts ? `/api/v1/pipelines/run/rotated/${dryrun}` : '/api/v1/pipelines',
        { headers: withKey(key) },
      );
      asked.push({ second, isOld: key === oldKey, status });
    };
    const aSecond = async (second: number, keys: readonly string[]) => {
      const all = Array.from({ length: perSecond }, (_, index) => ask(second, index, keys));
      await Promise.all(all);
      clock.pass(1_000);
    };

    for (let second = -5; second < 0; second++) await aSecond(second, [oldKey]);
    // Rotated while requests are under way.
    const meanwhile = aSecond(0, [oldKey]);
    const rotated = await call(tenants.url, 'POST', `${path}/${first?.api_key_id}/rotate`, {
      headers: withKey(oldKey),
      body: { overlap_seconds: overlapSeconds },
    });
    expect(rotated.status).toBe(201);
    await meanwhile;
    const keys = [oldKey, String(rotated.body.api_key)];
    for (let second = 1; second < overlapSeconds + 15; second++) await aSecond(second, keys);

    // In the second of the end itself either is right.
    const refused = asked.filter(({ status }) => status >= 400);
    expect(refused.filter(({ second, isOld }) => !isOld || second < overlapSeconds)).toEqual([]);
    const late = asked.filter(({ second, isOld }) => isOld && second > overlapSeconds);
    expect(late.length).toBeGreaterThan(perSecond);
    expect(late.filter(({ status }) => status !== 401)).toEqual([]);
  }, 600_000);
});
