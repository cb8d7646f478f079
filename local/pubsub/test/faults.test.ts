import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
  topicWithSubscription,
} from './support/local-pubsub';

const quickRetry = { minimumBackoff: { nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } };
const UNAVAILABLE = 14;
const noRetry = { retry: null, timeout: 10_000 };
const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`);

let pubsub: LocalPubSub;
let endpoint: PushEndpoint;

afterEach(async () => {
  await pubsub.close();
  await endpoint.close();
});

/** Publishes all texts once, one after the other. Gives what came of each, and of each text how often it was pushed. */
async function run(seed: number, order: readonly string[] = texts) {
  pubsub = await startLocalPubSub({ faults: { seed, rate: 0.5, hangMs: 20, lateMs: 20 } });
  endpoint = await startPushEndpoint();
  const [topic] = await pubsub.client.createTopic('runs');
  await topic.createSubscription('runs', { pushEndpoint: endpoint.url, retryPolicy: quickRetry });
  const outcomes: Record<string, string> = {};
  for (const text of order) {
    const request = { topic: topic.name, messages: [{ data: Buffer.from(text) }] };
    outcomes[text] = await pubsub.publisher.publish(request, noRetry).then(
      () => 'done',
      ({ code }) => String(code),
    );
  }
  pubsub.server.setFaultRate(0);
  await pubsub.publisher.publish({ topic: topic.name, messages: [{ data: Buffer.from('last') }] });
  return { outcomes, topic };
}

it('publishing fails before and after it took effect; deliveries come twice or again, but none is missing', async () => {
  const { outcomes } = await run(1);
  const done = texts.filter((text) => outcomes[text] === 'done');
  const failed = texts.filter((text) => outcomes[text] === String(UNAVAILABLE));
  expect(done.length + failed.length).toBe(texts.length);
  const pushed = () => endpoint.received.map(({ text }) => text);
  for (let count = 1; !done.every((text) => pushed().includes(text)); count += 1)
    await endpoint.receivedCount(count);
  expect(failed.filter((text) => pushed().includes(text))).not.toEqual([]);
  expect(failed.filter((text) => !pushed().includes(text))).not.toEqual([]);
  expect(pushed().length).toBeGreaterThan(new Set(pushed()).size);
});

it('the same seed has the same faults, in whatever order calls come; another seed has others', async () => {
  const first = await run(7);
  await pubsub.close();
  await endpoint.close();
  const second = await run(7, texts.toReversed());
  expect(second.outcomes).toEqual(first.outcomes);
  await pubsub.close();
  await endpoint.close();
  const other = await run(8);
  expect(other.outcomes).not.toEqual(first.outcomes);
});

it('is away for a while: calls are refused, nothing is pushed, and all goes on when it is back', async () => {
  pubsub = await startLocalPubSub();
  endpoint = await startPushEndpoint((_, index) => (index === 0 ? 500 : 204));
  const { topic, subscription } = await topicWithSubscription(pubsub.client, {
    pushEndpoint: endpoint.url,
    retryPolicy: quickRetry,
  });
  await topic.publishMessage({ data: Buffer.from('one') });
  await pubsub.logged('answered 500');
  pubsub.server.setAvailable(false);
  const request = { topic: topic.name, messages: [{ data: Buffer.from('two') }] };
  await expect(pubsub.publisher.publish(request, noRetry)).rejects.toMatchObject({ code: UNAVAILABLE });
  await expect(
    pubsub.subscriber.getSubscription({ subscription: subscription.name }, noRetry),
  ).rejects.toMatchObject({ code: UNAVAILABLE });
  const before = endpoint.received.length;
  pubsub.server.setAvailable(true);
  await pubsub.publisher.publish({ ...request, messages: [{ data: Buffer.from('three') }] });
  const received = await endpoint.receivedCount(before + 1);
  expect(received.map(({ text }) => text)).toContain('three');
  expect(received.map(({ text }) => text)).not.toContain('two');
});

it('a stream of the client survives that the service is away', async () => {
  pubsub = await startLocalPubSub();
  endpoint = await startPushEndpoint();
  const { topic, subscription } = await topicWithSubscription(pubsub.client);
  const texts: string[] = [];
  const arrival = (count: number) =>
    new Promise<void>((resolve) => {
      subscription.on('message', () => texts.length >= count && resolve());
    });
  subscription.on('message', (message) => {
    texts.push(message.data.toString());
    message.ack();
  });
  const first = arrival(1);
  await topic.publishMessage({ data: Buffer.from('one') });
  await first;
  pubsub.server.setAvailable(false);
  pubsub.server.setAvailable(true);
  const second = arrival(2);
  await topic.publishMessage({ data: Buffer.from('two') });
  await second;
  expect(texts).toEqual(['one', 'two']);
  await subscription.close();
});
