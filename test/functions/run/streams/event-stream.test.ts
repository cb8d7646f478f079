import { openEvents, type ReceivedEvent } from '../../../support/event-stream';
import { eventually, withKey } from '../../../support/local-cloud';
import { dryrun } from '../../support/backends';
import { push } from '../../support/instances';
import type { Treatment } from '../../support/proxy';
import { type CancelWorld, startCancelWorld, twoLoads } from '../cancel-world';

describe('GET /api/v1/pipelines/runs/{run_id}/events', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld({ streamPace: { shortestMs: 20, longestMs: 50, heartbeatMs: 200 } });
  });
  beforeEach(() => {
    world.proxy.treat(() => 'pass');
    world.loads.letGo();
  });
  afterAll(() => world?.close());

  const open = (apiKey: string, runId = 'run-1', lastId?: string) =>
    openEvents(`${world.run.url}/api/v1/pipelines/runs/${runId}/events`, {
      ...withKey(apiKey),
      ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }),
    });
  const shortly = ({ event, data }: ReceivedEvent) => [event, data.step_id, data.status];
  /** Without the starts of steps: a short step may be over before anybody looks. */
  const lasting = (events: readonly ReceivedEvent[]) =>
    events.filter(({ data }) => data.status !== 'RUNNING').map(shortly);
  const looks = () => world.proxy.calls.filter(({ path }) => path.includes('/tables/tenants/data')).length;

  it('follows a run to its end, tells each event once, and then closes', async () => {
    const apiKey = await world.backends.onboard('followed');
    await world.backends.hold('followed', ['run-1'], { pipeline: twoLoads });
    const stream = await open(apiKey);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    const first = await stream.next();
    expect(first).toMatchObject({ event: 'run', data: { run_id: 'run-1', status: 'ADMITTED' } });
    const worker = await world.startWorker();
    world.loads.hold();
    const delivery = push(worker, 'followed', 'run-1', twoLoads);
    const heard = stream.rest();
    await eventually('a sign of life', async () =>
      stream.others.includes(': still under way') ? true : undefined,
    );
    world.loads.letGo();
    const events = await heard;
    await delivery;
    expect(lasting(events)).toEqual([
      ['step', 'first', 'COMPLETED'],
      ['step', 'second', 'COMPLETED'],
      ['end', undefined, 'COMPLETED'],
    ]);
    const numbers = { rows_written: 2, attempts: 1, duration_ms: expect.any(Number) };
    expect(events.map(({ data }) => data)).toContainEqual(expect.objectContaining(numbers));
    expect(stream.others[0]).toBe('retry: 2000');
    expect(stream.others).toContain(': still under way');
  });

  it('asks BigQuery nothing that is billed while nothing happens', async () => {
    const apiKey = await world.backends.onboard('waiting');
    await world.backends.hold('waiting', ['run-1'], { pipeline: twoLoads });
    const stream = await open(apiKey);
    const reads = world.proxy.countOf('read-run');
    const before = looks();
    await eventually('ten looks', async () => (looks() >= before + 10 ? true : undefined));
    expect(world.proxy.countOf('read-run')).toBe(reads);
    stream.leave();
  });

  it('tells once of a step whose job is under way, before there is any record', async () => {
    const apiKey = await world.backends.onboard('under_way');
    await world.backends.hold('under_way', ['run-1'], { pipeline: twoLoads });
    const began = new Date('2026-11-30T10:00:00.500Z');
    const statistics = { creationTime: String(began.getTime()) };
    const job = { jobReference: { jobId: 'x' }, status: { state: 'RUNNING' }, statistics };
    world.proxy.treat(({ path }) => (path.includes('_first_1') ? { status: 200, body: job } : 'pass'));
    const stream = await open(apiKey);
    expect((await stream.next())?.event).toBe('run');
    const reads = world.proxy.countOf('read-run');
    const running = await stream.next();
    expect(running).toMatchObject({
      event: 'step',
      data: { step_id: 'first', status: 'RUNNING', attempts: 0, started_at: began.toISOString() },
    });
    expect(running?.data.attempt_details).toEqual([
      expect.objectContaining({
        attempt: 1,
        status: 'RUNNING',
        started_at: began.toISOString(),
        ended_at: null,
      }),
    ]);
    expect(JSON.stringify(running?.data)).not.toContain('job');
    expect(world.proxy.countOf('read-run')).toBe(reads);
    expect((await world.show(apiKey)).steps).toMatchObject([
      { step_id: 'first', status: 'RUNNING' },
      { step_id: 'second', status: 'PENDING' },
    ]);
    await world.cancel(apiKey);
    expect(lasting(await stream.rest())).toEqual([['end', undefined, 'CANCELLED']]);
    const again = await open(apiKey, 'run-1', running?.id);
    expect((await again.rest()).map(({ event }) => event)).toEqual(['end']);
  });

  it('tells everything about a run that is over, and closes', async () => {
    const apiKey = await world.backends.onboard('over');
    await world.backends.hold('over', ['run-1']);
    await push(await world.startWorker(), 'over', 'run-1', dryrun);
    const stream = await open(apiKey);
    expect((await stream.rest()).map(shortly)).toEqual([
      ['run', undefined, 'COMPLETED'],
      ['step', 'read_metadata', 'COMPLETED'],
      ['end', undefined, 'COMPLETED'],
    ]);
  });

  it('goes on after the last event that was heard, wherever the connection broke', async () => {
    const apiKey = await world.backends.onboard('broken');
    await world.backends.hold('broken', ['run-1'], { pipeline: twoLoads });
    const worker = await world.startWorker();
    world.loads.hold();
    const delivery = push(worker, 'broken', 'run-1', twoLoads);
    const heard: ReceivedEvent[] = [];
    // Like a client on a bad line, which hears one event per connection.
    for (;;) {
      const stream = await open(apiKey, 'run-1', heard.at(-1)?.id);
      if (stream.status === 204) break;
      const event = await stream.next();
      stream.leave();
      if (event !== undefined) heard.push(event);
      world.loads.letGo();
    }
    await delivery;
    expect(lasting(heard)).toEqual([
      ['run', undefined, 'ADMITTED'],
      ['step', 'first', 'COMPLETED'],
      ['step', 'second', 'COMPLETED'],
      ['end', undefined, 'COMPLETED'],
    ]);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
    for (const [index, { id }] of heard.slice(0, -1).entries()) {
      const rest = await (await open(apiKey, 'run-1', id)).rest();
      expect(rest.map(shortly)).toEqual(lasting(heard.slice(index + 1)));
    }
  });

  it('ends when a run is cancelled, and says so', async () => {
    const apiKey = await world.backends.onboard('cancelled');
    await world.backends.hold('cancelled', ['run-1'], { pipeline: twoLoads });
    const stream = await open(apiKey);
    await stream.next();
    await world.cancel(apiKey);
    expect((await stream.rest()).map(shortly)).toEqual([['end', undefined, 'CANCELLED']]);
  });

  it('stops looking once the client has left', async () => {
    const apiKey = await world.backends.onboard('left');
    await world.backends.hold('left', ['run-1'], { pipeline: twoLoads });
    const ended = () => world.run.lines.filter(({ message }) => message.includes('has left its stream'));
    const before = ended().length;
    const stream = await open(apiKey);
    await stream.next();
    expect(ended()).toHaveLength(before);
    stream.leave();
    await eventually('the end of the request', async () => (ended().length > before ? true : undefined));
    const atEnd = looks();
    // The time of another request, in which nothing looks.
    await world.show(apiKey);
    await world.show(apiKey);
    expect(looks()).toBe(atEnd);
  });

  it('closes without `end` if BigQuery fails meanwhile, so that the client connects again', async () => {
    const apiKey = await world.backends.onboard('outage');
    await world.backends.hold('outage', ['run-1'], { pipeline: twoLoads });
    const stream = await open(apiKey);
    await stream.next();
    const no = { status: 400, body: { error: { code: 400, message: 'no' } } };
    world.proxy.treat(({ path }) => (path.includes('/tables/tenants/data') ? no : 'pass'));
    expect(await stream.rest()).toEqual([]);
    expect(world.run.lines).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', message: 'A stream ended before its time' }),
    );
  });

  it('allows ten streams at once per tenant', async () => {
    const apiKey = await world.backends.onboard('many');
    await world.backends.hold('many', ['run-1'], { pipeline: twoLoads });
    const otherKey = await world.backends.onboard('another');
    await world.backends.hold('another', ['run-1'], { pipeline: twoLoads });
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(apiKey)));
    expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const refused = await fetch(`${world.run.url}/api/v1/pipelines/runs/run-1/events`, {
      headers: withKey(apiKey),
    });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(await refused.json()).toMatchObject({ code: 'too_many_streams' });
    const other = await open(otherKey);
    expect(other.status).toBe(200);
    for (const stream of streams) stream.leave();
    const again = await eventually('a free place', async () => {
      const stream = await open(apiKey);
      if (stream.status === 200) return stream;
      stream.leave();
      return undefined;
    });
    again.leave();
    other.leave();
  });

  it('refuses before the stream begins: 401, 404, 400', async () => {
    const apiKey = await world.backends.onboard('refused');
    const otherKey = await world.backends.onboard('stranger');
    await world.backends.hold('refused', ['run-1']);
    const refusals = [
      [await open('wrong'), 401, 'unauthenticated'],
      [await open(apiKey, 'run-2'), 404, 'run_not_found'],
      [await open(otherKey), 404, 'run_not_found'],
      [await open(apiKey, 'run-1', '17'), 400, 'Last-Event-ID: expected the id of an event of this run'],
      [await open(apiKey, 'run-1', 'begun,load=3.0'), 400, 'Last-Event-ID'],
      [await open(apiKey, 'run-1', 'x'.repeat(12_001)), 400, 'Last-Event-ID'],
    ] as const;
    for (const [answer, status, part] of refusals) {
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.text()).toContain(part);
    }
  });

  it('ends where its tenant is onboarded anew, though a run of the same id is in flight there', async () => {
    const apiKey = await world.backends.onboard('anew');
    await world.backends.hold('anew', ['run-1'], { pipeline: twoLoads });
    const stream = await open(apiKey);
    expect(await stream.next()).toMatchObject({ event: 'run', data: { status: 'ADMITTED' } });
    const reads = world.proxy.countOf('read-run');
    let done = () => {};
    const isDone = new Promise<void>((resolve) => {
      done = resolve;
    });
    world.proxy.treat(async ({ statement }): Promise<Treatment> => {
      // The stream is not to see the tenant deleted.
      if (statement === 'read-run') await isDone;
      return 'pass';
    });
    await world.backends.client.dataset('anew').delete({ force: true });
    await world.backends.onboard('anew');
    await world.backends.hold('anew', ['run-1'], { pipeline: twoLoads });
    done();
    expect(await stream.rest()).toEqual([]);
    expect(world.proxy.countOf('read-run')).toBe(reads + 1);
  });
});

describe('A stream whose time is up', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld({ streamPace: { shortestMs: 20, longestMs: 20, streamMs: 1 } });
  });
  afterAll(() => world?.close());

  it('closes before the function’s own timeout, without `end`', async () => {
    const apiKey = await world.backends.onboard('long');
    await world.backends.hold('long', ['run-1']);
    const stream = await openEvents(`${world.run.url}/api/v1/pipelines/runs/run-1/events`, withKey(apiKey));
    expect((await stream.rest()).map(({ event }) => event)).toEqual(['run']);
  });
});
