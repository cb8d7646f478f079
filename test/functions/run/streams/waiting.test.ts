import { call, eventually, query, withKey } from '../../../support/local-cloud';
import { push } from '../../support/instances';
import { type CancelWorld, startCancelWorld, twoLoads } from '../cancel-world';

describe('Prefer: wait', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld();
  });
  afterAll(() => world?.close());

  const looks = () => world.proxy.calls.filter(({ path }) => path.includes('/tables/tenants/data')).length;
  const waiting = (apiKey: string, wait: string, runId = 'run-1') =>
    call(world.run.url, 'GET', `/api/v1/pipelines/runs/${runId}`, {
      headers: { ...withKey(apiKey), Prefer: wait },
    });

  it('answers with the run once it is over, by one statement more', async () => {
    const apiKey = await world.backends.onboard('waited');
    await world.backends.hold('waited', ['run-1'], { pipeline: twoLoads });
    const worker = await world.startWorker();
    world.loads.hold();
    const [reads, before] = [world.proxy.countOf('read-run'), looks()];
    const answer = waiting(apiKey, 'respond-async, wait=30');
    await eventually('three looks', async () => (looks() >= before + 3 ? true : undefined));
    const delivery = push(worker, 'waited', 'run-1', twoLoads);
    world.loads.letGo();
    const { status, headers, body } = await answer;
    await delivery;
    expect([status, headers.get('preference-applied')]).toEqual([200, 'wait=30']);
    expect(body).toMatchObject({
      status: 'COMPLETED',
      steps: [{ status: 'COMPLETED' }, { status: 'COMPLETED' }],
    });
    expect(world.proxy.countOf('read-run')).toBe(reads + 2);
  });

  it('answers when the time is up, at once for a run that is over, and waits for nothing else', async () => {
    const apiKey = await world.backends.onboard('impatient');
    await world.backends.hold('impatient', ['run-1']);
    const applied = async (wait: string) => {
      const { headers, body } = await waiting(apiKey, wait);
      return [headers.get('preference-applied'), body.status];
    };
    expect(await applied('wait=0')).toEqual(['wait=0', 'ADMITTED']);
    expect(await applied('wait=soon')).toEqual([null, 'ADMITTED']);
    await world.cancel(apiKey);
    expect(await applied('wait=9999')).toEqual([null, 'CANCELLED']);
  });

  it('starts a run and answers with its end; Location comes at once', async () => {
    const apiKey = await world.backends.onboard('started');
    const worker = await world.startWorker();
    const response = await fetch(`${world.run.url}/api/v1/pipelines/run/started/${twoLoads}`, {
      method: 'POST',
      headers: { ...withKey(apiKey), Prefer: 'wait=600' },
    });
    expect([response.status, response.headers.get('preference-applied')]).toEqual([202, 'wait=55']);
    const runId = response.headers.get('location')?.split('/').at(-1) ?? '';
    await push(worker, 'started', runId, twoLoads);
    expect(await response.json()).toMatchObject({
      run_id: runId,
      status: 'COMPLETED',
      run: { run_id: runId, status: 'COMPLETED', rows_written: 4 },
    });
  });

  it('shows the run that it has started to those who may read it only', async () => {
    const started = async (tenantId: string, scopes: string) => {
      const apiKey = await world.backends.onboard(tenantId);
      await query(world.backends.client, tenantId, `UPDATE api_keys SET scopes = ${scopes} WHERE TRUE`);
      const url = `${world.run.url}/api/v1/pipelines/run/${tenantId}/${twoLoads}`;
      const headers = { ...withKey(apiKey), Prefer: 'wait=0' };
      return Object.keys(Object(await (await fetch(url, { method: 'POST', headers })).json())).toSorted();
    };
    const always = ['pipeline', 'run_id', 'status', 'tenant_id'];
    expect(await started('writing', "['run']")).toEqual(always);
    expect(await started('reading', "['run', 'read']")).toEqual([...always, 'run'].toSorted());
  });

  it('does not wait where as many do as may', async () => {
    const apiKey = await world.backends.onboard('crowd');
    await world.backends.hold('crowd', ['run-1']);
    const crowd = await Promise.all(
      Array.from({ length: 10 }, () =>
        fetch(`${world.run.url}/api/v1/pipelines/runs/run-1`, {
          headers: { ...withKey(apiKey), Prefer: 'wait=55' },
        }),
      ),
    );
    expect(new Set(crowd.map(({ headers }) => headers.get('preference-applied')))).toEqual(
      new Set(['wait=55']),
    );
    const { headers, body } = await waiting(apiKey, 'wait=55');
    expect([headers.get('preference-applied'), body.status]).toEqual([null, 'ADMITTED']);
    await world.cancel(apiKey);
    const ends = await Promise.all(crowd.map((response) => response.json()));
    expect(ends).toEqual(Array(10).fill(expect.objectContaining({ status: 'CANCELLED' })));
  });
});
