import { type Scheduler, startScheduler } from '../../../../local/cloud/scheduler/scheduler';
import type { Schedule } from '../../../../shared/definitions/schedules';
import { createManualClock } from './manual-clock';
import { startRecordingServer } from './recording-server';

const monthly: Schedule = {
  name: 'reset-quotas',
  description: 'Every month.',
  schedule: '5 0 1 * *',
  timeZone: 'Etc/UTC',
  function: 'reset-quotas',
  attemptDeadlineSeconds: 15,
  retry: { count: 2, minBackoffSeconds: 30, maxBackoffSeconds: 40 },
};

describe('scheduler', () => {
  let server: Awaited<ReturnType<typeof startRecordingServer>>;
  let scheduler: Scheduler;
  let time: ReturnType<typeof createManualClock>;
  let lines: { text: string; seen: () => void }[];

  const start = async (statuses: number[], job = monthly): Promise<void> => {
    server = await startRecordingServer(statuses);
    time = createManualClock('2026-11-23T10:00:00Z');
    scheduler = startScheduler({
      jobs: [job],
      target: ({ function: name }) => `${server.url}/${name}`,
      clock: time.clock,
      log,
    });
  };

  const log = (text: string): void => {
    logged.push(text);
    for (const { text: wanted, seen } of lines) if (text.includes(wanted)) seen();
  };
  const logged: string[] = [];
  const loggedLine = async (text: string): Promise<void> => {
    if (logged.some((line) => line.includes(text))) return;
    await new Promise<void>((seen) => lines.push({ text, seen }));
  };

  beforeEach(() => {
    lines = [];
    logged.length = 0;
  });
  afterEach(async () => {
    scheduler.close();
    await server.close();
  });

  it('calls the function at its times, with the headers of Cloud Scheduler', async () => {
    await start([200]);

    time.moveTo('2026-12-01T00:04:59Z');
    expect(server.calls).toHaveLength(0);
    time.moveTo('2026-12-01T00:05:00Z');
    const [call] = await server.callCount(1);

    expect(call).toMatchObject({
      method: 'POST',
      url: '/reset-quotas',
      headers: {
        'user-agent': 'Google-Cloud-Scheduler',
        'x-cloudscheduler': 'true',
        'x-cloudscheduler-jobname': 'reset-quotas',
        'x-cloudscheduler-scheduletime': '2026-12-01T00:05:00Z',
      },
    });
  });

  it('plans the next time after each', async () => {
    await start([200]);
    time.moveTo('2027-02-01T00:05:00Z');
    const calls = await server.callCount(3);
    const times = calls.map(({ headers }) => headers['x-cloudscheduler-scheduletime']);
    expect(times.sort()).toEqual(['2026-12-01T00:05:00Z', '2027-01-01T00:05:00Z', '2027-02-01T00:05:00Z']);
  });

  it('sends the planned time when the machine slept past it', async () => {
    await start([200], { ...monthly, schedule: '30 10 * * *' });
    time.jumpTo('2026-11-25T17:12:34Z');
    const [call] = await server.callCount(1);
    expect(call?.headers['x-cloudscheduler-scheduletime']).toBe('2026-11-23T10:30:00Z');
  });

  it("understands a job's time zone", async () => {
    await start([200], { ...monthly, timeZone: 'Europe/Berlin' });
    time.moveTo('2026-12-01T12:00:00Z');
    const [call] = await server.callCount(1);
    expect(call?.headers['x-cloudscheduler-scheduletime']).toBe('2026-11-30T23:05:00Z');
  });

  it('repeats a failed call with growing pauses, and the same planned time', async () => {
    await start([500, 503, 200]);

    time.moveTo('2026-12-01T00:05:00Z');
    await loggedLine('again in 30 s');
    time.moveTo('2026-12-01T00:05:29Z');
    expect(server.calls).toHaveLength(1);
    time.moveTo('2026-12-01T00:05:30Z');
    await loggedLine('again in 40 s');
    time.moveTo('2026-12-01T00:06:10Z');
    await loggedLine('done');

    const times = server.calls.map(({ headers }) => headers['x-cloudscheduler-scheduletime']);
    expect(times).toEqual(Array(3).fill('2026-12-01T00:05:00Z'));
  });

  it('says that a job is done the first time, and after failures', async () => {
    await start([200, 200, 200, 500, 200], { ...monthly, schedule: '* * * * *' });
    const callsAt = async (moment: string, count: number) => {
      time.moveTo(moment);
      await server.callCount(count);
    };
    await callsAt('2026-11-23T10:01:00Z', 1);
    await loggedLine('10:01:00Z: done');
    await callsAt('2026-11-23T10:02:00Z', 2);
    // Its answer comes after that of the call before it.
    await scheduler.run('reset-quotas');
    await callsAt('2026-11-23T10:03:00Z', 4);
    await loggedLine('10:03:00Z: failed');
    await callsAt('2026-11-23T10:03:30Z', 5);
    await loggedLine('10:03:00Z: done');
    expect(logged.filter((line) => line.includes('10:02'))).toEqual([]);
  });

  it('gives up after the last retry, and says why', async () => {
    await start([500]);
    time.moveTo('2026-12-01T00:05:00Z');
    await loggedLine('again in 30 s');
    time.moveTo('2026-12-01T00:05:30Z');
    await loggedLine('again in 40 s');
    time.moveTo('2026-12-01T00:06:10Z');
    await loggedLine('given up');
    expect(server.calls).toHaveLength(3);
    expect(logged.at(-1)).toContain('answered 500: status 500');
  });

  it('runs a job by hand, with the schedule time given', async () => {
    await start([200]);
    const outcome = await scheduler.run('reset-quotas', new Date('2026-07-01T00:05:00Z'));
    expect(outcome).toMatchObject({ ok: true, status: 200 });
    expect(server.calls[0]?.headers['x-cloudscheduler-scheduletime']).toBe('2026-07-01T00:05:00Z');
  });

  it('answers undefined for a job that does not exist', async () => {
    await start([200]);
    expect(await scheduler.run('reset-quota')).toBeUndefined();
    expect(server.calls).toHaveLength(0);
  });

  it('tells that a function cannot be reached', async () => {
    await start([200]);
    await server.close();
    expect(await scheduler.run('reset-quotas')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('waits for nothing after it was closed', async () => {
    await start([200]);
    expect(time.waiting()).toBe(1);
    scheduler.close();
    expect(time.waiting()).toBe(0);
  });

  it('refuses a malformed schedule', async () => {
    await start([200]);
    const wrong = { ...monthly, schedule: '61 0 1 * *' };
    expect(() => startScheduler({ jobs: [wrong], target: () => server.url })).toThrow(/61/);
  });
});
