export interface Messaging {
  readonly runTopic: string;
  /** Topics of events; nothing subscribes to them here. */
  readonly eventTopics?: readonly string[];
  /** The worker's URL. Its port differs from start to start, so an existing subscription is changed. */
  readonly workerUrl: string;
  /** Topics whose messages are pushed until they are taken, each with where to; `name` ends the subscription's. */
  readonly pushes?: readonly { readonly topic: string; readonly name: string; readonly endpoint: string }[];
}

/**
 * As deploy.sh sets it for the worker, except that failed deliveries are repeated sooner: nobody wants to wait minutes for a
 * laptop.
 */
const delivery = {
  ackDeadlineSeconds: 600,
  retryPolicy: { minimumBackoff: '1s', maximumBackoff: '60s' },
};
const conflict = 409;

/** Where the worker's messages go that were delivered in vain. */
export const deadLetterTopicOf = (runTopic: string): string => `${runTopic}-dead-letter`;

/**
 * Makes the topics and subscriptions of runs and operations, or brings existing ones up to date, at the server that the
 * environment names. By REST: Google's client takes longer to load than all else that a start needs.
 * https://cloud.google.com/pubsub/docs/reference/rest
 * @throws Error with what the server answered
 */
export async function prepareMessaging(
  { runTopic, eventTopics = [], workerUrl, pushes = [] }: Messaging,
  { PUBSUB_EMULATOR_HOST, GOOGLE_CLOUD_PROJECT } = process.env,
): Promise<void> {
  const project = `http://${PUBSUB_EMULATOR_HOST}/v1/projects/${GOOGLE_CLOUD_PROJECT}`;
  const nameOf = (topic: string) => `projects/${GOOGLE_CLOUD_PROJECT}/topics/${topic}`;
  const deadLetterTopic = deadLetterTopicOf(runTopic);
  const topics = new Set([runTopic, deadLetterTopic, ...eventTopics, ...pushes.map(({ topic }) => topic)]);
  await Promise.all([...topics].map((topic) => isMade(`${project}/topics/${topic}`, {})));
  const pushed = async (subscription: string, topic: string, url: string, more = {}) => {
    const address = `${project}/subscriptions/${subscription}`;
    const pushConfig = { pushEndpoint: url };
    const isNew = await isMade(address, { topic: nameOf(topic), ...delivery, pushConfig, ...more });
    if (!isNew) await send('POST', `${address}:modifyPushConfig`, { pushConfig });
  };
  const deadLetterPolicy = { deadLetterTopic: nameOf(deadLetterTopic), maxDeliveryAttempts: 5 };
  await Promise.all([
    pushed(`${runTopic}-worker`, runTopic, workerUrl, { deadLetterPolicy }),
    isMade(`${project}/subscriptions/${deadLetterTopic}-kept`, { topic: nameOf(deadLetterTopic) }),
    ...pushes.map(({ topic, name, endpoint }) => pushed(`${topic}-${name}`, topic, endpoint)),
  ]);
}

/** False when it existed already. */
const isMade = async (url: string, resource: object): Promise<boolean> =>
  (await send('PUT', url, resource, [conflict])) !== conflict;

/** Resolves to the status of an answer that is good, or is among those that are expected. */
async function send(
  method: string,
  url: string,
  body: object,
  expected: readonly number[] = [],
): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.ok || expected.includes(response.status)) return response.status;
  throw new Error(`Pub/Sub answered ${method} ${url} with ${response.status}: ${text}`);
}
