import { createApiKey } from '../../shared/tenants/rules/api-key';
import {
  adminKey,
  asAdmin,
  call,
  endOfRun,
  eventually,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../support/local-cloud';
import { rawRequest } from '../support/raw-request';
import { at, endpoints, malformedBodies } from './support/endpoints';

// Google's client, without long pauses before it repeats a call.
jest.mock('../../shared/google/bigquery/bigquery-client', () => {
  const { BigQuery }: typeof import('@google-cloud/bigquery') = require('@google-cloud/bigquery');
  const retryOptions = { maxRetryDelay: 0.1 };
  return {
    createBigQuery: () => new BigQuery({ retryOptions }),
    createBigQueryWithoutRetries: () => new BigQuery({ autoRetry: false }),
  };
});

type Line = Record<string, unknown>;
const labelsKey = 'logging.googleapis.com/labels';
const traceKey = 'logging.googleapis.com/trace';

describe('The log of all functions', () => {
  let cloud: TestCloud;
  let output = '';
  const writers: { restore: () => void }[] = [];

  /** Everything that the process prints, on any channel. */
  const listen = (stream: NodeJS.WriteStream) => {
    const spy = jest.spyOn(stream, 'write').mockImplementation((text) => {
      output += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      return true;
    });
    writers.push({ restore: () => spy.mockRestore() });
  };
  const lines = (): Line[] =>
    output.split('\n').flatMap((line): Line[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
  /** Without those of the scheduler's calls, which may come in between. */
  const linesOf = (traceId: string) =>
    lines().filter((line) => line[traceKey] === `projects/local/traces/${traceId}`);
  const requestLine = (traceId: string) =>
    eventually(`the line of trace ${traceId}`, async () =>
      linesOf(traceId).find(({ event }) => event === 'request'),
    );

  beforeAll(async () => {
    listen(process.stdout);
    listen(process.stderr);
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      const spy = jest.spyOn(console, method).mockImplementation((...words) => {
        output += `${words.join(' ')}\n`;
      });
      writers.push({ restore: () => spy.mockRestore() });
    }
    cloud = await startTestCloud({
      ADMIN_API_KEY: adminKey,
      LOG_SEVERITY: 'DEBUG',
      GOOGLE_CLOUD_PROJECT: 'local',
    });
  });
  afterAll(async () => {
    await cloud?.close();
    for (const { restore } of writers) restore();
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
    const line = await requestLine(traceId);
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
    expect(linesOf(traceId)).toEqual([line]);
  });

  it('has the code of a refusal, and no other line for it', async () => {
    const traceId = 'c'.repeat(32);
    await call(cloud.url, 'GET', '/api/v1/tenants/lines', {
      headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-00` },
    });
    const line = await requestLine(traceId);
    expect(line).toMatchObject({
      severity: 'INFO',
      message: 'GET /api/v1/tenants/lines 401 unauthenticated',
      code: 'unauthenticated',
      httpRequest: { status: 401 },
    });
    expect(linesOf(traceId)).toEqual([line]);
  });

  it('follows a run by its trace: request, message, worker and BigQuery jobs', async () => {
    const apiKey = await onboard(cloud.url, 'traced');
    const traceId = 'd'.repeat(32);
    const { body } = await call(cloud.url, 'POST', '/api/v1/pipelines/run/traced/gcp/example/dryrun', {
      headers: { ...withKey(apiKey), traceparent: `00-${traceId}-${'e'.repeat(16)}-01` },
    });
    await endOfRun(cloud.url, apiKey, body.run_id);
    await whenQuiet(cloud.bigquery, 'traced');
    const ofTrace = () => lines().filter((line) => line[traceKey] === `projects/local/traces/${traceId}`);
    await eventually('the worker’s request line', async () =>
      ofTrace().some(({ message }) => message === 'POST / 204') ? true : undefined,
    );
    expect(ofTrace().map(({ message }) => message)).toEqual([
      'POST /api/v1/pipelines/run/traced/gcp/example/dryrun 202',
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

  it('never contains a key, whatever was called, right or wrong', async () => {
    const firstKey = await onboard(cloud.url, 'acme');
    const more = async (headers: Record<string, string>) => {
      const { body } = await call(cloud.url, 'POST', '/api/v1/tenants/acme/api-keys', {
        headers,
        body: { name: 'further' },
      });
      return { key: String(body.api_key), id: String(body.api_key_id) };
    };
    const byTenant = await more(withKey(firstKey));
    const revoked = await more(asAdmin);
    await call(cloud.url, 'DELETE', `/api/v1/tenants/acme/api-keys/${revoked.id}`, { headers: asAdmin });
    const keys = [firstKey, revoked.key, createApiKey('nobody')];
    const secrets = [...keys, adminKey];
    const before = output.length;

    const { body: started } = await call(cloud.url, 'POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun', {
      headers: withKey(firstKey),
      body: {},
    });
    await endOfRun(cloud.url, firstKey, started.run_id);
    const send = (method: string, path: string, headers: Record<string, string>, body?: string | Buffer) =>
      rawRequest(Number(new URL(cloud.url).port), { method, path, headers, body });
    const shrug = async (answer: Promise<{ status: number }>) => {
      expect((await answer).status).toBeLessThan(500);
    };
    for (const secret of secrets) {
      for (const endpoint of endpoints.filter(({ method }) => method !== 'DELETE')) {
        const path = at(endpoint, 'acme');
        const body = endpoint.body === undefined ? undefined : JSON.stringify(endpoint.body);
        const everywhere = {
          'User-Agent': secret,
          Referer: `https://x/${secret}`,
          'X-Forwarded-For': secret,
        };
        // In the right header and a wrong one, in the query, in the path, plain and encoded, and in every
        // place of the body.
        await Promise.all([
          shrug(send(endpoint.method, path, { 'X-API-Key': secret, 'X-Admin-Key': secret }, body)),
          shrug(send(endpoint.method, path, { Authorization: `Bearer ${secret}`, ...everywhere }, body)),
          shrug(send(endpoint.method, `${path}?key=${secret}&${secret}=1`, everywhere, body)),
          shrug(send(endpoint.method, `${path}/${secret}`, {}, body)),
          shrug(send('GET', `/${secret.replaceAll('_', '%5F').replaceAll('-', '%2d')}`, {})),
          shrug(send(endpoint.method, at(endpoint, secret), withKey(firstKey), body)),
          shrug(send(endpoint.method, path, { ...asAdmin, traceparent: secret }, `{"a":"${secret}"}`)),
          shrug(send(endpoint.method, path, withKey(firstKey), `"${secret}`)),
        ]);
      }
      for (const [, body] of malformedBodies)
        await shrug(send('POST', '/api/v1/customers/onboard', asAdmin, body));
      const name = { name: secret, expires_at: secret, reason: secret, source_uri: secret };
      await call(cloud.url, 'POST', '/api/v1/tenants/acme/suspend', {
        headers: asAdmin,
        body: { reason: secret },
      });
      await call(cloud.url, 'POST', '/api/v1/tenants/acme/api-keys', { headers: asAdmin, body: name });
      await call(cloud.url, 'POST', '/api/v1/pipelines/run/acme/gcp/billing/daily_costs', {
        headers: withKey(firstKey),
        body: name,
      });
      // A message that names no run, and one that names a run that does not exist.
      for (const data of [secret, JSON.stringify({ tenant_id: 'acme', run_id: secret, pipeline: secret })]) {
        await call(`http://127.0.0.1:${cloud.functions.worker.port}`, 'POST', '/', {
          body: {
            message: {
              data: Buffer.from(data).toString('base64'),
              messageId: '1',
              attributes: { [secret]: secret },
            },
            subscription: 'projects/local/subscriptions/s',
          },
        });
      }
    }
    // BigQuery is away: the errors' causes contain all that was asked for.
    cloud.backends.bigquery.setAvailable(false);
    const answers = await Promise.all(
      [firstKey, byTenant.key].map((key) =>
        call(cloud.url, 'GET', '/api/v1/tenants/acme', { headers: withKey(key) }),
      ),
    );
    cloud.backends.bigquery.setAvailable(true);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    for (const job of ['reconcile', 'reset-quotas'])
      await call(cloud.url, 'POST', `/local/scheduler/${job}:run`);

    const last = 'f'.repeat(32);
    await call(cloud.url, 'GET', '/api/v1/tenants/acme', {
      headers: { traceparent: `00-${last}-${'f'.repeat(16)}-00` },
    });
    await requestLine(last);
    expect(output.slice(before)).toContain('[redacted]');
    // A part of a key counts, too: a line may have cut off the rest.
    for (const secret of secrets) {
      const hidden = secret === adminKey ? [adminKey, adminKey.toUpperCase()] : [secret.slice(-30, -20)];
      for (const part of hidden) {
        const place = output.indexOf(part);
        expect(place < 0 ? 'nowhere' : output.slice(Math.max(0, place - 200), place + 40)).toBe('nowhere');
      }
    }
  });
});
