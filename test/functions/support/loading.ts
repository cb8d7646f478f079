import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { FunctionName } from '../../../local/cloud/function-names';
import { compilingOnce } from '../../support/server-process';

const root = join(__dirname, '../../..');
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
export const openTelemetry =
  /@opentelemetry.(sdk[a-z-]*|exporter[a-z-]*|otlp[a-z-]*|resources)|shared.telemetry.(opentelemetry)/;
export const pubSub = /node_modules.(@google-cloud.pubsub|google-gax|@grpc.grpc-js)/;

/** Which of `parts` a process has loaded once it has loaded these functions: their first groups. */
export function loadedBy(
  names: readonly FunctionName[],
  parts: RegExp,
  environment: Readonly<Record<string, string>> = {},
): readonly string[] {
  const script = `${names.map((name) => `require('./functions/${name}');`).join('\n')}
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
      NODE_OPTIONS: compilingOnce,
      ...environment,
    },
  });
  const [, loaded] = /loaded:(.*)/.exec(stdout) ?? [];
  if (loaded === undefined) throw new Error(stderr);
  return loaded.split(',').filter((part) => part !== '');
}

/** Environments that ask for no telemetry, each with what it is. */
export const withoutTelemetry: readonly (readonly [what: string, environment: Record<string, string>])[] = [
  ['if nothing asks for it', {}],
  ['if it is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
  ['if the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['without exporters', { ...endpoint, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
  ['for a service name alone', { OTEL_SERVICE_NAME: 'run' }],
];

/** Environments that name an endpoint. */
export const withTelemetry: readonly (readonly [what: string, environment: Record<string, string>])[] = [
  ['for both', endpoint],
  ['for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' }],
  ['for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics' }],
];

export const telemetryParts = ['opentelemetry', 'resources', 'sdk-metrics', 'sdk-trace-base'];
