import {
  type LocalPubSub,
  type PushEndpoint,
  startLocalPubSub,
  startPushEndpoint,
} from 'local-pubsub/testing';
import { createFaults, type Faults } from '../../../../local/cloud/faults/faults';
import { pubSubFaults } from '../../../../local/cloud/faults/pubsub-faults';

const quickRetry = { minimumBackoff: { nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } };
const UNAVAILABLE = 14;
const noRetry = { retry: null, timeout: 10_000 };
const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`);

let faults: Faults;
let pubsub: LocalPubSub;
let endpoint: PushEndpoint;

/** A Pub/Sub whose calls are faulty at this rate, with a push endpoint. */
async function start(seed: number, rate: number) {
  faults = createFaults({ seed, rate, hangMs: 20, lateMs: 20 });
  pubsub = await startLocalPubSub({ faults: pubSubFaults(faults) });
  endpoint = await startPushEndpoint();
  const [topic] = await pubsub.client.createTopic('runs');
  await topic.createSubscription('runs', { pushEndpoint: endpoint.url, retryPolicy: quickRetry });
  return topic;
}

afterEach(async () => {
  await pubsub.close();
  await endpoint.close();
});

/**
 * Publishes each text once, one after the other. Returns how each publish ended and how often each text was
 * pushed.
 */
async function run(seed: number, order: readonly string[] = texts) {
  const topic = await start(seed, 0.5);
  const outcomes: Record<string, string> = {};
  for (const text of order) {
    const request = { topic: topic.name, messages: [{ data: Buffer.from(text) }] };
    outcomes[text] = await pubsub.publisher.publish(request, noRetry).then(
      () => 'done',
      ({ code }) => String(code),
    );
  }
  faults.setRate(0);
  await pubsub.publisher.publish({ topic: topic.name, messages: [{ data: Buffer.from('last') }] });
  return { outcomes };
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

it('publishing over REST is as faulty', async () => {
  await start(1, 1);
  const statuses = await Promise.all(
    texts.map(async (text) => {
      const messages = [{ data: Buffer.from(text).toString('base64') }];
      const url = `http://127.0.0.1:${pubsub.port}/v1/projects/local/topics/runs:publish`;
      return (await fetch(url, { method: 'POST', body: JSON.stringify({ messages }) })).status;
    }),
  );
  expect(statuses).toContain(503);
});
