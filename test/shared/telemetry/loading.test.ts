import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

/** The parts of OpenTelemetry's SDK that a process has loaded once it has loaded a function. */
function loadedBy(name: string, environment: Record<string, string>): readonly string[] {
  const script = `require('./functions/${name}');
    const parts = Object.keys(require.cache).map((file) =>
      /@opentelemetry.(sdk[a-z-]*|exporter[a-z-]*|otlp[a-z-]*|resources)|shared.telemetry.(opentelemetry)/.exec(file));
    console.log('loaded:' + [...new Set(parts.filter(Boolean).map((part) => part[1] ?? part[2]))].join());
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
    ['where nothing asks for it', {}],
    ['where it is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
    ['where the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['without exporters', { ...endpoint, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
    ['for a service name alone', { OTEL_SERVICE_NAME: 'run' }],
  ])('is not loaded %s', (_what, environment) => {
    expect(loadedBy('run', environment)).toEqual([]);
  });

  it.each([
    ['for both', endpoint],
    ['for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' }],
    ['for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics' }],
  ])('is loaded where an endpoint is named, %s', (_what, environment) => {
    expect(loadedBy('run', environment)).toEqual(
      expect.arrayContaining(['opentelemetry', 'resources', 'sdk-metrics', 'sdk-trace-base']),
    );
  });
});
