import { PubSub, type Subscription } from '@google-cloud/pubsub';

export interface Messaging {
  readonly runTopic: string;
  /** Topics of events; nothing subscribes to them here. */
  readonly eventTopics?: readonly string[];
  /** The worker's URL. Its port differs from start to start, so an existing subscription is changed. */
  readonly workerUrl: string;
}

const alreadyExists = 6;

/**
 * As deploy.sh sets it, except that failed deliveries are repeated sooner: nobody wants to wait minutes for a
 * laptop.
 */
const delivery = {
  ackDeadlineSeconds: 600,
  retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
};

/** Makes the topics and subscriptions of runs, or brings existing ones up to date. */
export async function prepareMessaging({ runTopic, eventTopics = [], workerUrl }: Messaging): Promise<void> {
  const pubsub = new PubSub();
  const deadLetterTopic = `${runTopic}-dead-letter`;
  const topics = [runTopic, deadLetterTopic, ...eventTopics];
  await Promise.all(topics.map((topic) => ensureTopic(pubsub, topic)));
  await Promise.all([
    ensureSubscription(pubsub, runTopic, `${runTopic}-worker`, {
      ...delivery,
      pushEndpoint: workerUrl,
      deadLetterPolicy: {
        deadLetterTopic: pubsub.topic(deadLetterTopic).name,
        maxDeliveryAttempts: 5,
      },
    }),
    ensureSubscription(pubsub, deadLetterTopic, `${deadLetterTopic}-kept`, {}),
  ]);
  await pubsub.close();
}

async function ensureTopic(pubsub: PubSub, name: string): Promise<void> {
  await unlessThere(pubsub.createTopic(name));
}

async function ensureSubscription(
  pubsub: PubSub,
  topic: string,
  name: string,
  options: Parameters<Subscription['setMetadata']>[0] & { pushEndpoint?: string },
): Promise<void> {
  const { pushEndpoint, ...metadata } = options;
  const pushConfig = pushEndpoint === undefined ? {} : { pushConfig: { pushEndpoint } };
  const isNew = await unlessThere(pubsub.createSubscription(topic, name, { ...metadata, ...pushConfig }));
  if (!isNew && pushEndpoint !== undefined)
    await pubsub.subscription(name).modifyPushConfig({ pushEndpoint });
}

/** False when it existed already. */
async function unlessThere(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === alreadyExists) return false;
    throw error;
  }
}
