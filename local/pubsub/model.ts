import { z } from 'zod';

/** What Pub/Sub keeps: these shapes are those of google.pubsub.v1 and of the journal alike. */

export const durationSchema = z.object({ seconds: z.number(), nanos: z.number() });
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

export const pushConfigSchema = z.object({
  pushEndpoint: z.string(),
  attributes: labelsSchema,
  oidcToken: z.object({ serviceAccountEmail: z.string(), audience: z.string() }).nullish(),
  pubsubWrapper: z.object({}).nullish(),
});
export type PushConfig = z.infer<typeof pushConfigSchema>;

export const retryPolicySchema = z.object({
  minimumBackoff: durationSchema.nullish(),
  maximumBackoff: durationSchema.nullish(),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

export const deadLetterPolicySchema = z.object({
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

/** The topic that remains written in a subscription whose topic was deleted. */
export const deletedTopic = '_deleted-topic_';

/** A published message. Shared by all subscriptions that still have to deliver it; never changed. */
export type StoredMessage = {
  readonly id: string;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
  /** Milliseconds since 1970. */
  readonly publishTime: number;
};

export const milliseconds = (duration: Duration): number => duration.seconds * 1000 + duration.nanos / 1e6;
