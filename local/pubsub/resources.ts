import { z } from 'zod';

/** What Pub/Sub keeps. The schemas describe both google.pubsub.v1 and the journal. */

const durationSchema = z.object({ seconds: z.number(), nanos: z.number() });
export type Duration = z.infer<typeof durationSchema>;

const labelsSchema = z.record(z.string(), z.string());

export const topicSchema = z.object({
  name: z.string(),
  labels: labelsSchema,
  messageStoragePolicy: z
    .object({ allowedPersistenceRegions: z.array(z.string()), enforceInTransit: z.boolean() })
    .nullish(),
  kmsKeyName: z.string(),
  messageRetentionDuration: durationSchema.nullish(),
});
export type Topic = z.infer<typeof topicSchema>;

const pushConfigSchema = z.object({
  pushEndpoint: z.string(),
  attributes: labelsSchema,
  oidcToken: z.object({ serviceAccountEmail: z.string(), audience: z.string() }).nullish(),
  pubsubWrapper: z.object({}).nullish(),
});

const retryPolicySchema = z.object({
  minimumBackoff: durationSchema.nullish(),
  maximumBackoff: durationSchema.nullish(),
});

const deadLetterPolicySchema = z.object({
  deadLetterTopic: z.string(),
  maxDeliveryAttempts: z.number().int(),
});

export const subscriptionSchema = z.object({
  name: z.string(),
  topic: z.string(),
  pushConfig: pushConfigSchema.nullish(),
  ackDeadlineSeconds: z.number().int(),
  messageRetentionDuration: durationSchema.nullish(),
  labels: labelsSchema,
  expirationPolicy: z.object({ ttl: durationSchema.nullish() }).nullish(),
  deadLetterPolicy: deadLetterPolicySchema.nullish(),
  retryPolicy: retryPolicySchema.nullish(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** What a subscription has as its topic once that topic was deleted. */
export const deletedTopic = '_deleted-topic_';

/** A published message. All subscriptions that still have to deliver it share it; it never changes. */
export type StoredMessage = {
  readonly id: string;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
  /** Milliseconds since 1970. */
  readonly publishTime: number;
};

/** A message as a publisher gives it. */
export type NewMessage = Pick<StoredMessage, 'data' | 'attributes' | 'orderingKey'>;

export const milliseconds = (duration: Duration): number => duration.seconds * 1000 + duration.nanos / 1e6;
