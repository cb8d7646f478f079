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

let pubsub: LocalPubSub;
let endpoint: PushEndpoint;

afterEach(async () => {
  await pubsub.close();
  await endpoint.close();
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
