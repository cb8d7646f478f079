import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { functionNames } from '../../local/cloud/functions';

const root = join(__dirname, '../..');
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
const openTelemetry =
  /@opentelemetry.(sdk[a-z-]*|exporter[a-z-]*|otlp[a-z-]*|resources)|shared.telemetry.(opentelemetry)/;
const pubSub = /node_modules.(@google-cloud.pubsub|google-gax|@grpc.grpc-js)/;

/** Which of `parts` a process has loaded once it has loaded a function: their first groups. */
function loadedBy(
  name: string,
  parts: RegExp,
  environment: Readonly<Record<string, string>> = {},
): readonly string[] {
  const script = `require('./functions/${name}');
    const found = Object.keys(require.cache).map((file) => ${parts}.exec(file)?.slice(1).find(Boolean));
    console.log('loaded:' + [...new Set(found.filter(Boolean))].join());
    process.exit();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      ...(process.env.TMPDIR === undefined ? {} : { TMPDIR: process.env.TMPDIR }),
      GOOGLE_CLOUD_PROJECT: 'local',
      BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:9',
      PUBSUB_EMULATOR_HOST: '127.0.0.1:9',
      METADATA_SERVER_DETECTION: 'none',
      ...environment,
    },
  });
  const [, loaded] = /loaded:(.*)/.exec(stdout) ?? [];
  if (loaded === undefined) throw new Error(stderr);
  return loaded.split(',').filter((part) => part !== '');
}

describe('OpenTelemetry', () => {
  it.each([
    ['if nothing asks for it', {}],
    ['if it is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
    ['if the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['without exporters', { ...endpoint, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
    ['for a service name alone', { OTEL_SERVICE_NAME: 'run' }],
  ])('is not loaded %s', (_what, environment) => {
    expect(loadedBy('run', openTelemetry, environment)).toEqual([]);
  });

  it.each([
    ['for both', endpoint],
    ['for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' }],
    ['for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics' }],
  ])('is loaded if an endpoint is named, %s', (_what, environment) => {
    expect(loadedBy('run', openTelemetry, environment)).toEqual(
      expect.arrayContaining(['opentelemetry', 'resources', 'sdk-metrics', 'sdk-trace-base']),
    );
  });
});

describe('Pub/Sub’s client, with gRPC', () => {
  it.each([...functionNames])('is not loaded when %s starts', (name) => {
    expect(loadedBy(name, pubSub)).toEqual([]);
  });
});
