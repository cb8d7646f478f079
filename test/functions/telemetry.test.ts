import { count } from '../../shared/telemetry/telemetry';
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
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver';

const traceId = '1234567890abcdef1234567890abcdef';
const callersSpan = 'abcdef0123456789';
const [server, client, producer, consumer, internal] = [2, 3, 4, 5, 1];

describe('Telemetry by OTLP', () => {
  let receiver: OtlpReceiver;
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    cloud = await startTestCloud({
      ADMIN_API_KEY: adminKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=the-token',
      OTEL_SERVICE_NAME: 'tests',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=laptop',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      // With this every request flushes.
      OTEL_BSP_SCHEDULE_DELAY: '1',
    });
    apiKey = await onboard(cloud.url, 'acme', { max_pipelines_per_month: 1 });
    const { body } = await run({ traceparent: `00-${traceId}-${callersSpan}-01` });
    await endOfRun(cloud.url, apiKey, body.run_id);
    await whenQuiet(cloud.bigquery, 'acme');
    await run();
    await call(cloud.url, 'GET', '/api/v1/tenants/acme', { headers: withKey('wrong') });
  });
  afterAll(async () => {
    await cloud?.close();
    await receiver?.close();
  });

  const run = (headers: Record<string, string> = {}) =>
    call(cloud.url, 'POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun', {
      headers: { ...withKey(apiKey), ...headers },
    });
  /** Requests send off what has gathered. */
  const afterAnother = async <T>(what: string, look: () => T | undefined): Promise<T> =>
    eventually(what, async () => {
      await call(cloud.url, 'GET', '/api/v1/tenants/acme', { headers: asAdmin });
      return look();
    });
  const span = (name: string) =>
    afterAnother(`span ${name}`, () =>
      receiver.spans.find((candidate) => candidate.traceId === traceId && candidate.name === name),
    );
  const points = async (name: string, least: number) => {
    const metric = await afterAnother(`${least} points of ${name}`, () => {
      const found = receiver.metrics.get(name);
      const list = found?.histogram?.dataPoints ?? found?.sum?.dataPoints ?? [];
      return found !== undefined && list.length >= least ? { ...found, list } : undefined;
    });
    return metric.list.map(({ attributes, asDouble, count }) => ({
      ...attributes,
      count: count ?? asDouble,
    }));
  };

  it('has a run’s spans in the trace of its request, each under its parent', async () => {
    const request = await span('POST /api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}');
    expect(request).toMatchObject({
      kind: server,
      parentSpanId: callersSpan,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 202,
        'tenant_pipelines.tenant': 'acme',
        'tenant_pipelines.pipeline': 'gcp/example/dryrun',
        'tenant_pipelines.run': expect.any(String),
      },
    });
    const admission = await span('admit-runs');
    expect(admission).toMatchObject({
      kind: client,
      parentSpanId: request.spanId,
      attributes: { 'db.system.name': 'gcp.bigquery', 'db.namespace': 'acme' },
    });
    const publication = await span('send pipeline-runs');
    expect(publication).toMatchObject({ kind: producer, parentSpanId: request.spanId });
    const delivery = await span('process run');
    expect(delivery).toMatchObject({ kind: consumer, parentSpanId: publication.spanId });
    const step = await eventually('a step’s span', async () =>
      receiver.spans.find(({ name, traceId: of }) => of === traceId && name.startsWith('step ')),
    );
    expect(step).toMatchObject({ kind: internal, parentSpanId: delivery.spanId });
    expect(await span('settle-runs')).toMatchObject({ parentSpanId: delivery.spanId });
  });

  it('counts admissions by outcome and refusals by code, and times them', async () => {
    const outcome = 'tenant_pipelines.admission.outcome';
    const outcomes = [
      { [outcome]: 'admitted', count: 1 },
      { [outcome]: 'monthly_quota_exceeded', count: 1 },
    ];
    expect(await points('tenant_pipelines.admissions', 2)).toEqual(outcomes);
    expect(await points('tenant_pipelines.admission.duration', 2)).toEqual(outcomes);
    expect(await points('tenant_pipelines.admission.batch.size', 1)).toEqual([{ count: 2 }]);
    expect(await points('tenant_pipelines.refusals', 2)).toEqual(
      expect.arrayContaining([
        { 'error.type': 'monthly_quota_exceeded', count: 1 },
        { 'error.type': 'unauthenticated', count: 1 },
      ]),
    );
    expect(await points('tenant_pipelines.run.duration', 1)).toEqual([
      { pipeline: 'gcp/example/dryrun', status: 'COMPLETED', count: 1 },
    ]);
    expect(await points('http.server.request.duration', 4)).toContainEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/customers/onboard',
      'http.response.status_code': 201,
      count: 1,
    });
    for (const name of ['admission.duration', 'run.duration'])
      expect(receiver.metrics.get(`tenant_pipelines.${name}`)?.unit).toBe('s');
  });

  it('names the service, and sends the configured headers', () => {
    expect(new Set(receiver.requests.map(({ path }) => path))).toEqual(
      new Set(['/v1/traces', '/v1/metrics']),
    );
    for (const { headers } of receiver.requests) {
      expect(headers).toMatchObject({ 'x-token': 'the-token', 'content-type': 'application/json' });
    }
    for (const resource of receiver.resources) {
      expect(resource).toMatchObject({
        'service.name': 'tests',
        'service.instance.id': expect.any(String),
        'deployment.environment.name': 'laptop',
      });
    }
  });

  it('contains no key', () => {
    expect(receiver.spans.length).toBeGreaterThan(10);
    const all = JSON.stringify([receiver.spans, [...receiver.metrics.values()]]);
    for (const secret of [apiKey.slice(-30), adminKey, 'the-token']) expect(all).not.toContain(secret);
  });

  it.each(['refuse', 'hang'] as const)(
    'fails no request, and keeps none waiting, where the receiver would %s',
    async (behaviour) => {
      receiver.behave(behaviour);
      const before = receiver.requests.length;
      for (let request = 0; request < 5; request++) {
        const { status } = await call(cloud.url, 'GET', '/api/v1/tenants/acme', { headers: asAdmin });
        expect(status).toBe(200);
      }
      expect(receiver.requests.length).toBeGreaterThan(before);
      receiver.behave('take');
      const spans = receiver.spans.length;
      await afterAnother('further spans', () => (receiver.spans.length > spans ? true : undefined));
    },
  );

  it('sends what is left when the local cloud stops', async () => {
    count('tenant_pipelines.refusals', { 'error.type': 'the_last' });
    await cloud.close();
    const points = receiver.metrics.get('tenant_pipelines.refusals')?.sum?.dataPoints;
    expect(points).toContainEqual(expect.objectContaining({ attributes: { 'error.type': 'the_last' } }));
  });
});
