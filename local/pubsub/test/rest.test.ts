import { type PubSubFaults, pubSubUnavailable } from '../index';
import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
} from './support/local-pubsub';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('Publishing over REST', () => {
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

  it('is away when the service is away, and meets the faults that the caller passes in', async () => {
    pubsub.server.setAvailable(false);
    expect((await publish(one)).status).toBe(503);
    pubsub.server.setAvailable(true);
    expect((await publish(one)).status).toBe(200);
    isFaulty = true;
    expect((await publish(one)).status).toBe(503);
  });
});
