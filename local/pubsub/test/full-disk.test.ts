import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenFile } from '../store/journal';
import { type LocalPubSub, startLocalPubSub, topicWithSubscription } from './support/local-pubsub';

const UNAVAILABLE = 14;
const noRetry = { retry: null, timeout: 10_000 };

let directory: string;
let pubsub: LocalPubSub;
let isFull = false;
let unwritten: Promise<void>;
let told: () => void;

/** Files on a disk that takes half of what it is given, and then says that it is full. */
const openFile: OpenFile = async (path, flags, mode) => {
  const file = await open(path, flags, mode);
  const { appendFile } = file;
  file.appendFile = async (data: Parameters<FileHandle['appendFile']>[0], options) => {
    if (!isFull || !Buffer.isBuffer(data)) return appendFile.call(file, data, options);
    await appendFile.call(file, data.subarray(0, data.length / 2));
    told();
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
  };
  return file;
};

beforeEach(async () => {
  isFull = false;
  unwritten = new Promise((resolve) => {
    told = resolve;
  });
  directory = mkdtempSync(join(tmpdir(), 'pubsub-'));
  pubsub = await startLocalPubSub({ dataDirectory: directory, openFile });
});
afterEach(async () => {
  await pubsub.close();
  rmSync(directory, { recursive: true });
});

it('a start on a full disk names the folder, says that nothing is lost, and is right', async () => {
  const { topic, subscription } = await topicWithSubscription(pubsub.client);
  await topic.publishMessage({ data: Buffer.from('before') });
  await pubsub.close();
  isFull = true;
  await expect(startLocalPubSub({ dataDirectory: directory, openFile })).rejects.toThrow(
    `The local Pub/Sub cannot start in ${directory}: the disk is full (ENOSPC: no space left on device, write). Nothing is lost: what was there is kept.`,
  );
  pubsub = await startLocalPubSub({ dataDirectory: directory });
  expect(await pulled(subscription.name)).toEqual(['before']);
});

async function restart(): Promise<void> {
  await pubsub.close();
  pubsub = await startLocalPubSub({ dataDirectory: directory });
}

async function pulled(subscription: string): Promise<(string | undefined)[]> {
  const [{ receivedMessages }] = await pubsub.subscriber.pull({ subscription, maxMessages: 100 });
  return (receivedMessages ?? []).map(({ message }) => message?.data?.toString());
}

it('a publish that cannot be written is refused, what was there stays, and publishing works again when there is room', async () => {
  const { topic, subscription } = await topicWithSubscription(pubsub.client);
  const publish = (text: string) =>
    pubsub.publisher.publish({ topic: topic.name, messages: [{ data: Buffer.from(text) }] }, noRetry);
  await publish('before');
  isFull = true;
  await expect(publish('refused')).rejects.toMatchObject({ code: UNAVAILABLE });
  await expect(publish('refused as well')).rejects.toMatchObject({ code: UNAVAILABLE });
  isFull = false;
  await publish('after');
  await restart();
  expect(await pulled(subscription.name)).toEqual(expect.arrayContaining(['before', 'after']));
});

it('a topic that could not be written is refused, and is there when it is asked for again', async () => {
  isFull = true;
  const name = 'projects/local/topics/late';
  await expect(pubsub.publisher.createTopic({ name }, noRetry)).rejects.toMatchObject({ code: UNAVAILABLE });
  isFull = false;
  await pubsub.logged('can write its journal again');
  await restart();
  const [topic] = await pubsub.publisher.getTopic({ topic: name });
  expect(topic.name).toBe(name);
});

it('an acknowledgement that could not be written is written by itself when there is room again', async () => {
  const { topic, subscription } = await topicWithSubscription(pubsub.client);
  await topic.publishMessage({ data: Buffer.from('once') });
  const [{ receivedMessages }] = await pubsub.subscriber.pull({
    subscription: subscription.name,
    maxMessages: 1,
  });
  const ackIds = (receivedMessages ?? []).flatMap(({ ackId }) => ackId ?? []);
  isFull = true;
  await pubsub.subscriber.acknowledge({ subscription: subscription.name, ackIds });
  await unwritten;
  isFull = false;
  await pubsub.logged('can write its journal again');
  await restart();
  await pubsub.client.topic(topic.name).publishMessage({ data: Buffer.from('next') });
  expect(await pulled(subscription.name)).toEqual(['next']);
});
