import { z } from 'zod';
import { type PubSubFaults, pubSubUnavailable } from '../index';
import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
} from './support/local-pubsub';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('REST', () => {
  let pubsub: LocalPubSub;
  let endpoint: PushEndpoint;
  let isFaulty = false;

  beforeEach(async () => {
    isFaulty = false;
    const faults: PubSubFaults = {
      publish: (publish) => (request) => (isFaulty ? Promise.reject(pubSubUnavailable()) : publish(request)),
      push: (push) => push,
    };
    pubsub = await startLocalPubSub({ faults });
    endpoint = await startPushEndpoint();
    const [topic] = await pubsub.client.createTopic('runs');
    await topic.createSubscription('runs', { pushEndpoint: endpoint.url });
  });
  afterEach(async () => {
    await pubsub.close();
    await endpoint.close();
  });

  const publish = async (body: string, path = '/v1/projects/local/topics/runs:publish', method = 'POST') => {
    const response = await fetch(`http://127.0.0.1:${pubsub.port}${path}`, {
      method,
      ...(method === 'POST' ? { body } : {}),
    });
    return { status: response.status, body: await response.json() };
  };
  const one = JSON.stringify({ messages: [{ data: base64('one'), attributes: { tenant_id: 'acme' } }] });

  it('gives an id for each message, and they are pushed like those of gRPC clients', async () => {
    const two = { messages: [{ data: base64('one') }, { attributes: { only: 'this' } }] };
    const { status, body } = await publish(JSON.stringify(two));
    expect({ status, body }).toEqual({
      status: 200,
      body: { messageIds: [expect.any(String), expect.any(String)] },
    });
    await pubsub.client.topic('runs').publishMessage({ data: Buffer.from('three') });
    const pushes = await endpoint.receivedCount(3);
    expect(pushes.map(({ text }) => text).sort()).toEqual(['', 'one', 'three']);
    expect(pushes.map(({ message }) => message.attributes.only)).toContain('this');
  });

  it.each([
    ['no message', '{}', undefined, 400, 'INVALID_ARGUMENT', 'too small'],
    ['an empty message', '{"messages":[{}]}', undefined, 400, 'INVALID_ARGUMENT', 'empty'],
    ['data that is not base64', '{"messages":[{"data":"ö"}]}', undefined, 400, 'INVALID_ARGUMENT', 'data'],
    ['what is not JSON', '{', undefined, 400, 'INVALID_ARGUMENT', 'JSON'],
    ['a topic that is not there', one, '/v1/projects/local/topics/none:publish', 404, 'NOT_FOUND', 'none'],
    ['another call', one, '/v1/projects/local/topics/runs', 501, 'UNIMPLEMENTED', 'POST'],
    [
      'a field that there is not',
      '{"messages":[{"text":"x"}]}',
      undefined,
      400,
      'INVALID_ARGUMENT',
      `Unknown name "text" at 'messages[0]': Cannot find field.`,
    ],
    [
      'a topic that has no name',
      one,
      '/v1/projects/local/topics/%zz:publish',
      400,
      'INVALID_ARGUMENT',
      'name',
    ],
  ])('refuses %s', async (_what, body, path, code, status, words) => {
    expect(await publish(body, path)).toEqual({
      status: code,
      body: { error: { code, status, message: expect.stringContaining(words) } },
    });
  });

  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${pubsub.port}/v1/projects/local/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('serves the calls of gcloud, with durations, times and masks as JSON has them', async () => {
    const created = await call('PUT', 'subscriptions/reader?alt=json', {
      topic: 'projects/local/topics/runs',
      ack_deadline_seconds: 20,
      messageRetentionDuration: '600s',
      retainAckedMessages: true,
    });
    expect(created).toMatchObject({
      status: 200,
      body: { ackDeadlineSeconds: 20, messageRetentionDuration: '600s', state: 'ACTIVE' },
    });
    const again = { error: { code: 409, status: 'ALREADY_EXISTS' } };
    const same = { topic: 'projects/local/topics/runs' };
    expect((await call('PUT', 'subscriptions/reader', same)).body).toMatchObject(again);
    const changed = await call('PATCH', 'subscriptions/reader', {
      subscription: { ackDeadlineSeconds: 30 },
      updateMask: 'ackDeadlineSeconds',
    });
    expect(changed.body).toMatchObject({ ackDeadlineSeconds: 30, messageRetentionDuration: '600s' });

    await publish(one);
    const pull = () => call('POST', 'subscriptions/reader:pull', { maxMessages: 5 });
    const { receivedMessages } = z
      .object({
        receivedMessages: z.array(z.object({ ackId: z.string(), message: z.object({ data: z.string() }) })),
      })
      .parse((await pull()).body);
    expect(receivedMessages.map(({ message }) => message.data)).toEqual([base64('one')]);
    const ackIds = receivedMessages.map(({ ackId }) => ackId);
    expect(await call('POST', 'subscriptions/reader:acknowledge', { ackIds })).toEqual({
      status: 200,
      body: {},
    });
    const time = '2020-01-01T00:00:00.000000Z';
    expect(await call('POST', 'subscriptions/reader:seek', { time })).toEqual({ status: 200, body: {} });
    expect((await pull()).body).toMatchObject({ receivedMessages: [{ message: { data: base64('one') } }] });

    const snapshot = await call('PUT', 'snapshots/snap', {
      subscription: 'projects/local/subscriptions/reader',
    });
    expect(snapshot.body).toMatchObject({ expireTime: expect.stringMatching(/^2.*Z$/) });
    expect((await call('GET', 'subscriptions?pageSize=1')).body).toMatchObject({
      subscriptions: [{ name: 'projects/local/subscriptions/reader' }],
      nextPageToken: expect.any(String),
    });
    expect(
      (await call('GET', 'topics/runs:getIamPolicy?options.requestedPolicyVersion=3')).body,
    ).toMatchObject({
      etag: 'ACAB',
    });
    expect((await call('DELETE', 'subscriptions/reader')).status).toBe(200);
    expect((await call('GET', 'subscriptions/reader')).status).toBe(404);
  });

  it('is away when the service is away, and meets the faults that the caller passes in', async () => {
    pubsub.server.setAvailable(false);
    expect((await publish(one)).status).toBe(503);
    pubsub.server.setAvailable(true);
    expect((await publish(one)).status).toBe(200);
    isFaulty = true;
    expect((await publish(one)).status).toBe(503);
  });
});
