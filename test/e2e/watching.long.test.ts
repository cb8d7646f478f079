// In short: ./first-hour.test.ts
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { admitRuns } from '../../shared/sql/runs/admit-runs';
import { openEvents } from '../support/event-stream';
import {
  apiOf,
  call,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';
import { startedByKey } from '../support/started-by';

const dryrun = 'gcp/example/dryrun';

/** Through the gateway and functions-framework. */
describe('Watching runs', () => {
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cloud = await startTestCloud();
    apiKey = await onboard(cloud.url, 'acme');
  });
  afterAll(() => cloud?.close());

  const ask = (method: string, path: string) =>
    call(cloud.url, method, `/api/v1/pipelines/runs${path}`, { headers: withKey(apiKey) });

  it('a run is started, followed to its end, shown and listed', async () => {
    const { run_id: runId } = await apiOf(cloud.url, { apiKey }).startRun('acme', dryrun);
    const stream = await openEvents(`${cloud.url}/api/v1/pipelines/runs/${runId}/events`, withKey(apiKey));
    const events = await stream.rest();
    expect(events[0]).toMatchObject({ event: 'run', data: { run_id: runId } });
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { run_id: runId, status: 'COMPLETED' } });
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'step',
        data: expect.objectContaining({ step_id: 'read_metadata', status: 'COMPLETED' }),
      }),
    );
    const { body } = await ask('GET', `/${runId}`);
    expect(body).toMatchObject({ status: 'COMPLETED', steps: [{ step_id: 'read_metadata' }], checks: [] });
    expect((await ask('GET', '?status=COMPLETED')).body).toMatchObject({ runs: [{ run_id: runId }] });
  });

  it('events come as they happen; a cancelled run ends, its slot is free, and it was counted once', async () => {
    await createRunStatement(cloud.bigquery)('acme', admitRuns, {
      tenant_id: 'acme',
      now: new Date(),
      unlimited: 1_000_000,
      statement_id: 'statement-of-the-test',
      most_waiting: 1_000_000,
      candidates: [
        {
          run_id: 'held-1',
          pipeline: dryrun,
          parameters: '{}',
          trigger: 'api',
          request_hash: '',
          ...startedByKey,
          key_id: 'key-of-the-test',
          lease_seconds: 3_600,
        },
      ],
    });
    const stream = await openEvents(`${cloud.url}/api/v1/pipelines/runs/held-1/events`, withKey(apiKey));
    // Nothing else comes until the run is cancelled: an answer that is held back would never begin.
    expect(await stream.next()).toMatchObject({ event: 'run', data: { status: 'ADMITTED' } });
    expect(await ask('POST', '/held-1/cancel')).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    expect((await stream.rest()).at(-1)).toMatchObject({ event: 'end', data: { status: 'CANCELLED' } });
    expect(await endOfRun(cloud.url, apiKey, 'held-1')).toMatchObject({ error_code: 'cancelled' });
    const counters = 'pipeline_runs_count AS n, current_running_pipelines AS running';
    expect(await query(cloud.bigquery, 'acme', `SELECT ${counters} FROM tenants`)).toEqual([
      { n: 2, running: 0 },
    ]);
  });
});
