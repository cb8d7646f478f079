import { join } from 'node:path';
import { z } from 'zod';
import { eventTypes } from './definitions/event-types';
import { topicNameSchema } from './definitions/schemas/name-schemas';
import { originPatternSchema } from './http/headers/cors';
import { logFormats, severities } from './log';
import { isDeploymentSource } from './pipelines/rules/run-sources';
import { adminKeysSchema, adminPersonSchema } from './tenants/rules/admin-schemas';

const hostName = z
  .string()
  .regex(/^[a-z0-9.-]+(:[0-9]+)?$/, 'expected a host name in lower case, with its port unless that is 443');

/** Names separated by commas. */
const list = <T>(name: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
    .pipe(z.array(name))
    .default([]);

/** Like api.example.com=http://localhost:3000, separated by commas. */
const localHosts = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?=http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+(,[a-z0-9.-]+(:\d+)?=http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+)*$/,
    'expected a host and a server of this machine, like api.example.com=http://localhost:3000',
  )
  .transform((text) => Object.fromEntries(text.split(',').map((part) => part.split('='))))
  .pipe(z.record(z.string(), z.string()));

const deploymentSource = z
  .string()
  .refine(isDeploymentSource, 'expected dataset, project.dataset, project.*, gs://bucket/prefix/ or gs://*');

const deploymentSecret = z.string().min(32, 'expected at least 32 characters').optional();

/** The environment variables of all functions. A wrong value stops the process at its start. */
const environmentSchema = z
  .object({
    /** The folder of the definitions. A bundle has its own beside the code. */
    SCHEMAS_DIRECTORY: z.string().min(1).default(join(process.cwd(), 'schemas')),
    /** The folder of the console's files, as `npm run build` writes it. A bundle has its own beside the code. */
    CONSOLE_DIRECTORY: z.string().min(1).default(join(process.cwd(), 'dist/console/console')),
    /** The location of new datasets, unless the onboarding names one. */
    BIGQUERY_LOCATION: z.string().min(1).default('US'),
    /** The dataset of what concerns more than one tenant, such as the audit log. */
    CONTROL_DATASET: z
      .string()
      .regex(/^[A-Za-z0-9_]{1,100}$/, "expected a dataset's name")
      .default('tenant_pipelines'),
    /** The topic that wakes the worker. */
    RUN_TOPIC: z.string().min(1).default('pipeline-runs'),
    /** The topic of events about tenants. */
    EVENT_TOPIC: topicNameSchema.default('tenant-events'),
    /** The types of events that are published; none: all of them. */
    EVENT_TYPES: list(z.enum(eventTypes)),
    /** The topic of what is to be delivered to webhooks. */
    WEBHOOK_DELIVERY_TOPIC: topicNameSchema.default('webhook-deliveries'),
    /** The topic of what of that has to be delivered again. */
    WEBHOOK_RETRY_TOPIC: topicNameSchema.default('webhook-retries'),
    /** The topic that has operations worked on. */
    OPERATION_TOPIC: topicNameSchema.default('operations'),
    /** The ack deadline of the worker's subscription, 10 to 600: how long one delivery may take. */
    RUN_ACK_DEADLINE_SECONDS: z.coerce.number().int().min(10).max(600).default(600),
    /** The topics that notify steps may publish to. */
    NOTIFY_TOPICS: list(topicNameSchema),
    /** What pipelines may read besides their tenant's dataset: see pipelines/rules/run-sources. */
    ALLOWED_SOURCES: list(deploymentSource),
    /** The hosts that http steps may ask, each with its port unless that is 443. */
    HTTP_STEP_HOSTS: list(hostName),
    /** On a developer's machine alone: servers of this machine that are asked in place of hosts. */
    HTTP_STEP_LOCAL: localHosts.optional(),
    /** Set by Cloud Run, wherever code is deployed. */
    K_SERVICE: z.string().optional(),
    ADMIN_API_KEY: z.string().min(16, 'expected at least 16 characters').optional(),
    /** Further admins' keys by their names: see admin-schemas. */
    ADMIN_API_KEYS: adminKeysSchema,
    /** People who may make admin calls: see admin-schemas. */
    ADMIN_PEOPLE: list(adminPersonSchema),
    /** Whom Google ID tokens of people have to be for. */
    ADMIN_ID_TOKEN_AUDIENCES: list(z.string()),
    /** Whom assertions of Identity-Aware Proxy have to be for: backends, like /projects/1/global/backendServices/2. */
    ADMIN_IAP_AUDIENCE: list(z.string()),
    /** Signs tokens for browsers. Without it none are made or accepted. */
    TOKEN_SECRET: deploymentSecret,
    /** The one before it: what it has signed is accepted. */
    TOKEN_SECRET_PREVIOUS: deploymentSecret,
    /** The secrets of webhooks follow from it. Without it there are none. */
    WEBHOOK_SECRET: deploymentSecret,
    /** The one before it: what follows from it signs, too. */
    WEBHOOK_SECRET_PREVIOUS: deploymentSecret,
    /** The project. Log lines name it with their trace; Google's clients read it, too. */
    GOOGLE_CLOUD_PROJECT: z.string().min(1).optional(),
    /** After so many failed deliveries, 5 to 100, a message to the worker goes to the dead-letter topic. */
    RUN_DELIVERY_ATTEMPTS: z.coerce.number().int().min(5).max(100).default(5),
    /** How many runs of one tenant an instance of the worker works on at once: see functions/worker/tenant-places. */
    RUNS_OF_TENANT_AT_ONCE: z.coerce.number().int().min(1).max(1_000).default(20),
    /** For how many tenants an instance of run decides at once, at the start; it follows what BigQuery can do. */
    DECISIONS_AT_ONCE: z.coerce.number().int().min(1).max(1_000).default(100),
    /** How many other calls an instance of run, tenants or onboard works on at once; each has its own number unless given. */
    CALLS_AT_ONCE: z.coerce.number().int().min(1).max(1_000).optional(),
    /** How many requests of one address, or with one key, may fail a minute in an instance; 0: any number. */
    FAILURES_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(600),
    /** How many of the last entries of X-Forwarded-For the infrastructure appends; 0: it is not heeded. */
    FORWARDED_ENTRIES: z.coerce.number().int().min(0).max(10).default(0),
    /** Origins of the web pages that may call from a browser: see http/headers/cors. */
    CORS_ORIGINS: list(originPatternSchema),
    /** A call is answered within this time, 5 to 300: with 503 if BigQuery does not answer. */
    ANSWER_WITHIN_SECONDS: z.coerce.number().int().min(5).max(300).default(15),
    /**
     * What BigQuery is taken to cost for each TiB that it bills, in BILLING_CURRENCY: for estimates alone. Unless
     * given, on-demand queries in US dollars (https://cloud.google.com/bigquery/pricing, seen in November 2026).
     */
    BIGQUERY_PRICE_PER_TIB: z.coerce.number().min(0).max(1_000_000).default(6.25),
    /** As ISO 4217 names it. */
    BILLING_CURRENCY: z
      .string()
      .regex(/^[A-Z]{3}$/, 'expected a currency such as USD')
      .default('USD'),
    /** Log lines below this severity are left out. */
    LOG_SEVERITY: z.enum(severities).default('INFO'),
    /** How a log line looks: for Cloud Logging, or for people. */
    LOG_FORMAT: z.enum(logFormats).default('json'),
    /**
     * Read by Google's BigQuery client. Here it only tells whether BigQuery is an emulator on this machine.
     */
    BIGQUERY_EMULATOR_HOST: z.string().optional(),
  })
  .refine((env) => env.HTTP_STEP_LOCAL === undefined || isDevelopersMachine(env), {
    path: ['HTTP_STEP_LOCAL'],
    // Deployed, a definition could reach what only the instance itself may.
    error: "expected on a developer's machine only, beside a local BigQuery (BIGQUERY_EMULATOR_HOST)",
  })
  .refine((env) => !env.NOTIFY_TOPICS.includes(env.RUN_TOPIC), {
    path: ['NOTIFY_TOPICS'],
    // Otherwise a pipeline could wake the worker.
    error: 'expected other topics than RUN_TOPIC',
  })
  .refine(
    (env) =>
      ![env.EVENT_TOPIC, env.WEBHOOK_DELIVERY_TOPIC, env.WEBHOOK_RETRY_TOPIC].some((t) =>
        env.NOTIFY_TOPICS.includes(t),
      ),
    {
      path: ['NOTIFY_TOPICS'],
      // Otherwise a pipeline could make up events of other tenants.
      error: 'expected other topics than EVENT_TOPIC, WEBHOOK_DELIVERY_TOPIC and WEBHOOK_RETRY_TOPIC',
    },
  );

const isDevelopersMachine = (env: {
  readonly K_SERVICE?: string | undefined;
  readonly BIGQUERY_EMULATOR_HOST?: string | undefined;
}): boolean => env.K_SERVICE === undefined && env.BIGQUERY_EMULATOR_HOST !== undefined;

export type Env = z.infer<typeof environmentSchema>;

/**
 * Parses the environment. Throws an Error that names each wrong variable and what was expected, but never a
 * value.
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = environmentSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`Environment: ${problems.join('; ')}`);
}

/** The secrets of tokens, the current one first. */
export const tokenSecretsOf = ({ TOKEN_SECRET, TOKEN_SECRET_PREVIOUS }: Env): readonly string[] =>
  [TOKEN_SECRET, TOKEN_SECRET_PREVIOUS].flatMap((secret) => secret ?? []);

/** Where which events about tenants are published. */
export const eventSettingsOf = ({ EVENT_TOPIC, EVENT_TYPES }: Pick<Env, 'EVENT_TOPIC' | 'EVENT_TYPES'>) => ({
  topic: EVENT_TOPIC,
  types: EVENT_TYPES,
});

/** Who may call the functions that everybody can call, and how often in vain. */
export const callerLimitsOf = (env: Env) => ({
  failuresPerMinute: env.FAILURES_PER_MINUTE,
  forwardedEntries: env.FORWARDED_ENTRIES,
  answerMs: env.ANSWER_WITHIN_SECONDS * 1000,
  corsOrigins: env.CORS_ORIGINS,
});
