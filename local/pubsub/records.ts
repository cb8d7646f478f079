import { z } from 'zod';
import { type StoredMessage, subscriptionSchema, topicSchema } from './model';

/**
 * The journal's records, one JSON text a line. Each is idempotent: reading a journal that begins with a snapshot
 * which already holds the effect of later records gives the same state.
 */
export const recordSchema = z.discriminatedUnion('record', [
  z.object({ record: z.literal('topic'), topic: topicSchema }),
  z.object({ record: z.literal('topic-deleted'), name: z.string() }),
  z.object({ record: z.literal('subscription'), subscription: subscriptionSchema }),
  z.object({ record: z.literal('subscription-deleted'), name: z.string() }),
  z.object({
    record: z.literal('message'),
    subscriptions: z.array(z.string()),
    id: z.string(),
    data: z.base64(),
    attributes: z.record(z.string(), z.string()),
    orderingKey: z.string(),
    publishTime: z.number(),
    attempts: z.number().optional(),
  }),
  z.object({ record: z.literal('attempt'), subscription: z.string(), id: z.string(), attempts: z.number() }),
  z.object({ record: z.literal('ack'), subscription: z.string(), id: z.string() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;
export type MessageRecord = Extract<JournalRecord, { record: 'message' }>;

export const messageRecord = (
  message: StoredMessage,
  subscriptions: string[],
  attempts?: number,
): MessageRecord => ({
  record: 'message',
  subscriptions,
  id: message.id,
  data: message.data.toString('base64'),
  attributes: message.attributes,
  orderingKey: message.orderingKey,
  publishTime: message.publishTime,
  attempts,
});

export const messageOf = (record: MessageRecord): StoredMessage => ({
  id: record.id,
  data: Buffer.from(record.data, 'base64'),
  attributes: record.attributes,
  orderingKey: record.orderingKey,
  publishTime: record.publishTime,
});
