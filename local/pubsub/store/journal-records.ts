import { createReadStream } from 'node:fs';
import { types } from 'node:util';
import { z } from 'zod';
import {
  policySchema,
  type StoredMessage,
  schemaRevisionSchema,
  snapshotSchema,
  subscriptionSchema,
  topicSchema,
} from '../resources';

/**
 * The journal's records, one line of JSON each. Each is idempotent: a snapshot at the journal's beginning may
 * already hold the effect of records that follow it.
 */
const recordSchema = z.discriminatedUnion('record', [
  z.object({ record: z.literal('topic'), topic: topicSchema }),
  z.object({ record: z.literal('topic-deleted'), name: z.string() }),
  z.object({ record: z.literal('subscription'), subscription: subscriptionSchema }),
  z.object({ record: z.literal('subscription-deleted'), name: z.string() }),
  z.object({
    record: z.literal('message'),
    /** Those that have to deliver it. */
    subscriptions: z.array(z.string()),
    /** Those that keep it besides. */
    snapshots: z.array(z.string()).optional(),
    /** The topic, where it keeps its messages. */
    keptBy: z.string().optional(),
    id: z.string(),
    data: z.base64(),
    attributes: z.record(z.string(), z.string()),
    orderingKey: z.string(),
    publishTime: z.number(),
    attempts: z.number().optional(),
  }),
  z.object({ record: z.literal('attempt'), subscription: z.string(), id: z.string(), attempts: z.number() }),
  z.object({ record: z.literal('ack'), subscription: z.string(), id: z.string() }),
  z.object({ record: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.object({ record: z.literal('snapshot-deleted'), name: z.string() }),
  /** All revisions, the oldest first. */
  z.object({ record: z.literal('schema'), name: z.string(), revisions: z.array(schemaRevisionSchema) }),
  z.object({ record: z.literal('schema-deleted'), name: z.string() }),
  z.object({ record: z.literal('policy'), resource: z.string(), policy: policySchema }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;
export type MessageRecord = Extract<JournalRecord, { record: 'message' }>;

/** Who has a message: names of subscriptions and snapshots, and of its topic where that keeps it. */
export type Holders = Pick<MessageRecord, 'snapshots' | 'keptBy' | 'attempts'> & { subscriptions?: string[] };

export const messageRecord = (
  message: StoredMessage,
  { subscriptions = [], ...holders }: Holders,
): MessageRecord => ({
  record: 'message',
  ...holders,
  subscriptions,
  id: message.id,
  data: message.data.toString('base64'),
  attributes: message.attributes,
  orderingKey: message.orderingKey,
  publishTime: message.publishTime,
});

export const messageOf = (record: MessageRecord): StoredMessage => ({
  id: record.id,
  data: Buffer.from(record.data, 'base64'),
  attributes: record.attributes,
  orderingKey: record.orderingKey,
  publishTime: record.publishTime,
});

/**
 * Calls `apply` with every record of the journal at `path`, in order. A file that does not exist has none.
 * What follows the last line feed was cut off by a crash before anyone was told that it was stored, so it is
 * dropped.
 * @throws Error naming the file and the line, when a whole line is not a record
 */
export const readJournal = async (path: string, apply: (record: JournalRecord) => void): Promise<void> => {
  let line = 0;
  for await (const text of wholeLines(path)) {
    line += 1;
    apply(parse(text, `${path}, line ${line}`));
  }
};

const parse = (text: string, place: string): JournalRecord => {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    const message = `${place}: not a record of the local Pub/Sub's journal; move the file away to start empty`;
    throw new Error(message, { cause: error });
  }
};

async function* wholeLines(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if (!(types.isNativeError(error) && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
