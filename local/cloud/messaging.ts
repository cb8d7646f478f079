import { PubSub, type Subscription } from '@google-cloud/pubsub';

export interface Messaging {
  readonly runTopic: string;
  /** Topics that pipelines may publish to; nobody subscribes to them here. */
  readonly notifyTopics?: readonly string[];
  /** The worker's URL. It has another port each time, so a subscription that is there is told. */
  readonly workerUrl: string;
}

const alreadyExists = 6;

/** As deploy.sh makes them, but that a failed delivery is tried again sooner: nobody waits for a laptop for minutes. */
const delivery = {
  ackDeadlineSeconds: 600,
  retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
};

/** Makes topics and subscriptions, or brings those that are there up to date. */
export async function prepareMessaging({ runTopic, notifyTopics = [], workerUrl }: Messaging): Promise<void> {
  const pubsub = new PubSub();
  const deadLetterTopic = `${runTopic}-dead-letter`;
  const topics = [runTopic, deadLetterTopic, ...notifyTopics];
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

/** False where it was there already. */
async function unlessThere(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === alreadyExists) return false;
    throw error;
  }
}
