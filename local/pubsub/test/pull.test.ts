import { once } from 'node:events';
import type { Message, Subscription, v1 } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { type LocalPubSub, startLocalPubSub, topicWithSubscription } from './support/local-pubsub';

describe('pull', () => {
  let pubsub: LocalPubSub;
  let subscriber: v1.SubscriberClient;

  beforeAll(async () => {
    pubsub = await startLocalPubSub({ turnsBy: 'tenant' });
    subscriber = pubsub.subscriber;
  });
  afterAll(() => pubsub.close());

  const pull = async (subscription: Subscription, maxMessages = 10, returnImmediately = false) => {
    const [{ receivedMessages }] = await subscriber.pull({
      subscription: subscription.name,
      maxMessages,
      returnImmediately,
    });
    return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
      ackId: ackId ?? '',
      text: Buffer.from(message?.data ?? '').toString(),
      deliveryAttempt,
    }));
  };
  const pullOne = async (subscription: Subscription) => {
    const [message] = await pull(subscription, 1);
    if (!message) throw new Error('No message came');
    return message;
  };

  it('hands out at most as many messages as asked for, oldest first', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    for (const text of ['one', 'two', 'three']) await topic.publishMessage({ data: Buffer.from(text) });
    expect((await pull(subscription, 2)).map(({ text }) => text)).toEqual(['one', 'two']);
    expect((await pull(subscription, 2)).map(({ text }) => text)).toEqual(['three']);
    expect(await pull(subscription, 2, true)).toEqual([]);
  });

  it('lets messages take turns by the attribute that it is told, and else keeps their order', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    const publish = (text: string, attributes: Record<string, string>) =>
      topic.publishMessage({ data: Buffer.from(text), attributes });
    for (const text of ['a1', 'a2', 'a3', 'a4']) await publish(text, { tenant: 'a' });
    for (const text of ['b1', 'b2']) await publish(text, { tenant: 'b' });
    await publish('none', {});
    const texts = (await pull(subscription)).map(({ text }) => text);
    expect(texts).toEqual(['a1', 'b1', 'none', 'a2', 'b2', 'a3', 'a4']);
  });

  it('waits for a message', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    const pulled = pull(subscription);
    await topic.publishMessage({ data: Buffer.from('late') });
    expect((await pulled).map(({ text }) => text)).toEqual(['late']);
  });

  it('hands out again what was not acknowledged in time, and never what was', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, { ackDeadlineSeconds: 1 });
    await topic.publishMessage({ data: Buffer.from('done') });
    const done = await pullOne(subscription);
    await subscriber.acknowledge({ subscription: subscription.name, ackIds: [done.ackId] });
    await topic.publishMessage({ data: Buffer.from('left') });
    const first = await pullOne(subscription);
    const second = await pullOne(subscription);
    expect([first.text, second.text]).toEqual(['left', 'left']);
    expect(first.ackId).not.toBe(second.ackId);
  });

  it('passes over an ack id whose lease has ended', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, { ackDeadlineSeconds: 1 });
    await topic.publishMessage({ data: Buffer.from('stale') });
    const first = await pullOne(subscription);
    await pullOne(subscription);
    await subscriber.acknowledge({ subscription: subscription.name, ackIds: [first.ackId] });
    expect((await pullOne(subscription)).text).toBe('stale');
  });

  it('gives a message back at a deadline of 0, and counts the attempts', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, {
      deadLetterPolicy: { deadLetterTopic: 'projects/local/topics/dead', maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from('back') });
    const attempts: unknown[] = [];
    for (const _ of [1, 2, 3]) {
      const { ackId, deliveryAttempt } = await pullOne(subscription);
      attempts.push(deliveryAttempt);
      await subscriber.modifyAckDeadline({
        subscription: subscription.name,
        ackIds: [ackId],
        ackDeadlineSeconds: 0,
      });
    }
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('lets a lease be extended', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, { ackDeadlineSeconds: 1 });
    await topic.publishMessage({ data: Buffer.from('long') });
    await topic.publishMessage({ data: Buffer.from('short') });
    const [long] = await pull(subscription, 2);
    await subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds: [long?.ackId ?? ''],
      ackDeadlineSeconds: 60,
    });
    // When the second message's lease has ended, the first one's would have, too.
    expect((await pull(subscription)).map(({ text }) => text)).toEqual(['short']);
    expect(await pull(subscription, 10, true)).toEqual([]);
  });

  it('refuses what was never an ack id', async () => {
    const { subscription } = await topicWithSubscription(pubsub.client);
    const request = { subscription: subscription.name, ackIds: ['nonsense'] };
    await expect(subscriber.acknowledge(request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('ack_id=nonsense'),
    });
  });

  describe('by stream', () => {
    it('receives and acknowledges', async () => {
      const { topic, subscription } = await topicWithSubscription(pubsub.client);
      const received = collect(subscription, 3, (message) => message.ackWithResponse());
      for (const text of ['one', 'two', 'three']) await topic.publishMessage({ data: Buffer.from(text) });
      expect((await received).map(({ data }) => data.toString()).sort()).toEqual(['one', 'three', 'two']);
      await subscription.close();
      expect(await pull(subscription, 10, true)).toEqual([]);
    });

    it('receives again what it refused', async () => {
      const { topic, subscription } = await topicWithSubscription(pubsub.client);
      let refused = false;
      const received = collect(subscription, 2, async (message) => {
        if (refused) return message.ackWithResponse();
        refused = true;
        return message.nackWithResponse();
      });
      const id = await topic.publishMessage({ data: Buffer.from('again') });
      expect((await received).map((message) => message.id)).toEqual([id, id]);
      await subscription.close();
    });

    it("keeps to the client's limit of messages in hand", async () => {
      const { topic, subscription } = await topicWithSubscription(pubsub.client);
      for (let i = 0; i < 5; i += 1) await topic.publishMessage({ data: Buffer.from(`${i}`) });
      subscription.setOptions({ flowControl: { maxMessages: 2 }, streamingOptions: { maxStreams: 1 } });
      const first = await collect(subscription, 2, async () => {});
      // What the stream may not have is there for others.
      expect(await pull(subscription)).toHaveLength(3);
      const next = once(subscription, 'message');
      await topic.publishMessage({ data: Buffer.from('next') });
      first[0]?.ack();
      const [message] = await next;
      expect(message.data.toString()).toBe('next');
      message.ack();
      first[1]?.ack();
      await subscription.close();
    });

    it('ends when the subscription is deleted', async () => {
      const { topic, subscription } = await topicWithSubscription(pubsub.client);
      const stream = subscriber.streamingPull();
      stream.write({ subscription: subscription.name, streamAckDeadlineSeconds: 10 });
      await topic.publishMessage({ data: Buffer.from('open') });
      await once(stream, 'data');
      const failed = once(stream, 'error');
      await subscription.delete();
      const [error] = await failed;
      expect(error).toMatchObject({ code: status.NOT_FOUND });
    });
  });
});

/** The first `count` messages of a subscription, each handled in its turn. */
const collect = (
  subscription: Subscription,
  count: number,
  handle: (message: Message) => Promise<unknown>,
): Promise<Message[]> =>
  new Promise((resolve, reject) => {
    const received: Message[] = [];
    subscription.on('error', reject);
    subscription.on('message', async (message: Message) => {
      received.push(message);
      await handle(message);
      if (received.length === count) resolve(received);
    });
  });
