import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { LocalCloudOptions } from './cloud';

export const usage = `npm start [-- options]

  --memory       keep tables and messages in memory only
  --data DIR     keep them in DIR (default .data)
  --help         show this

  PORT, BIGQUERY_PORT and PUBSUB_PORT change the ports 8080, 9050 and 8085.
  ADMIN_API_KEY closes admin calls to all but those that send it as X-Admin-Key.`;

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
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const parsed = environmentShape.safeParse(environment);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  }
  return {
    gatewayPort: parsed.data.PORT,
    bigqueryPort: parsed.data.BIGQUERY_PORT,
    pubsubPort: parsed.data.PUBSUB_PORT,
    dataDirectory: resolve(root, values.data),
    isMemoryOnly: values.memory,
    schemasDirectory: resolve(root, 'schemas'),
  };
}
