import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { SchedulerClock } from './scheduler/scheduler';
import type { ServersElsewhere, ServersOptions } from './servers/servers';

export const startHelp = `npm start [-- options]

  Runs the cloud in a box on this machine: all functions, BigQuery, Pub/Sub and the scheduler.

  --memory           keeps tables and messages in memory only
  --data DIR         keeps them in DIR (default .data)
  --host NAME        answers calls under this name too, besides localhost (may be repeated)
  --http-step-local HOST=URL
                     lets http steps and webhooks that name HOST reach a server of this machine:
                     api.example.com=http://localhost:3000 (may be repeated)
  --no-warm-up       is ready a second earlier; the first calls are slower
  --bigquery-limits  imposes BigQuery's documented limits and latencies
  --query-ms N       with this latency of a query (default 300)
  --dml-ms N         with this latency of an UPDATE, DELETE or MERGE (default 1000)
  --script-ms N      with this overhead of a script, besides its statements' latencies (default 0)
  --infer-no-location
                     runs BigQuery jobs that name no location in US: what they name elsewhere is not found
  --faults SEED      makes calls to BigQuery and Pub/Sub fail, hang, repeat or arrive late; the same seed gives the
                     same faults
  --fault-rate R     makes this share of calls faulty (default 0.05)
  --silent-scripts   with --faults: scripts fail as well, and are answered as complete, as was reported of BigQuery
  --help             shows this

  PORT, BIGQUERY_PORT and PUBSUB_PORT change the ports 8080, 9050 and 8085.
  BIGQUERY_EMULATOR_HOST (a URL) and PUBSUB_EMULATOR_HOST (host:port) name servers to use instead of our own.
  ADMIN_API_KEY closes admin calls to all but those that send it as X-Admin-Key.
  SCHEMAS_DIRECTORY (default schemas) is where tables, tiers, schedules and pipelines are defined.
  NOTIFY_TOPICS (default pipeline-events) names the topics that pipelines may publish to.
  CORS_ORIGINS (default http://localhost:*,http://127.0.0.1:*) names the origins of web pages that may call.
  HTTP_STEP_HOSTS (default none) names the hosts that pipelines may ask.
  WEBHOOK_SECRET (default no secret) is what the secrets of webhooks follow from.`;

export interface LocalCloudOptions extends ServersOptions {
  /** 0 lets the system choose. */
  readonly gatewayPort: number;
  readonly schemasDirectory: string;
  /** Servers of this machine that http steps ask in place of hosts, like api.example.com=http://localhost:3000. */
  readonly httpStepLocal?: readonly string[] | undefined;
  readonly log: (line: string) => void;
  /** Hosts the functions in threads of their own: more memory and a longer start, and they do not get in each other's way. */
  readonly functionsInThreads?: boolean | undefined;
  /** By which jobs are called; this machine's unless given. */
  readonly schedulerClock?: SchedulerClock | undefined;
}

export interface StartOptions extends Omit<LocalCloudOptions, 'log'> {
  /** Goes through onboarding and a run before it says that it is ready. */
  readonly warmsUp: boolean;
}

/** What these variables are where the environment does not set them. */
export const localDefaults = {
  /** All datasets (another tenant's is never a source, whatever is allowed) and all files. */
  ALLOWED_SOURCES: '*,gs://*',
  /** All functions, BigQuery and its SQL engine share this machine. */
  DECISIONS_AT_ONCE: '12',
  NOTIFY_TOPICS: 'pipeline-events',
  /** Pages that are developed on this machine, at any port. */
  CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
  /** Always the same, because webhooks outlast the process. It protects nothing but what is tried here. */
  WEBHOOK_SECRET: 'no-secret-at-all-on-this-machine-only',
};

const port = (fallback: number) =>
  z.coerce
    .number('expected a port')
    .int()
    .min(0, 'expected a port')
    .max(65_535, 'expected a port')
    .default(fallback);

const environmentSchema = z.object({
  PORT: port(8080),
  BIGQUERY_PORT: port(9050),
  PUBSUB_PORT: port(8085),
  BIGQUERY_EMULATOR_HOST: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:9050' })
    .optional(),
  PUBSUB_EMULATOR_HOST: z
    .string()
    .regex(/^[^/]+:\d+$/, 'expected a host and a port such as 127.0.0.1:8085')
    .optional(),
  GOOGLE_CLOUD_PROJECT: z.string().optional(),
});

const milliseconds = z.coerce.number('expected milliseconds').min(0, 'expected milliseconds').optional();

const numbersSchema = z.object({
  'query-ms': milliseconds,
  'dml-ms': milliseconds,
  'script-ms': milliseconds,
  faults: z.coerce.number('expected a whole number').int('expected a whole number').optional(),
  'fault-rate': z.coerce
    .number('expected 0 to 1')
    .min(0, 'expected 0 to 1')
    .max(1, 'expected 0 to 1')
    .optional(),
});

/**
 * What the command line and the environment ask for; 'help' for --help.
 * @throws Error that says what is wrong
 */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  root: string,
): StartOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      memory: { type: 'boolean', default: false },
      host: { type: 'string', multiple: true },
      'http-step-local': { type: 'string', multiple: true },
      data: { type: 'string', default: '.data' },
      'no-warm-up': { type: 'boolean', default: false },
      'bigquery-limits': { type: 'boolean', default: false },
      'query-ms': { type: 'string' },
      'dml-ms': { type: 'string' },
      'script-ms': { type: 'string' },
      'infer-no-location': { type: 'boolean', default: false },
      faults: { type: 'string' },
      'fault-rate': { type: 'string' },
      'silent-scripts': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const ports = parse(environmentSchema, environment);
  const asked = parse(numbersSchema, values, '--');
  const elsewhere = serversElsewhere(ports);
  if (elsewhere && (asked.faults !== undefined || values['bigquery-limits'] || values['infer-no-location'])) {
    throw new Error(
      '--faults, --bigquery-limits and --infer-no-location need the own BigQuery and Pub/Sub: unset BIGQUERY_EMULATOR_HOST and PUBSUB_EMULATOR_HOST',
    );
  }
  // With faults or latencies the warm-up would meet them too.
  const isDisturbed = asked.faults !== undefined || values['bigquery-limits'];
  return {
    gatewayPort: ports.PORT,
    bigqueryPort: ports.BIGQUERY_PORT,
    pubsubPort: ports.PUBSUB_PORT,
    ...(values.host !== undefined && { hosts: values.host }),
    ...(values['http-step-local'] !== undefined && { httpStepLocal: values['http-step-local'] }),
    ...(values['bigquery-limits'] && {
      bigqueryLimits: {
        ...(asked['query-ms'] !== undefined && { queryMs: asked['query-ms'] }),
        ...(asked['dml-ms'] !== undefined && { dmlMs: asked['dml-ms'] }),
        ...(asked['script-ms'] !== undefined && { scriptMs: asked['script-ms'] }),
      },
    }),
    ...(values['infer-no-location'] && { infersNoLocation: true }),
    ...(elsewhere && { elsewhere }),
    ...(asked.faults !== undefined && {
      faults: {
        seed: asked.faults,
        rate: asked['fault-rate'],
        ...(values['silent-scripts'] && { hasSilentScripts: true }),
      },
    }),
    dataDirectory: resolve(root, values.data),
    isMemoryOnly: values.memory,
    schemasDirectory: resolve(root, environment.SCHEMAS_DIRECTORY ?? 'schemas'),
    warmsUp: !values['no-warm-up'] && !isDisturbed,
  };
}

/** Servers that the environment names, as Google's clients would find them; undefined where it names none. */
function serversElsewhere(environment: z.infer<typeof environmentSchema>): ServersElsewhere | undefined {
  const { BIGQUERY_EMULATOR_HOST, PUBSUB_EMULATOR_HOST, GOOGLE_CLOUD_PROJECT } = environment;
  if (BIGQUERY_EMULATOR_HOST === undefined && PUBSUB_EMULATOR_HOST === undefined) return undefined;
  return {
    ...(BIGQUERY_EMULATOR_HOST !== undefined && { bigqueryUrl: BIGQUERY_EMULATOR_HOST }),
    ...(PUBSUB_EMULATOR_HOST !== undefined && { pubsubHost: PUBSUB_EMULATOR_HOST }),
    // Our own BigQuery serves the project `local` alone.
    ...(BIGQUERY_EMULATOR_HOST !== undefined && { projectId: GOOGLE_CLOUD_PROJECT }),
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown, prefix = ''): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path, message }) => `${prefix}${path.join('.')}: ${message}`);
  throw new Error(told.join('; '));
}
