import type { Subscription, Topic } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import {
  type LocalPubSub,
  pullAll,
  startLocalPubSub,
  startPushEndpoint,
  topicWithSubscription,
} from './support/local-pubsub';

describe('seeking, snapshots, ordering keys, filters and detaching', () => {
  let pubsub: LocalPubSub;

  beforeAll(async () => {
    pubsub = await startLocalPubSub();
  });
  afterAll(() => pubsub.close());

  const publish = async (topic: Topic, ...texts: string[]) => {
    for (const text of texts) await topic.publishMessage({ data: Buffer.from(text) });
  };
  /** All that can be had at once, in its order. */
  const pull = (subscription: Subscription) => pullAll(pubsub.subscriber, subscription.name);
  const texts = async (subscription: Subscription) => (await pull(subscription)).map(({ text }) => text);
  const ack = (subscription: Subscription, ackIds: string[]) =>
    pubsub.subscriber.acknowledge({ subscription: subscription.name, ackIds });
  const consume = async (subscription: Subscription) => {
    const received = await pull(subscription);
    if (received.length > 0)
      await ack(
        subscription,
        received.map(({ ackId }) => ackId),
      );
    return received;
  };
  const seek = (subscription: Subscription, target: { time: { seconds: number } } | { snapshot: string }) =>
    pubsub.subscriber.seek({ subscription: subscription.name, ...target });

  it('has nothing to deliver after a seek to the future, and ack ids from before are worth nothing', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    await publish(topic, 'leased', 'waiting');
    const [leased] = await pull(subscription);
    await subscription.seek(new Date('3000-01-01'));
    await ack(subscription, [leased?.ackId ?? '']);
    expect(await texts(subscription)).toEqual([]);
    await publish(topic, 'later');
    expect(await texts(subscription)).toEqual(['later']);
  });

  it('delivers again what is handed out, after a seek to before it', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    await publish(topic, 'one', 'two');
    const [first] = await pull(subscription);
    await seek(subscription, { time: { seconds: 0 } });
    await ack(subscription, [first?.ackId ?? '']);
    expect(await texts(subscription)).toEqual(['one', 'two']);
  });

  it('delivers acknowledged messages again where the subscription retains them, and else not', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, { retainAckedMessages: true });
    const [other] = await topic.createSubscription('forgetting');
    await publish(topic, 'one', 'two');
    expect((await consume(subscription)).length).toBe(2);
    expect((await consume(other)).length).toBe(2);
    await seek(subscription, { time: { seconds: 0 } });
    await seek(other, { time: { seconds: 0 } });
    expect((await consume(subscription)).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(await texts(other)).toEqual([]);
  });

  it('delivers what the topic retains to a subscription that was made later', async () => {
    const [topic] = await pubsub.client.createTopic({
      name: 'retaining',
      messageRetentionDuration: { seconds: 600 },
    });
    await publish(topic, 'early');
    const [subscription] = await topic.createSubscription('late');
    expect(await texts(subscription)).toEqual([]);
    await seek(subscription, { time: { seconds: 0 } });
    expect(await texts(subscription)).toEqual(['early']);
    await expect(topic.setMetadata({ messageRetentionDuration: { seconds: 1 } })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });

  it('goes back to a snapshot: what was unacknowledged then, and all since', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    await publish(topic, 'before');
    await consume(subscription);
    await publish(topic, 'unacknowledged');
    const [snapshot] = await subscription.createSnapshot('snapshot-a');
    await publish(topic, 'after');
    expect((await consume(subscription)).map(({ text }) => text)).toEqual(['unacknowledged', 'after']);
    await snapshot.seek();
    expect(await texts(subscription)).toEqual(['unacknowledged', 'after']);

    const other = await topicWithSubscription(pubsub.client);
    await expect(seek(other.subscription, { snapshot: snapshot.name })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('another topic'),
    });
  });

  it('creates, changes, lists and deletes snapshots', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    const [snapshot] = await subscription.createSnapshot('snapshot-b');
    await expect(subscription.createSnapshot('snapshot-b')).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
    });
    const [changed] = await pubsub.subscriber.updateSnapshot({
      snapshot: { name: snapshot.name, labels: { a: '1' } },
      updateMask: { paths: ['labels'] },
    });
    expect(changed).toMatchObject({ name: snapshot.name, topic: topic.name, labels: { a: '1' } });
    const ofTopic = await pubsub.publisher.listTopicSnapshots({ topic: topic.name });
    expect(ofTopic[0]).toEqual([snapshot.name]);
    await topic.delete();
    const [left] = await pubsub.subscriber.getSnapshot({ snapshot: snapshot.name });
    expect(left.topic).toBe('_deleted-topic_');
    await snapshot.delete();
    expect((await pubsub.client.getSnapshots())[0].map(({ name }) => name)).not.toContain(snapshot.name);
    await expect(seek(subscription, { snapshot: snapshot.name })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('pulls messages of one ordering key in order, and after a refusal the rest of them again', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, {
      enableMessageOrdering: true,
    });
    const keyed = pubsub.client.topic(topic.name, { messageOrdering: true });
    for (const text of ['a1', 'a2', 'a3']) {
      await keyed.publishMessage({ data: Buffer.from(text), orderingKey: 'a' });
    }
    await keyed.publishMessage({ data: Buffer.from('b1'), orderingKey: 'b' });
    const received = await pull(subscription);
    expect(received.map(({ text }) => text)).toEqual(['a1', 'a2', 'a3', 'b1']);
    const [a1, a2, , b1] = received.map(({ ackId }) => ackId);
    await ack(subscription, [a1 ?? '', b1 ?? '']);
    await pubsub.subscriber.modifyAckDeadline({
      subscription: subscription.name,
      ackIds: [a2 ?? ''],
      ackDeadlineSeconds: 0,
    });
    expect((await consume(subscription)).map(({ text }) => text)).toEqual(['a2', 'a3']);
    expect(await texts(subscription)).toEqual([]);
  });

  it('pushes a message of an ordering key when the one before it is done with', async () => {
    const answers = [503, 204, 204];
    const endpoint = await startPushEndpoint((_push, index) => answers[index] ?? 204);
    const { topic } = await topicWithSubscription(pubsub.client, {
      pushEndpoint: endpoint.url,
      enableMessageOrdering: true,
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
    });
    const keyed = pubsub.client.topic(topic.name, { messageOrdering: true });
    const sent = ['one', 'two'].map((text) =>
      keyed.publishMessage({ data: Buffer.from(text), orderingKey: 'key' }),
    );
    await Promise.all(sent);
    const pushes = await endpoint.receivedCount(3);
    expect(pushes.map(({ text }) => text)).toEqual(['one', 'one', 'two']);
    await endpoint.close();
  });

  it('drops what a filter does not let pass', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client, {
      filter: 'attributes.type = "wanted"',
    });
    for (const type of ['wanted', 'other']) {
      await topic.publishMessage({ data: Buffer.from(type), attributes: { type } });
    }
    expect(await texts(subscription)).toEqual(['wanted']);
    await expect(
      topic.createSubscription('no-filter', { filter: 'attributes.type =' }),
    ).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('expected a text in double quotes'),
    });
    await expect(subscription.setMetadata({ filter: '' })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('the field filter cannot be updated'),
    });
  });

  it('detaches a subscription: its messages are gone, and none come any more', async () => {
    const { topic, subscription } = await topicWithSubscription(pubsub.client);
    await publish(topic, 'gone');
    await pubsub.client.detachSubscription(subscription.name);
    await publish(topic, 'not for it');
    expect((await subscription.detached())[0]).toBe(true);
    expect((await topic.getSubscriptions())[0]).toEqual([]);
    await expect(pull(subscription)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
  });
});
