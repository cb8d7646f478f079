import type { PubSub, Topic } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { startPubSub } from '../start-pubsub';
import { type LocalPubSub, pubSubClient, startLocalPubSub } from './support/local-pubsub';

const names = (items: { name: string }[]): (string | undefined)[] =>
  items.map(({ name }) => name.split('/').at(-1));

describe('topics and subscriptions', () => {
  let pubsub: LocalPubSub;
  let shared: Topic;

  beforeAll(async () => {
    pubsub = await startLocalPubSub();
    [shared] = await pubsub.client.createTopic('valid-._~+%');
  });
  afterAll(() => pubsub.close());

  /** Calls in a project that only this test uses. */
  const inProject = async (projectId: string, work: (client: PubSub) => Promise<void>): Promise<void> => {
    const client = pubSubClient(pubsub.port, projectId);
    await work(client).finally(() => client.close());
  };

  it('creates, gets, lists and deletes topics', () =>
    inProject('topics', async (client) => {
      const [created] = await client.createTopic({ name: 'topic-a', labels: { team: 'data' } });
      await client.createTopic('topic-b');
      const [metadata] = await client.topic('topic-a').getMetadata();
      expect(metadata).toMatchObject({ name: created.name, labels: { team: 'data' }, state: 'ACTIVE' });
      expect(names((await client.getTopics())[0])).toEqual(['topic-a', 'topic-b']);
      await created.delete();
      expect(names((await client.getTopics())[0])).toEqual(['topic-b']);
      expect((await client.topic('topic-a').exists())[0]).toBe(false);
    }));

  it('lists page by page', () =>
    inProject('pages', async (client) => {
      for (const id of ['aaa', 'bbb', 'ccc']) await client.createTopic(id);
      const [first, , answer] = await client.getTopics({ pageSize: 2, autoPaginate: false });
      expect(names(first)).toEqual(['aaa', 'bbb']);
      const pageToken = answer?.nextPageToken ?? '';
      const [second] = await client.getTopics({ pageSize: 2, autoPaginate: false, pageToken });
      expect(names(second)).toEqual(['ccc']);
    }));

  it("keeps projects apart, and lists a topic's subscriptions", () =>
    inProject('one-project', async (client) => {
      const [topic] = await client.createTopic('shared');
      await topic.createSubscription('sub-a');
      await topic.createSubscription('sub-b');
      const [other] = await client.createTopic('other');
      await other.createSubscription('sub-c');
      expect(names((await topic.getSubscriptions())[0])).toEqual(['sub-a', 'sub-b']);
      expect(names((await client.getSubscriptions())[0])).toEqual(['sub-a', 'sub-b', 'sub-c']);
      await inProject('another-project', async (elsewhere) => {
        expect((await elsewhere.getTopics())[0]).toEqual([]);
      });
    }));

  it('fills in the documented defaults of a subscription', async () => {
    const [topic] = await pubsub.client.createTopic('defaults');
    const [subscription] = await topic.createSubscription('defaults');
    expect((await subscription.getMetadata())[0]).toMatchObject({
      topic: topic.name,
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: '604800' },
      expirationPolicy: { ttl: { seconds: '2678400' } },
      state: 'ACTIVE',
    });
  });

  it('changes the fields of a subscription that the mask names, and no other', async () => {
    const [topic] = await pubsub.client.createTopic('changes');
    const [subscription] = await topic.createSubscription('changes', { labels: { a: '1' } });
    await subscription.setMetadata({
      ackDeadlineSeconds: 30,
      retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 2 } },
    });
    expect((await subscription.getMetadata())[0]).toMatchObject({
      ackDeadlineSeconds: 30,
      labels: { a: '1' },
      retryPolicy: { minimumBackoff: { seconds: '1' }, maximumBackoff: { seconds: '2' } },
    });
    await expect(subscription.setMetadata({ ackDeadlineSeconds: 700 })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('ack_deadline_seconds=700'),
    });
  });

  it('changes labels of a topic', async () => {
    const [topic] = await pubsub.client.createTopic('labelled');
    await topic.setMetadata({ labels: { a: '1' } });
    expect((await topic.getMetadata())[0]).toMatchObject({ labels: { a: '1' } });
  });

  it('leaves subscriptions behind when their topic is deleted', async () => {
    const [topic] = await pubsub.client.createTopic('leaving');
    const [subscription] = await topic.createSubscription('staying');
    await topic.delete();
    expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_');
  });

  it('answers NOT_FOUND in the words of Pub/Sub', async () => {
    const missing = { code: status.NOT_FOUND, details: 'Resource not found (resource=missing).' };
    const topic = pubsub.client.topic('missing');
    const subscription = pubsub.client.subscription('missing');
    await expect(topic.getMetadata()).rejects.toMatchObject(missing);
    await expect(topic.delete()).rejects.toMatchObject(missing);
    await expect(topic.publishMessage({ data: Buffer.from('x') })).rejects.toMatchObject(missing);
    await expect(topic.createSubscription('sub-a')).rejects.toMatchObject(missing);
    await expect(subscription.getMetadata()).rejects.toMatchObject(missing);
    await expect(subscription.delete()).rejects.toMatchObject(missing);
  });

  it('answers ALREADY_EXISTS in the words of Pub/Sub', async () => {
    const [topic] = await pubsub.client.createTopic('twice');
    const details = 'Resource already exists in the project (resource=twice).';
    const existing = { code: status.ALREADY_EXISTS, details };
    await expect(pubsub.client.createTopic('twice')).rejects.toMatchObject(existing);
    await topic.createSubscription('twice');
    await expect(topic.createSubscription('twice')).rejects.toMatchObject(existing);
  });

  it.each(['ab', '1abc', 'google', 'a b c', 'x'.repeat(256), 'a/b/c'])(
    'refuses the name "%s"',
    async (name) => {
      const refused = {
        code: status.INVALID_ARGUMENT,
        details: expect.stringContaining('Invalid resource name given (name=projects/local/'),
      };
      await expect(pubsub.client.createTopic(`projects/local/topics/${name}`)).rejects.toMatchObject(refused);
      await expect(shared.createSubscription(`projects/local/subscriptions/${name}`)).rejects.toMatchObject(
        refused,
      );
    },
  );

  it.each([
    ['ackDeadlineSeconds', { ackDeadlineSeconds: 601 }],
    ['push endpoint', { pushEndpoint: 'https://example.com/push' }],
    ['push endpoint', { pushEndpoint: 'nonsense' }],
    ['minimum_backoff', { retryPolicy: { minimumBackoff: { seconds: 601 } } }],
    ['minimum_backoff', { retryPolicy: { minimumBackoff: { seconds: 9 }, maximumBackoff: { seconds: 8 } } }],
    [
      'max_delivery_attempts',
      { deadLetterPolicy: { deadLetterTopic: 'projects/local/topics/dead', maxDeliveryAttempts: 4 } },
    ],
    ['dead_letter_topic', { deadLetterPolicy: { deadLetterTopic: 'dead', maxDeliveryAttempts: 5 } }],
    ['message_retention_duration', { messageRetentionDuration: { seconds: 5 } }],
  ])('refuses a wrong %s', async (field, options) => {
    await expect(shared.createSubscription('wrong', options)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(field === 'ackDeadlineSeconds' ? 'ack_deadline_seconds' : field),
    });
    expect((await shared.getSubscriptions())[0]).toEqual([]);
  });

  it.each([
    ['Exactly-once delivery', { enableExactlyOnceDelivery: true }],
    ['Delivery to BigQuery', { bigqueryConfig: { table: 'a.b.c' } }],
  ])('says that it does not support %s', async (feature, options) => {
    await expect(shared.createSubscription('unsupported', options)).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: `${feature} is not implemented by the local Pub/Sub.`,
    });
  });

  it('names a call that it does not support', async () => {
    await pubsub.client.createSchema('messages', 'AVRO', '"string"');
    const message = Buffer.from('"x"').toString('base64');
    await expect(pubsub.client.schema('messages').validateMessage(message, 'JSON')).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'Validating messages against a schema is not implemented by the local Pub/Sub.',
    });
  });

  it('keeps schemas and their revisions', async () => {
    const service = await pubsub.client.getSchemaClient();
    const record = (name: string) =>
      JSON.stringify({ type: 'record', name, fields: [{ name: 'next', type: ['null', name] }] });
    await pubsub.client.createSchema('kept', 'AVRO', record('First'));
    const name = 'projects/local/schemas/kept';
    await expect(pubsub.client.createSchema('kept', 'AVRO', record('First'))).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
    });
    const [second] = await service.commitSchema({
      name,
      schema: { type: 'AVRO', definition: record('Second') },
    });
    const [newestFirst] = await service.listSchemaRevisions({ name, view: 'FULL' });
    expect(newestFirst.map(({ definition }) => definition)).toEqual([record('Second'), record('First')]);
    const [back] = await service.rollbackSchema({ name, revisionId: newestFirst[1]?.revisionId });
    expect(back.definition).toBe(record('First'));
    await service.deleteSchemaRevision({ name: `${name}@${second.revisionId}` });
    await expect(service.getSchema({ name: `${name}@${second.revisionId}` })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    await pubsub.client.schema('kept').delete();
    await expect(pubsub.client.schema('kept').get()).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it.each([
    ['what is not JSON', 'AVRO', 'woohoo', status.INVALID_ARGUMENT, 'not JSON'],
    ['what has no type', 'AVRO', '{"not_actually":"avro"}', status.INVALID_ARGUMENT, 'no type'],
    ['an unknown type', 'AVRO', '{"type":"array","items":"Other"}', status.INVALID_ARGUMENT, '"Other"'],
    ['a record without fields', 'AVRO', '{"type":"record","name":"A"}', status.INVALID_ARGUMENT, 'no fields'],
    ['protocol buffers', 'PROTOCOL_BUFFER', 'message A {}', status.UNIMPLEMENTED, 'protocol buffer'],
  ] as const)('refuses as a schema %s', async (_what, type, definition, code, words) => {
    await expect(pubsub.client.validateSchema({ type, definition })).rejects.toMatchObject({
      code,
      details: expect.stringContaining(words),
    });
  });

  it('keeps IAM policies, and lets everybody do everything', async () => {
    const [topic] = await pubsub.client.createTopic('governed');
    expect((await topic.iam.getPolicy())[0]).toMatchObject({ version: 0, bindings: [] });
    const bindings = [{ role: 'roles/pubsub.publisher', members: ['allUsers'] }];
    const [first] = await topic.iam.setPolicy({ bindings });
    expect(first.bindings).toMatchObject(bindings);
    await topic.iam.setPolicy({ ...first, bindings: [] });
    await expect(topic.iam.setPolicy({ ...first, bindings })).rejects.toMatchObject({ code: status.ABORTED });
    expect((await topic.iam.testPermissions(['pubsub.topics.get']))[0]).toEqual({
      'pubsub.topics.get': true,
    });
    await expect(pubsub.client.topic('ungoverned').iam.getPolicy()).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it.each([
    ['an empty message', { data: Buffer.alloc(0) }, 'is empty'],
    ['more than 10 MB', { data: Buffer.alloc(10_000_001) }, 'request_size is too large. You passed 10000001'],
    ['a long attribute', { attributes: { a: 'x'.repeat(1025) } }, 'attribute_value_size is too large'],
    ['a reserved attribute', { attributes: { 'goog-x': 'x' } }, 'goog-x'],
  ])('refuses to publish %s', async (_what, message, details) => {
    await expect(shared.publishMessage(message)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(details),
    });
  });

  it('names the port when it is taken', async () => {
    await expect(startPubSub({ port: pubsub.port })).rejects.toThrow(`Port ${pubsub.port} is in use`);
  });
});
