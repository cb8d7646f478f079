import { join } from 'node:path';
import { z } from 'zod';
import { topicName } from './definitions/schemas/notify-schema';
import { severities } from './log';
import { isDeploymentSource } from './pipelines/sources';

const hostName = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:[0-9]+)?$/,
    'expected the name of a host in small letters, with a port unless that is 443',
  );

/** Names separated by commas. */
const list = (name: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
    .pipe(z.array(name))
    .default([]);

const deploymentSource = z
  .string()
  .refine(isDeploymentSource, 'expected dataset, project.dataset, project.*, gs://bucket/prefix/ or gs://*');

/** The environment every function may read. Declared once; a wrong value stops the process at its start. */
const environmentSchema = z
  .object({
    /** Where the definitions are. Bundles carry theirs beside the code; the working directory is the bundle's. */
    SCHEMAS_DIRECTORY: z.string().min(1).default(join(process.cwd(), 'schemas')),
    /** Where datasets are made unless an onboarding says otherwise. */
    BIGQUERY_LOCATION: z.string().min(1).default('US'),
    /** The topic that wakes the worker. */
    RUN_TOPIC: z.string().min(1).default('pipeline-runs'),
    /** Of the worker's subscription, 10 to 600: how long a delivery may take. */
    RUN_ACK_DEADLINE_SECONDS: z.coerce.number().int().min(10).max(600).default(600),
    /** The topics that steps of type notify may publish to. */
    NOTIFY_TOPICS: list(topicName),
    /** What definitions may read besides their tenants' datasets: see domain/sources. */
    ALLOWED_SOURCES: list(deploymentSource),
    /** The hosts that steps of type http may ask, each with its port unless that is 443. */
    HTTP_STEP_HOSTS: list(hostName),
    ADMIN_API_KEY: z.string().min(16, 'expected at least 16 characters').optional(),
    /** The project; in a log line it is where the line's trace is. Google's clients read it too. */
    GOOGLE_CLOUD_PROJECT: z.string().min(1).optional(),
    /** Of the worker's subscription, 5 to 100: a message that fails so often goes to the dead-letter topic. */
    RUN_DELIVERY_ATTEMPTS: z.coerce.number().int().min(5).max(100).default(5),
    /** Log lines below it are left out. */
    LOG_SEVERITY: z.enum(severities).default('INFO'),
    /** Read by Google's BigQuery client; here only to tell whether it points at this machine. */
    BIGQUERY_EMULATOR_HOST: z.string().optional(),
  })
  .refine((env) => !env.NOTIFY_TOPICS.includes(env.RUN_TOPIC), {
    path: ['NOTIFY_TOPICS'],
    // Whoever may publish to it may wake the worker.
    error: 'expected other topics than RUN_TOPIC',
  });

export type Env = z.infer<typeof environmentSchema>;

/** Parses the environment. Throws an Error that names each wrong variable and what was expected, never its value. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = environmentSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`Environment: ${problems.join('; ')}`);
}
