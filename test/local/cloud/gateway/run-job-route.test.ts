import { type Gateway, startGateway } from '../../../../local/cloud/gateway/gateway';
import { runJobRoute } from '../../../../local/cloud/gateway/run-job-route';
import { type Scheduler, startScheduler } from '../../../../local/cloud/scheduler/scheduler';
import { startRecordingServer } from '../scheduler/recording-server';

describe('POST /local/scheduler/{job}:run', () => {
  let server: Awaited<ReturnType<typeof startRecordingServer>>;
  let scheduler: Scheduler;
  let gateway: Gateway;

  const start = async (status: number): Promise<void> => {
    server = await startRecordingServer([status]);
    const job = {
      name: 'reset-quotas',
      description: 'Every month.',
      schedule: '5 0 1 * *',
      timeZone: 'Etc/UTC',
      function: 'reset-quotas',
      attemptDeadlineSeconds: 15,
      retry: { count: 0, minBackoffSeconds: 1, maxBackoffSeconds: 1 },
    };
    scheduler = startScheduler({ jobs: [job], target: () => server.url });
    gateway = await startGateway({ port: 0, forwardings: [], routes: [runJobRoute(scheduler)] });
  };

  const run = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${gateway.port}/local/scheduler/${path}`, { method: 'POST' });

  afterEach(async () => {
    await gateway.close();
    scheduler.close();
    await server.close();
  });

  it('calls the function with the schedule time given', async () => {
    await start(200);
    const response = await run('reset-quotas:run?scheduleTime=2026-12-01T00:05:00Z');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ job: 'reset-quotas', ok: true, status: 200 });
    expect(server.calls[0]?.headers['x-cloudscheduler-scheduletime']).toBe('2026-12-01T00:05:00Z');
  });

  it('takes the present time without one', async () => {
    await start(200);
    const before = Date.now();
    await run('reset-quotas:run');
    const time = Date.parse(String(server.calls[0]?.headers['x-cloudscheduler-scheduletime']));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it("answers 503 with the function's words when it fails", async () => {
    await start(500);
    const response = await run('reset-quotas:run');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('status 500'),
    });
  });

  it.each(['yesterday', '1', '2026-13-01T00:00:00Z', ''])('refuses the schedule time "%s"', async (time) => {
    await start(200);
    const response = await run(`reset-quotas:run?scheduleTime=${time}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('scheduleTime'),
    });
    expect(server.calls).toHaveLength(0);
  });

  it('answers 404 for a job that does not exist, naming those that do', async () => {
    await start(200);
    const response = await run('nothing:run');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('reset-quotas') });
  });
});
