import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
  topicWithSubscription,
} from './support/local-pubsub';

const quickRetry = { minimumBackoff: { nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } };

describe('push', () => {
  let pubsub: LocalPubSub;
  let endpoint: PushEndpoint;

  beforeAll(async () => {
    pubsub = await startLocalPubSub({ turnsBy: 'tenant' });
  });
  afterAll(() => pubsub.close());
  afterEach(() => endpoint.close());

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
    expect(push?.message).not.toHaveProperty('orderingKey');
    expect(push?.message.publish_time).toBe(push?.message.publishTime);
  });

  it('delivers to every subscription of the topic, and to no other', async () => {
    endpoint = await startPushEndpoint();
    const pushConfig = { pushEndpoint: endpoint.url };
    const { topic } = await topicWithSubscription(pubsub.client, pushConfig);
    await topic.createSubscription('second', pushConfig);
    await topicWithSubscription(pubsub.client, pushConfig);

    await topic.publishMessage({ data: Buffer.from('one') });
    await endpoint.receivedCount(2);
    await topic.publishMessage({ data: Buffer.from('two') });
    const pushes = await endpoint.receivedCount(4);

    expect(pushes.map(({ text }) => text)).toEqual(['one', 'one', 'two', 'two']);
  });

  it('leaves room beside one value of the attribute by which messages take turns', async () => {
    const answers: (() => void)[] = [];
    endpoint = await startPushEndpoint(() => new Promise((resolve) => answers.push(() => resolve(204))));
    const { topic } = await topicWithSubscription(pubsub.client, { pushEndpoint: endpoint.url });
    const publish = (text: string, tenant: string) =>
      topic.publishMessage({ data: Buffer.from(text), attributes: { tenant } });
    const many = Array.from({ length: 60 }, (_, index) => `many-${index}`);
    await Promise.all(many.map((text) => publish(text, 'many')));
    // Half of the hundred that are pushed at once.
    await endpoint.receivedCount(50);
    await publish('one', 'one');
    const atOnce = await endpoint.receivedCount(51);
    expect(atOnce.at(50)?.text).toBe('one');
    for (const answer of answers.splice(0)) answer();
    const all = await endpoint.receivedCount(61);
    for (const answer of answers) answer();
    expect(all.map(({ text }) => text).toSorted()).toEqual([...many, 'one'].toSorted());
  });

  it.each([500, 404, 301, 203, 429])('delivers again after an answer of %d', async (status) => {
    endpoint = await startPushEndpoint((_push, index) => (index < 2 ? status : 200));
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

  it.each([200, 201, 202, 204])('takes %d for an acknowledgement', async (status) => {
    endpoint = await startPushEndpoint(() => status);
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
    });
    await topic.publishMessage({ data: Buffer.from('once') });
    await endpoint.receivedCount(1);
    await topic.publishMessage({ data: Buffer.from('last') });
    const pushes = await endpoint.receivedCount(2);
    expect(pushes.map(({ text }) => text)).toEqual(['once', 'last']);
  });

  it('delivers to a new endpoint at once what the old one has not answered', async () => {
    endpoint = await startPushEndpoint(() => 'hang');
    const other = await startPushEndpoint(() => 200);
    try {
      const { topic, subscription } = await topicWithSubscription(pubsub.client, {
        pushEndpoint: endpoint.url,
        ackDeadlineSeconds: 600,
        retryPolicy: quickRetry,
      });
      await topic.publishMessage({ data: Buffer.from('moved') });
      await endpoint.receivedCount(1);
      await subscription.modifyPushConfig({ pushEndpoint: other.url });
      expect((await other.receivedCount(1)).map(({ text }) => text)).toEqual(['moved']);
    } finally {
      await other.close();
    }
  });

  it('waits for the endpoint to be told again after a restart, where it is asked to', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'local-pubsub-'));
    const before = await startLocalPubSub({ dataDirectory });
    endpoint = await startPushEndpoint(() => 200);
    const config = { pushEndpoint: 'http://127.0.0.1:9/', retryPolicy: quickRetry };
    const { topic, subscription } = await topicWithSubscription(before.client, config);
    await topic.publishMessage({ data: Buffer.from('kept') });
    await before.close();
    const after = await startLocalPubSub({ dataDirectory, awaitsEndpoints: true });
    try {
      const again = after.client.subscription(subscription.name);
      await after.client.topic(topic.name).publishMessage({ data: Buffer.from('later') });
      await again.modifyPushConfig({ pushEndpoint: endpoint.url });
      const texts = (await endpoint.receivedCount(2)).map(({ text }) => text);
      expect(texts.toSorted()).toEqual(['kept', 'later']);
      const failed = after.logged('failed').then(() => 'a push failed');
      const none = new Promise((resolve) => setImmediate(() => resolve('none failed')));
      expect(await Promise.race([failed, none])).toBe('none failed');
    } finally {
      await after.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('ends a request at the ack deadline and delivers again', async () => {
    endpoint = await startPushEndpoint((_push, index) => (index === 0 ? 'hang' : 200));
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      ackDeadlineSeconds: 1,
      retryPolicy: quickRetry,
    });
    await topic.publishMessage({ data: Buffer.from('slow') });
    const pushes = await endpoint.receivedCount(2);
    expect(pushes.map(({ text }) => text)).toEqual(['slow', 'slow']);
    await endpoint.hungRequestClosed();
  });

  it('delivers once the endpoint is there', async () => {
    endpoint = await startPushEndpoint();
    const { url } = endpoint;
    await endpoint.close();
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: url,
      retryPolicy: quickRetry,
    });
    await topic.publishMessage({ data: Buffer.from('early') });
    // The endpoint's address is in the log only when a push to it has failed.
    await pubsub.logged(`${url}: `);

    endpoint = await startPushEndpoint(() => 200, Number(new URL(url).port));

    expect((await endpoint.receivedCount(1))[0]?.text).toBe('early');
  });

  it('counts attempts, and gives up to the dead letter topic after five', async () => {
    endpoint = await startPushEndpoint(({ subscription }) => (subscription.endsWith('/dead') ? 200 : 500));
    const [deadLetters] = await pubsub.client.createTopic('dead-letters');
    await deadLetters.createSubscription('dead', { pushEndpoint: endpoint.url });
    const { topic, subscription } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      retryPolicy: quickRetry,
      deadLetterPolicy: { deadLetterTopic: deadLetters.name, maxDeliveryAttempts: 5 },
    });

    const id = await topic.publishMessage({ data: Buffer.from('poison'), attributes: { own: 'kept' } });
    const pushes = await endpoint.receivedCount(6);

    expect(pushes.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2, 3, 4, 5, undefined]);
    const forwarded = pushes.at(-1);
    expect(forwarded?.text).toBe('poison');
    expect(forwarded?.message.messageId).not.toBe(id);
    expect(forwarded?.message.attributes).toEqual({
      own: 'kept',
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
      CloudPubSubDeadLetterSourceSubscription: subscription.name.split('/').at(-1),
      CloudPubSubDeadLetterSourceSubscriptionProject: 'local',
      CloudPubSubDeadLetterSourceTopicPublishTime: pushes[0]?.message.publishTime,
    });
  });

  it('goes on delivering when the dead letter topic is missing', async () => {
    endpoint = await startPushEndpoint((_push, index) => (index < 6 ? 500 : 200));
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      retryPolicy: quickRetry,
      deadLetterPolicy: { deadLetterTopic: 'projects/local/topics/missing', maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from('kept') });
    const pushes = await endpoint.receivedCount(7);
    expect(pushes.at(-1)).toMatchObject({ text: 'kept', deliveryAttempt: 7 });
  });

  it('has up to 100 pushes of a subscription under way', async () => {
    let answerAll = (): void => {};
    const held = new Promise<number>((resolve) => {
      answerAll = () => resolve(200);
    });
    endpoint = await startPushEndpoint(() => held);
    const { topic } = await topicWithSubscription(pubsub.client, { pushEndpoint: endpoint.url });
    await Promise.all(
      Array.from({ length: 120 }, (_, i) => topic.publishMessage({ data: Buffer.from(`${i}`) })),
    );
    await endpoint.receivedCount(100);
    expect(endpoint.received).toHaveLength(100);
    answerAll();
    const pushes = await endpoint.receivedCount(120);
    expect(new Set(pushes.map(({ text }) => text)).size).toBe(120);
  });

  it('posts to another endpoint after the push configuration was changed', async () => {
    endpoint = await startPushEndpoint();
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    await topic.publishMessage({ data: Buffer.from('waiting') });

    await subscription.modifyPushConfig({ pushEndpoint: endpoint.url });

    expect((await endpoint.receivedCount(1))[0]?.text).toBe('waiting');
  });

  it('frees the port and aborts pushes when it is closed', async () => {
    endpoint = await startPushEndpoint(() => 'hang');
    const closing = await startLocalPubSub();
    const { topic } = await topicWithSubscription(closing.client, { pushEndpoint: endpoint.url });
    await topic.publishMessage({ data: Buffer.from('hanging') });
    await endpoint.receivedCount(1);
    await closing.close();
    await endpoint.hungRequestClosed();
    const again = await startLocalPubSub({ port: closing.port });
    await again.close();
  });
});
