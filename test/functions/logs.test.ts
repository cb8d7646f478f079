import {
  adminKey,
  call,
  endOfRun,
  eventually,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../support/local-cloud';
import { captureOutput, traceKey } from './support/captured-output';

const labelsKey = 'logging.googleapis.com/labels';

/** That no key is in the log, whatever was called, is in logged-keys.long.test.ts. */
describe('The log of all functions', () => {
  let cloud: TestCloud;
  let captured: ReturnType<typeof captureOutput>;

  beforeAll(async () => {
    captured = captureOutput();
    cloud = await startTestCloud(
      {
        ADMIN_API_KEY: adminKey,
        LOG_SEVERITY: 'DEBUG',
        GOOGLE_CLOUD_PROJECT: 'local',
      },
      undefined,
      { hasOwnServers: true },
    );
  });
  afterAll(async () => {
    await cloud?.close();
    captured.restore();
  });

  it('has one line per request: what was asked, what was answered, by whom', async () => {
    const apiKey = await onboard(cloud.url, 'lines');
    const traceId = 'a'.repeat(32);
    await call(cloud.url, 'GET', '/api/v1/tenants/lines?limit=5&X-API-Key=abc', {
      headers: {
        ...withKey(apiKey),
        traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
        'User-Agent': 'tests/1.0',
      },
    });
    const line = await captured.requestLine(traceId);
    expect(line).toEqual({
      severity: 'INFO',
      message: 'GET /api/v1/tenants/lines 400 invalid_request',
      event: 'request',
      code: 'invalid_request',
      time: expect.stringMatching(/Z$/),
      httpRequest: {
        requestMethod: 'GET',
        requestUrl: '/api/v1/tenants/lines?limit=…&…',
        status: 400,
        latency: expect.stringMatching(/^\d+\.\d{3}s$/),
        userAgent: 'tests/1.0',
        protocol: 'HTTP/1.1',
      },
      [traceKey]: `projects/local/traces/${traceId}`,
      'logging.googleapis.com/spanId': 'b'.repeat(16),
      'logging.googleapis.com/trace_sampled': true,
      [labelsKey]: { tenant: 'lines' },
    });
    expect(captured.linesOf(traceId)).toEqual([line]);
  });

  it('has the code of a refusal, and no other line for it', async () => {
    const traceId = 'c'.repeat(32);
    await call(cloud.url, 'GET', '/api/v1/tenants/lines', {
      headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-00` },
    });
    const line = await captured.requestLine(traceId);
    expect(line).toMatchObject({
      severity: 'INFO',
      message: 'GET /api/v1/tenants/lines 401 unauthenticated',
      code: 'unauthenticated',
      httpRequest: { status: 401 },
    });
    expect(captured.linesOf(traceId)).toEqual([line]);
  });

  it('follows a run by its trace: request, message, worker and BigQuery jobs', async () => {
    const apiKey = await onboard(cloud.url, 'traced');
    const traceId = 'd'.repeat(32);
    const { body } = await call(cloud.url, 'POST', '/api/v1/pipelines/run/traced/gcp/example/dryrun', {
      headers: { ...withKey(apiKey), traceparent: `00-${traceId}-${'e'.repeat(16)}-01` },
    });
    await endOfRun(cloud.url, apiKey, body.run_id);
    await whenQuiet(cloud.bigquery, 'traced');
    // The run's event is delivered at any time after its end.
    const ofTrace = () => captured.linesOf(traceId).filter(({ message }) => message !== 'POST /events 204');
    await eventually('the worker’s request line', async () =>
      ofTrace().some(({ message }) => message === 'POST / 204') ? true : undefined,
    );
    expect(ofTrace().map(({ message }) => message)).toEqual([
      'POST /api/v1/pipelines/run/traced/gcp/example/dryrun 202',
      'Run started',
      "Step 'read_metadata' COMPLETED",
      'Run COMPLETED',
      'POST / 204',
    ]);
    for (const line of ofTrace()) {
      expect(line[labelsKey]).toEqual({ tenant: 'traced', run: body.run_id, pipeline: 'gcp/example/dryrun' });
    }
    const [jobs] = await cloud.bigquery.getJobs();
    const labels = jobs.map(({ metadata }) => metadata.configuration.labels ?? {});
    const traced = labels.filter(({ trace }) => trace === traceId);
    expect(traced).toContainEqual(expect.objectContaining({ run: body.run_id, step: expect.anything() }));
    expect(labels.filter(({ run }) => run === body.run_id)).toEqual(
      traced.filter(({ run }) => run === body.run_id),
    );
  });
});
