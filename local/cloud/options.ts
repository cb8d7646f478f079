import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { LocalCloudOptions } from './cloud';

export const usage = `npm start [-- options]

  --memory       keep tables and messages in memory only
  --data DIR     keep them in DIR (default .data)
  --bigquery-limits
                 impose BigQuery's documented limits and latencies on the local BigQuery
  --query-ms N, --dml-ms N
                 with these latencies (default 300 and 1000)
  --faults SEED  make calls to BigQuery and Pub/Sub fail, hang, repeat or arrive late; the same seed, the same faults
  --fault-rate R that share of them (default 0.05)
  --help         show this

  PORT, BIGQUERY_PORT and PUBSUB_PORT change the ports 8080, 9050 and 8085.
  ADMIN_API_KEY closes admin calls to all but those that send it as X-Admin-Key.
  SCHEMAS_DIRECTORY (default schemas) is where tables, tiers, schedules and pipelines are.
  NOTIFY_TOPICS (default pipeline-events) and HTTP_STEP_HOSTS (default none) say what pipelines may publish to and ask.`;

/** ALLOWED_SOURCES unless it is set: all datasets (a tenant's is never a source, whatever is allowed) and all files. */
export const localSources = '*,gs://*';

const port = (fallback: number) =>
  z.coerce
    .number('expected a port')
    .int()
    .min(0, 'expected a port')
    .max(65_535, 'expected a port')
    .default(fallback);

const environmentShape = z.object({
  PORT: port(8080),
  BIGQUERY_PORT: port(9050),
  PUBSUB_PORT: port(8085),
});

const milliseconds = z.coerce.number('expected milliseconds').min(0, 'expected milliseconds').optional();

const numbersShape = z.object({
  'query-ms': milliseconds,
  'dml-ms': milliseconds,
  faults: z.coerce.number('expected a whole number').int('expected a whole number').optional(),
  'fault-rate': z.coerce
    .number('expected 0 to 1')
    .min(0, 'expected 0 to 1')
    .max(1, 'expected 0 to 1')
    .optional(),
});

/** What the command line and the environment ask for; 'help' where that is asked for. Throws an Error that says what is wrong. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  root: string,
): Omit<LocalCloudOptions, 'log'> | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      memory: { type: 'boolean', default: false },
      data: { type: 'string', default: '.data' },
      'bigquery-limits': { type: 'boolean', default: false },
      'query-ms': { type: 'string' },
      'dml-ms': { type: 'string' },
      faults: { type: 'string' },
      'fault-rate': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const ports = parse(environmentShape, environment);
  const asked = parse(numbersShape, values, '--');
  return {
    gatewayPort: ports.PORT,
    bigqueryPort: ports.BIGQUERY_PORT,
    pubsubPort: ports.PUBSUB_PORT,
    ...(values['bigquery-limits'] && {
      bigqueryLimits: {
        ...(asked['query-ms'] !== undefined && { queryMs: asked['query-ms'] }),
        ...(asked['dml-ms'] !== undefined && { dmlMs: asked['dml-ms'] }),
      },
    }),
    ...(asked.faults !== undefined && { faults: { seed: asked.faults, rate: asked['fault-rate'] } }),
    dataDirectory: resolve(root, values.data),
    isMemoryOnly: values.memory,
    schemasDirectory: resolve(root, environment.SCHEMAS_DIRECTORY ?? 'schemas'),
  };
}

function parse<Shape extends z.ZodType>(shape: Shape, given: unknown, prefix = ''): z.infer<Shape> {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path, message }) => `${prefix}${path.join('.')}: ${message}`);
  throw new Error(told.join('; '));
}
