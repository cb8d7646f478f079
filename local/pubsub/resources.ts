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
  // Journals of earlier versions have none of these.
  enableMessageOrdering: z.boolean().default(false),
  filter: z.string().default(''),
  retainAckedMessages: z.boolean().default(false),
  detached: z.boolean().default(false),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const snapshotSchema = z.object({
  name: z.string(),
  topic: z.string(),
  /** google.protobuf.Timestamp */
  expireTime: durationSchema,
  labels: labelsSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** One revision of google.pubsub.v1.Schema. */
export const schemaRevisionSchema = z.object({
  name: z.string(),
  type: z.literal('AVRO'),
  definition: z.string(),
  revisionId: z.string(),
  revisionCreateTime: durationSchema,
});
export type SchemaRevision = z.infer<typeof schemaRevisionSchema>;

/** google.iam.v1.Policy; conditions are kept as they come. */
export const policySchema = z.object({
  version: z.number(),
  bindings: z.array(
    z.object({ role: z.string(), members: z.array(z.string()), condition: z.looseObject({}).nullish() }),
  ),
  etag: z.string(),
});
export type Policy = z.infer<typeof policySchema>;

/** What subscriptions and snapshots have as their topic once that topic was deleted. */
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

/** Of a duration, or since 1970 of a timestamp. */
export const milliseconds = (duration: Duration): number => duration.seconds * 1000 + duration.nanos / 1e6;

/** google.protobuf.Timestamp of milliseconds since 1970. */
export const timestampOf = (time: number): Duration => {
  const seconds = Math.floor(time / 1000);
  return { seconds, nanos: Math.round((time - seconds * 1000) * 1e6) };
};

/** How long a topic keeps its messages, in milliseconds; 0: it does not. */
export const topicRetentionMs = (topic: Topic | undefined): number =>
  topic?.messageRetentionDuration ? milliseconds(topic.messageRetentionDuration) : 0;
