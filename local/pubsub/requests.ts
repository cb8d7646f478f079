import { z } from 'zod';
import { subscriptionSchema, topicSchema } from './model';

/** The requests of google.pubsub.v1 that are understood, as @grpc/proto-loader decodes them. */

const fieldMask = z.object({ paths: z.array(z.string()) }).nullish();
const page = { pageSize: z.number(), pageToken: z.string() };

/** Fields whose meaning is not implemented are read too, so that a value in them can be refused. */
export const topicRequest = z.object({
  ...topicSchema.shape,
  schemaSettings: z.unknown(),
  ingestionDataSourceSettings: z.unknown(),
  messageTransforms: z.array(z.unknown()),
});
export type TopicRequest = z.infer<typeof topicRequest>;

export const subscriptionRequest = z.object({
  ...subscriptionSchema.shape,
  enableMessageOrdering: z.boolean(),
  enableExactlyOnceDelivery: z.boolean(),
  filter: z.string(),
  retainAckedMessages: z.boolean(),
  bigqueryConfig: z.unknown(),
  bigtableConfig: z.unknown(),
  cloudStorageConfig: z.unknown(),
  messageTransforms: z.array(z.unknown()),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequest>;

export const publishRequest = z.object({
  topic: z.string(),
  messages: z.array(
    z.object({
      data: z.instanceof(Buffer),
      attributes: z.record(z.string(), z.string()),
      orderingKey: z.string(),
    }),
  ),
});
export type PublishRequest = z.infer<typeof publishRequest>;

export const topicName = z.object({ topic: z.string() });
export const subscriptionName = z.object({ subscription: z.string() });
export const listOfProject = z.object({ project: z.string(), ...page });
export const listOfTopic = z.object({ topic: z.string(), ...page });
export const updateTopic = z.object({ topic: topicRequest.nullable(), updateMask: fieldMask });
export const updateSubscription = z.object({
  subscription: subscriptionRequest.nullable(),
  updateMask: fieldMask,
});
export const modifyPushConfig = z.object({
  subscription: z.string(),
  pushConfig: subscriptionSchema.shape.pushConfig,
});
export const acknowledge = z.object({ subscription: z.string(), ackIds: z.array(z.string()) });
export const modifyAckDeadline = acknowledge.extend({ ackDeadlineSeconds: z.number() });
export const pull = z.object({
  subscription: z.string(),
  returnImmediately: z.boolean(),
  maxMessages: z.number(),
});
export const streamingPull = z.object({
  subscription: z.string(),
  ackIds: z.array(z.string()),
  modifyDeadlineSeconds: z.array(z.number()),
  modifyDeadlineAckIds: z.array(z.string()),
  streamAckDeadlineSeconds: z.number(),
  maxOutstandingMessages: z.number(),
  maxOutstandingBytes: z.number(),
});
