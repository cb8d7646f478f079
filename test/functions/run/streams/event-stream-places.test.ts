import { type OpenedStream, openEvents } from '../../../support/event-stream';
import { call, eventually, query, withKey } from '../../../support/local-cloud';
import { type Backends, startBackends } from '../../support/backends';
import { type Instance, startRunInstance } from '../../support/instances';
import { type BigQueryProxy, startProxy, type Treatment } from '../../support/proxy';
import { type CancelWorld, startCancelWorld, twoLoads } from '../cancel-world';

describe('The places for event streams', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld({ streamPace: { shortestMs: 20, longestMs: 50 } });
  });
  beforeEach(() => world.proxy.treat(() => 'pass'));
  afterAll(() => world?.close());

  const onboard = async (tenantId: string) => {
    const apiKey = await world.backends.onboard(tenantId);
    await world.backends.hold(tenantId, ['run-1'], { pipeline: twoLoads });
    return apiKey;
  };
  const urlOf = (runId = 'run-1') => `${world.run.url}/api/v1/pipelines/runs/${runId}/events`;
  const open = (apiKey: string, runId?: string) => openEvents(urlOf(runId), withKey(apiKey));
  const openMany = (apiKey: string, count: number, runId?: string) =>
    Promise.all(Array.from({ length: count }, () => open(apiKey, runId)));
  const count = (streams: readonly { readonly status: number }[], status: number) =>
    streams.filter((stream) => stream.status === status).length;
  const ended = () => world.run.lines.filter(({ message }) => message.includes('has left its stream')).length;
  /** Resolves when the instance knows that. */
  const leave = async (streams: readonly OpenedStream[]) => {
    const expected = ended() + count(streams, 200);
    for (const stream of streams) stream.leave();
    await eventually('the ends of streams', async () => (ended() === expected ? true : undefined));
  };

  it('are ten per tenant, even if forty requests come at once', async () => {
    const apiKey = await onboard('at_once');
    const streams = await openMany(apiKey, 40);
    const statuses = [count(streams, 200), count(streams, 429)];
    await leave(streams);
    expect(statuses).toEqual([10, 30]);
    const again = await openMany(apiKey, 11);
    expect([count(again, 200), count(again, 429)]).toEqual([10, 1]);
    await leave(again);
  });

  it('are given back if the stream never begins: its run does not exist or cannot be read', async () => {
    const apiKey = await onboard('refused');
    expect(count(await openMany(apiKey, 10, 'run-2'), 404)).toBe(10);
    const no = { status: 400, body: { error: { code: 400, message: 'no' } } };
    world.proxy.treat(({ statement }) => (statement === 'read-run' ? no : 'pass'));
    expect(count(await openMany(apiKey, 10), 500)).toBe(10);
    world.proxy.treat(() => 'pass');
    const streams = await openMany(apiKey, 10);
    expect(count(streams, 200)).toBe(10);
    await leave(streams);
  });

  it.each(['find-api-key', 'read-run'])(
    'are given back by clients that left before their stream began: at %s',
    async (statement) => {
      const apiKey = await onboard(`left_${statement.replaceAll('-', '_')}`);
      let letGo = () => {};
      const left = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      world.proxy.treat(async (asked): Promise<Treatment> => {
        if (asked.statement === statement) await left;
        return 'pass';
      });
      const [before, asked] = [ended(), world.proxy.countOf(statement)];
      // Clients with the same key wait for one look-up.
      const expected = statement === 'find-api-key' ? 1 : 10;
      const client = new AbortController();
      const answers = Array.from({ length: 10 }, () =>
        fetch(urlOf(), { headers: withKey(apiKey), signal: client.signal }).catch(() => 'left'),
      );
      await eventually('the look-ups', async () =>
        world.proxy.countOf(statement) === asked + expected ? true : undefined,
      );
      client.abort();
      expect(await Promise.all(answers)).toEqual(Array(10).fill('left'));
      // Once a request on another connection is answered, the instance knows that the others are closed.
      await call(world.run.url, 'GET', '/api/v1/pipelines/runs');
      letGo();
      await eventually('ten ends', async () => (ended() === before + 10 ? true : undefined));
      const streams = await openMany(apiKey, 10);
      expect(count(streams, 200)).toBe(10);
      await leave(streams);
    },
  );
});

describe('An event stream whose key is revoked', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let run: Instance;
  let later = 0;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    run = await startRunInstance({
      bigqueryUrl: proxy.url,
      streamPace: { shortestMs: 20, longestMs: 20, heartbeatMs: 20 },
      clock: {
        now: () => new Date(Date.now() + later),
        monotonicMs: () => performance.now() + later,
      },
    });
  });
  afterAll(async () => {
    await run?.close();
    await proxy?.close();
    await backends?.close();
  });

  it('ends when the key is looked up again: once in 30 s for all streams of the key', async () => {
    const apiKey = await backends.onboard('acme');
    await backends.hold('acme', ['run-1']);
    const open = () => openEvents(`${run.url}/api/v1/pipelines/runs/run-1/events`, withKey(apiKey));
    const streams = await Promise.all([open(), open(), open()]);
    for (const stream of streams) expect(await stream.next()).toMatchObject({ event: 'run' });
    const ends = Promise.all(streams.map((stream) => stream.next()));
    const lookUps = () => proxy.countOf('find-api-key');
    /** Resolves when each of the streams has looked at its run again. */
    const whenLooked = async () => {
      const told = streams.map(({ others }) => others.length);
      await eventually('further looks', async () =>
        streams.every(({ others }, index) => others.length > (told[index] ?? 0) + 1) ? true : undefined,
      );
    };
    await whenLooked();
    expect(lookUps()).toBe(1);
    later = 31_000;
    await eventually('another look-up', async () => (lookUps() > 1 ? true : undefined));
    await whenLooked();
    expect(lookUps()).toBe(2);

    await query(backends.client, 'acme', 'UPDATE api_keys SET revoked_at = CURRENT_TIMESTAMP() WHERE TRUE');
    later = 62_000;
    expect(await ends).toEqual([undefined, undefined, undefined]);
    expect(lookUps()).toBe(3);
    expect((await open()).status).toBe(401);
  });
});
