import { z } from 'zod';
import { policySchema, snapshotSchema, subscriptionSchema, topicSchema } from '../../resources';

/** The requests of google.pubsub.v1 that are served, as @grpc/proto-loader decodes them. */

const fieldMaskSchema = z.object({ paths: z.array(z.string()) }).nullish();
const pageFields = { pageSize: z.number(), pageToken: z.string() };

/** Fields that are not implemented are read too, so that a value in them can be refused. */
export const createTopicRequestSchema = z.object({
  ...topicSchema.shape,
  schemaSettings: z.unknown(),
  ingestionDataSourceSettings: z.unknown(),
  messageTransforms: z.array(z.unknown()),
});
export type CreateTopicRequest = z.infer<typeof createTopicRequestSchema>;

export const createSubscriptionRequestSchema = z.object({
  ...subscriptionSchema.shape,
  enableExactlyOnceDelivery: z.boolean(),
  bigqueryConfig: z.unknown(),
  bigtableConfig: z.unknown(),
  cloudStorageConfig: z.unknown(),
  messageTransforms: z.array(z.unknown()),
});
export type CreateSubscriptionRequest = z.infer<typeof createSubscriptionRequestSchema>;

export const publishRequestSchema = z.object({
  topic: z.string(),
  messages: z.array(
    z.object({
      data: z.instanceof(Buffer),
      attributes: z.record(z.string(), z.string()),
      orderingKey: z.string(),
    }),
  ),
});
export type PublishRequest = z.infer<typeof publishRequestSchema>;

export const topicNameRequestSchema = z.object({ topic: z.string() });
export const subscriptionNameRequestSchema = z.object({ subscription: z.string() });
export const listOfProjectRequestSchema = z.object({ project: z.string(), ...pageFields });
export const listOfTopicRequestSchema = z.object({ topic: z.string(), ...pageFields });
export const updateTopicRequestSchema = z.object({
  topic: createTopicRequestSchema.nullable(),
  updateMask: fieldMaskSchema,
});
export const updateSubscriptionRequestSchema = z.object({
  subscription: createSubscriptionRequestSchema.nullable(),
  updateMask: fieldMaskSchema,
});
export const modifyPushConfigRequestSchema = z.object({
  subscription: z.string(),
  pushConfig: subscriptionSchema.shape.pushConfig,
});
export const acknowledgeRequestSchema = z.object({ subscription: z.string(), ackIds: z.array(z.string()) });
export const modifyAckDeadlineRequestSchema = acknowledgeRequestSchema.extend({
  ackDeadlineSeconds: z.number(),
});
export const pullRequestSchema = z.object({
  subscription: z.string(),
  returnImmediately: z.boolean(),
  maxMessages: z.number(),
});
export const streamingPullRequestSchema = z.object({
  subscription: z.string(),
  ackIds: z.array(z.string()),
  modifyDeadlineSeconds: z.array(z.number()),
  modifyDeadlineAckIds: z.array(z.string()),
  streamAckDeadlineSeconds: z.number(),
  maxOutstandingMessages: z.number(),
  maxOutstandingBytes: z.number(),
});

export const createSnapshotRequestSchema = z.object({
  name: z.string(),
  subscription: z.string(),
  labels: snapshotSchema.shape.labels,
});
export const snapshotNameRequestSchema = z.object({ snapshot: z.string() });
export const updateSnapshotRequestSchema = z.object({
  snapshot: snapshotSchema.extend({ expireTime: snapshotSchema.shape.expireTime.nullish() }).nullable(),
  updateMask: fieldMaskSchema,
});
export const seekRequestSchema = z.object({
  subscription: z.string(),
  time: snapshotSchema.shape.expireTime.nullish(),
  snapshot: z.string().nullish(),
});

const schemaField = z.object({ type: z.string(), definition: z.string() }).nullable();
export const createSchemaRequestSchema = z.object({
  parent: z.string(),
  schemaId: z.string(),
  schema: schemaField,
});
export const validateSchemaRequestSchema = z.object({ parent: z.string(), schema: schemaField });
export const viewOfSchemaRequestSchema = z.object({ name: z.string(), view: z.string() });
export const listSchemasRequestSchema = z.object({ parent: z.string(), view: z.string(), ...pageFields });
export const listSchemaRevisionsRequestSchema = viewOfSchemaRequestSchema.extend(pageFields);
export const commitSchemaRequestSchema = z.object({ name: z.string(), schema: schemaField });
export const rollbackSchemaRequestSchema = z.object({ name: z.string(), revisionId: z.string() });
export const schemaRevisionRequestSchema = z.object({ name: z.string() });

export const resourceRequestSchema = z.object({ resource: z.string() });
export const setIamPolicyRequestSchema = z.object({
  resource: z.string(),
  policy: policySchema.extend({ etag: z.instanceof(Buffer) }).nullable(),
});
export const testIamPermissionsRequestSchema = z.object({
  resource: z.string(),
  permissions: z.array(z.string()),
});
