import { z } from 'zod';

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

const quota = (what: string) => z.int().min(0).nullable().describe(`${what}; null: unlimited.`);

/**
 * Every type of event, as it is published to the topic of events. A later version may add members, so a
 * reader lets pass what it does not know.
 */
export const eventSchemas = {
  'tenant.onboarded': eventSchema(
    'tenant.onboarded',
    z
      .object({
        tenant_id: z.string().describe("The tenant's id, and its dataset's name."),
        company_name: z.string().describe('Name of the customer, for people.'),
        subscription_tier: z.string().describe('The tier.'),
        max_pipelines_per_month: quota('Runs that may be admitted in a calendar month (UTC)'),
        max_concurrent_pipelines: quota('Runs that may be in flight at once'),
        location: z.string().describe('Where its dataset is: a BigQuery location.'),
        onboarding_id: z.string().describe('The onboarding: a tenant that is recreated gets another.'),
      })
      .describe('The tenant as it was made.'),
  ).describe('A tenant was onboarded, or recreated by force: it can start runs from now on.'),
} as const;

export type TenantOnboarded = z.infer<(typeof eventSchemas)['tenant.onboarded']>;
export type TenantEvent = z.infer<(typeof eventSchemas)[keyof typeof eventSchemas]>;
