import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
  topicWithSubscription,
} from '../../support/local-pubsub';

const quickRetry = { minimumBackoff: { nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } };

describe('push', () => {
  let pubsub: LocalPubSub;
  let endpoint: PushEndpoint | undefined;

  beforeEach(async () => {
    pubsub = await startLocalPubSub();
  });
  afterEach(async () => {
    await pubsub.close();
    await endpoint?.close();
    endpoint = undefined;
  });

  it('posts a published message in the documented form', async () => {
    endpoint = await startPushEndpoint();
    const { topic, subscription } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
    });

    const messageId = await topic.publishMessage({ data: Buffer.from('hällo'), attributes: { a: 'b' } });

    const [push] = await endpoint.receivedCount(1);
    expect(push).toMatchObject({
      text: 'hällo',
      subscription: subscription.name,
      message: { messageId, message_id: messageId, attributes: { a: 'b' } },
      headers: { 'content-type': 'application/json', 'user-agent': 'CloudPubSub-Google' },
    });
    expect(push).not.toHaveProperty('deliveryAttempt');
    expect(push?.message.publish_time).toBe(push?.message.publishTime);
  });

  it('delivers again after an answer of 500, with the back-off of the retry policy', async () => {
    endpoint = await startPushEndpoint((_push, index) => (index < 2 ? 500 : 200));
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      retryPolicy: quickRetry,
    });

    await topic.publishMessage({ data: Buffer.from('again') });
    await endpoint.receivedCount(3);
    await topic.publishMessage({ data: Buffer.from('last') });
    const pushes = await endpoint.receivedCount(4);

    expect(pushes.map(({ text }) => text)).toEqual(['again', 'again', 'again', 'last']);
  });
});
