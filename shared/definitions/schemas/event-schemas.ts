import { z } from 'zod';
import type { EventType } from '../event-types';

/** What all events of tenants have in common: the members of a CloudEvent 1.0, https://cloudevents.io */
const eventSchema = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0').describe('The version of CloudEvents.'),
    type: z.literal(type).describe('What happened.'),
    source: z.literal('tenant-pipelines').describe('Who published it.'),
    id: z
      .string()
      .describe('The same however often the event is published: with source, it tells repeats from news.'),
    subject: z.string().describe("The tenant's id."),
    time: z.string().meta({ format: 'date-time', description: 'When it happened, UTC.' }),
    datacontenttype: z.literal('application/json').describe('The form of data.'),
    data,
  });

const tenantId = z.string().describe("The tenant's id, and its dataset's name.");
const onboardingId = z
  .string()
  .nullable()
  .describe(
    "The tenant's life: one that is recreated gets another. null: it was onboarded before there were such ids.",
  );
const tenant = { tenant_id: tenantId, onboarding_id: onboardingId };

const moment = (what: string) => z.string().meta({ format: 'date-time', description: `${what}, UTC.` });
const momentOrNull = (what: string, whereNull: string) =>
  z.string().meta({ format: 'date-time' }).nullable().describe(`${what}, UTC; null: ${whereNull}.`);
const whole = (what: string) => z.int().min(0).describe(what);
const wholeOrNull = (what: string) => z.int().min(0).nullable().describe(`${what}; null: not known.`);
const quota = (what: string) => z.int().min(0).nullable().describe(`${what}; null: unlimited.`);

const quotas = {
  subscription_tier: z.string().nullable().describe('The tier.'),
  max_pipelines_per_month: quota('Runs that may be admitted in a calendar month (UTC)'),
  max_concurrent_pipelines: quota('Runs that may be in flight at once'),
  max_bytes_billed_per_month: quota('Bytes that BigQuery may bill in a calendar month (UTC)'),
  max_queued_pipelines: whole('Runs that may wait in the queue at once; 0: there is none.'),
};

const key = {
  ...tenant,
  api_key_id: z.string().describe("The key's id. The key itself is in no event."),
  name: z.string().nullable().describe('What its maker called it.'),
  last_four: z
    .string()
    .nullable()
    .describe("The key's last characters; null: it is older than their record."),
};

/**
 * Every type of event, as it is published to the topic of events. A later version may add members, so a
 * reader lets pass what it does not know. None has anything in it that its tenant must not see.
 */
export const eventSchemas = {
  'tenant.onboarded': eventSchema(
    'tenant.onboarded',
    z
      .object({
        tenant_id: tenantId,
        company_name: z.string().describe('Name of the customer, for people.'),
        subscription_tier: z.string().describe('The tier.'),
        max_pipelines_per_month: quota('Runs that may be admitted in a calendar month (UTC)'),
        max_concurrent_pipelines: quota('Runs that may be in flight at once'),
        max_queued_pipelines: whole('Runs that may wait in the queue at once; 0: there is none.'),
        location: z.string().describe('Where its dataset is: a BigQuery location.'),
        onboarding_id: z.string().describe('The onboarding: a tenant that is recreated gets another.'),
      })
      .describe('The tenant as it was made.'),
  ).describe('A tenant was onboarded, or recreated by force: it can start runs from now on.'),

  'tenant.suspended': eventSchema(
    'tenant.suspended',
    z
      .object({
        ...tenant,
        suspended_at: moment('When it was suspended'),
        public_reason: z
          .string()
          .nullable()
          .describe('Why, as far as the operator has made that public; null: nothing is told.'),
      })
      .describe('The suspension.'),
  ).describe('A tenant was suspended: no run of it is admitted from now on.'),

  'tenant.activated': eventSchema('tenant.activated', z.object(tenant).describe('The tenant.')).describe(
    'A suspended tenant was activated: it can start runs again.',
  ),

  'tenant.offboarded': eventSchema(
    'tenant.offboarded',
    z
      .object({
        ...tenant,
        restorable_until: momentOrNull('Until when it can be restored at the least', 'it cannot'),
      })
      .describe('The tenant that is gone.'),
  ).describe('A tenant was offboarded: its dataset is removed.'),

  'quota.threshold': eventSchema(
    'quota.threshold',
    z
      .object({
        ...tenant,
        quota: z
          .enum(['monthly', 'bytes'])
          .describe('Of which quota: runs a month, or bytes that BigQuery billed in the month.'),
        percent: whole('Which share of it is used at least.'),
        used: whole('How much of it is used.'),
        limit: whole('The quota.'),
        month: z.string().meta({ format: 'date', description: 'The first day of the month (UTC).' }),
        run_id: z.string().describe('The run by which it was reached.'),
      })
      .describe('What was reached.'),
  ).describe(
    'A run was admitted, or settled, by which the tenant has used so much of a monthly quota. It comes once a month for each share of each quota that the tenant has.',
  ),

  'quota.changed': eventSchema(
    'quota.changed',
    z
      .object({
        ...tenant,
        ...quotas,
        before: z.object(quotas).nullable().describe('What they were before; null: that is not known.'),
      })
      .describe('The quotas as they are from now on.'),
  ).describe("A tenant's tier or quotas were changed: they hold from the next run on."),

  'run.settled': eventSchema(
    'run.settled',
    z
      .object({
        ...tenant,
        run_id: z.string().describe('The run.'),
        pipeline: z.string().describe('Path of the pipeline: provider/domain/id.'),
        trigger: z.string().nullable().describe('What started it; null: not known.'),
        status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']).describe('How it ended.'),
        error_code: z.string().nullable().describe('Why it did not complete; null: it did.'),
        failed_step: z.string().nullable().describe('The step that ended it; null: none did.'),
        admitted_at: moment('When it was admitted: it counts in this month'),
        started_at: momentOrNull('When a worker began to execute it', 'no worker did'),
        ended_at: moment('When it ended'),
        duration_ms: wholeOrNull('Milliseconds from started_at to ended_at'),
        rows_written: wholeOrNull('Rows that its steps wrote'),
        bytes_processed: wholeOrNull('Bytes that its steps read'),
        bytes_billed: wholeOrNull('Bytes that BigQuery billed for it'),
      })
      .describe('The run, without its parameters and messages.'),
  ).describe('A run has ended. This is what it is billed by.'),

  'api_key.created': eventSchema(
    'api_key.created',
    z
      .object({
        ...key,
        scopes: z.array(z.string()).describe('What it may do.'),
        pipelines: z.array(z.string()).describe('Which pipelines it may start; empty: all of them.'),
        expires_at: momentOrNull('When it expires', 'never'),
        replaces: z.string().nullable().describe('The id of the key that it replaces; null: none.'),
        replaced_ends_at: momentOrNull('When that one ends at the latest', 'there is none'),
      })
      .describe('The key.'),
  ).describe('An API key was made, also by a rotation.'),

  'api_key.expiring': eventSchema(
    'api_key.expiring',
    z
      .object({
        ...key,
        expires_at: moment('When it expires'),
        days: whole('Within how many days that is: 7 or 1.'),
      })
      .describe('The key.'),
  ).describe('An API key expires soon. It comes once for each number of days.'),

  'api_key.revoked': eventSchema(
    'api_key.revoked',
    z
      .object({ ...tenant, api_key_id: key.api_key_id, revoked_at: moment('When it was revoked') })
      .describe('The key.'),
  ).describe('An API key was revoked: it starts no run from now on.'),

  'webhook.disabled': eventSchema(
    'webhook.disabled',
    z
      .object({
        ...tenant,
        webhook_id: z.string().describe('The webhook.'),
        description: z.string().nullable().describe('What its maker said of it.'),
        host: z.string().describe("The endpoint's host. The rest of its address may be secret."),
        reason: z
          .enum(['gone', 'failing'])
          .describe('It answered 410, or no delivery has succeeded for five days.'),
        disabled_at: moment('When it was disabled'),
      })
      .describe('The webhook.'),
  ).describe('A webhook was disabled: nothing is delivered to it until it is enabled again.'),
} as const satisfies Readonly<Record<EventType, z.ZodType>>;

type EventSchemas = typeof eventSchemas;

/** An event of this type. */
export type EventOf<Type extends EventType> = z.infer<EventSchemas[Type]>;
export type TenantEvent = EventOf<EventType>;
