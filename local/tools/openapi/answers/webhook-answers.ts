import { z } from 'zod';
import { answerParts } from '../answer-parts';

const { text, time, count, etag, nextCursor } = answerParts;

const webhook = {
  webhook_id: text,
  etag,
  url: text,
  event_types: z.array(text).describe('None: all events of the tenant.'),
  description: text.nullable(),
  state: z
    .enum(['active', 'paused', 'disabled'])
    .describe('paused by its owner, or disabled because its endpoint takes no events.'),
  reason: text.nullable().describe('Why it is disabled.'),
  failing_since: time.nullable().describe('null: the last delivery did not fail, as far as it was noted.'),
  secret_version: count,
  previous_secret_until: time.nullable().describe('Until then the secret before this one signs as well.'),
  created_at: time,
  created_by: text.nullable(),
  updated_at: time,
};

/** What is answered about webhooks. */
export const webhookAnswers = {
  NewWebhook: z.strictObject({
    ...webhook,
    secret: text.describe('Of its signatures: whsec_…. Shown once, here.'),
  }),
  Webhook: z.strictObject(webhook),
  WebhookList: z.strictObject({ webhooks: z.array(z.strictObject(webhook)) }),
  WebhookSecret: z.strictObject({
    webhook_id: text,
    secret: text.describe('Shown once, here.'),
    secret_version: count,
    previous_secret_until: time.describe('Until then the old secret signs as well.'),
  }),
  WebhookTest: z.strictObject({
    webhook_id: text,
    delivery_id: text.describe('What its receiver gets as webhook-id.'),
    event_id: text,
  }),
  WebhookDeliveries: z.strictObject({
    attempts: z.array(
      z.strictObject({
        delivery_id: text.describe('What its receiver gets as webhook-id: the same in each attempt.'),
        event_id: text,
        event_type: text,
        attempt: count.describe('Of this delivery, as far as they are within the times asked for.'),
        attempted_at: time,
        duration_ms: count,
        status: count.nullable().describe('Of the answer. null: there was none.'),
        failure: text
          .nullable()
          .describe(
            'bad_status, redirected, gone, timed_out, refused_address, unreachable, or, where it was not posted, paused or disabled, as the webhook was. null: it was delivered.',
          ),
        answer: text.nullable().describe('How its body begins.'),
        outcome: z.enum(['delivered', 'retrying', 'given_up']).describe('retrying: another attempt follows.'),
      }),
    ),
    next_cursor: nextCursor,
  }),
  Redelivery: z.strictObject({ webhook_id: text, delivery_id: text }),
} as const;
