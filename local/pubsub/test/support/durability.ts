import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PubSub } from '@google-cloud/pubsub';
import {
  type LocalPubSub,
  type PushEndpoint,
  pubSubClient,
  pullAll,
  startLocalPubSub,
  startPushEndpoint,
} from './local-pubsub';

const quickRetry = { minimumBackoff: { nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } };
const retryNever = { minimumBackoff: { seconds: 600 }, maximumBackoff: { seconds: 600 } };

/** Of the cases that start several servers only one, unless all are to be tried. */
export const describeDurability = (isWhole: boolean): void =>
  describe('durability', () => {
    const exhaustive = isWhole ? it : () => undefined;
    let directory: string;
    let journal: string;
    let endpoint: PushEndpoint;
    let child: ChildProcess | undefined;
    let client: PubSub | undefined;
    let pubsub: LocalPubSub | undefined;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'pubsub-'));
      journal = join(directory, 'pubsub.journal');
    });
    afterEach(async () => {
      await client?.close();
      child?.kill('SIGKILL');
      await pubsub?.close();
      await endpoint.close();
      rmSync(directory, { recursive: true });
      client = undefined;
      child = undefined;
      pubsub = undefined;
    });

    const startProcess = async (): Promise<PubSub> => {
      const program = join(__dirname, '../../bin.js');
      const started = spawn(process.execPath, [program, '--port', '0', '--data', directory], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child = started;
      const [text] = await once(started.stdout, 'data');
      client = pubSubClient(Number(/127\.0\.0\.1:(\d+)/.exec(String(text))?.[1]));
      return client;
    };

    const killProcess = async (): Promise<void> => {
      const killed = child && once(child, 'exit');
      child?.kill('SIGKILL');
      await killed;
    };

    /** What a server on the same directory delivers, after its own start. */
    const restart = async (): Promise<LocalPubSub> => {
      pubsub = await startLocalPubSub({ dataDirectory: directory });
      return pubsub;
    };

    it('keeps every message that was accepted, over kill -9', async () => {
      let accepting = false;
      endpoint = await startPushEndpoint(() => (accepting ? 200 : 503));
      const google = await startProcess();
      const [topic] = await google.createTopic({ name: 'kept', labels: { a: 'b' } });
      await topic.createSubscription('kept', { pushEndpoint: endpoint.url, retryPolicy: retryNever });
      const ids = await Promise.all(
        Array.from({ length: 300 }, (_, i) =>
          topic.publishMessage({ data: Buffer.from(`message ${i}`), attributes: { i: `${i}` } }),
        ),
      );
      await killProcess();
      const before = endpoint.received.length;
      accepting = true;

      const { client: again } = await restart();

      // What the dead server had sent may come as late as this, and is no message more.
      const pushes = await endpoint.receivedMessages(300, before);
      expect(new Set(pushes.map(({ message }) => message.messageId))).toEqual(new Set(ids));
      for (const { text, message } of pushes) expect(text).toBe(`message ${message.attributes.i}`);
      expect((await again.topic('kept').getMetadata())[0].labels).toEqual({ a: 'b' });
      expect((await again.subscription('kept').getMetadata())[0].retryPolicy).toMatchObject({
        minimumBackoff: { seconds: '600' },
      });
    });

    exhaustive('does not deliver again what was acknowledged', async () => {
      endpoint = await startPushEndpoint();
      const first = await startLocalPubSub({ dataDirectory: directory });
      const [topic] = await first.client.createTopic('acked');
      const [{ name: subscription }] = await topic.createSubscription('acked');
      for (const text of ['one', 'two', 'three']) await topic.publishMessage({ data: Buffer.from(text) });
      const [{ receivedMessages }] = await first.subscriber.pull({ subscription, maxMessages: 2 });
      const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
      await first.subscriber.acknowledge({ subscription, ackIds });
      await first.close();

      const { subscriber } = await restart();

      const [left] = await subscriber.pull({ subscription, maxMessages: 10 });
      const texts = left.receivedMessages?.map(({ message }) => Buffer.from(message?.data ?? '').toString());
      expect(texts).toEqual(['three']);
    });

    exhaustive('goes on counting attempts after a restart', async () => {
      endpoint = await startPushEndpoint(({ deliveryAttempt }) => (deliveryAttempt === 1 ? 500 : 200));
      const first = await startLocalPubSub({ dataDirectory: directory });
      const [topic] = await first.client.createTopic('counted');
      const [dead] = await first.client.createTopic('dead');
      await topic.createSubscription('counted', {
        pushEndpoint: endpoint.url,
        retryPolicy: retryNever,
        deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
      });
      await topic.publishMessage({ data: Buffer.from('x') });
      await first.logged('attempt 1');
      await first.close();

      await restart();

      const pushes = await endpoint.receivedCount(2);
      expect(pushes.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2]);
    });

    const oneUndelivered = async (): Promise<void> => {
      endpoint = await startPushEndpoint();
      const first = await startLocalPubSub({ dataDirectory: directory });
      const [topic] = await first.client.createTopic('torn');
      await topic.createSubscription('torn', {
        pushEndpoint: 'http://127.0.0.1:9/',
        retryPolicy: quickRetry,
      });
      await topic.publishMessage({ data: Buffer.from('whole') });
      await first.close();
    };

    const deliverTo = async (local: LocalPubSub): Promise<string[]> => {
      await local.client.subscription('torn').modifyPushConfig({ pushEndpoint: endpoint.url });
      await endpoint.receivedCount(1);
      await local.client.topic('torn').publishMessage({ data: Buffer.from('new') });
      return (await endpoint.receivedCount(2)).map(({ text }) => text);
    };

    it('drops a last record that a crash cut off', async () => {
      await oneUndelivered();
      appendFileSync(
        journal,
        '{"record":"message","subscriptions":["projects/local/subscriptions/torn"],"id":"9',
      );
      expect(await deliverTo(await restart())).toEqual(['whole', 'new']);
    });

    exhaustive('ignores a snapshot that was not finished', async () => {
      await oneUndelivered();
      appendFileSync(`${journal}.new`, '{"record":"topic","topic":{"na');
      expect(await deliverTo(await restart())).toEqual(['whole', 'new']);
    });

    it('refuses a damaged journal, naming file and line, and leaves it as it is', async () => {
      await oneUndelivered();
      const text = readFileSync(journal, 'utf8');
      truncateSync(journal, 0);
      appendFileSync(journal, `${text.split('\n')[0]}\nnonsense\n${text}`);
      const damaged = readFileSync(journal, 'utf8');
      await expect(startLocalPubSub({ dataDirectory: directory })).rejects.toThrow(`${journal}, line 2`);
      expect(readFileSync(journal, 'utf8')).toBe(damaged);
    });

    exhaustive('keeps the journal small while messages come and go', async () => {
      endpoint = await startPushEndpoint();
      const local = await startLocalPubSub({ dataDirectory: directory, compactAfterBytes: 200_000 });
      pubsub = local;
      const [topic] = await local.client.createTopic('busy');
      await topic.createSubscription('busy', { pushEndpoint: endpoint.url });
      const data = Buffer.alloc(2_500, 'x');
      for (let round = 0; round < 15; round += 1) {
        await Promise.all(Array.from({ length: 20 }, () => topic.publishMessage({ data })));
        await endpoint.receivedCount((round + 1) * 20);
      }
      // 300 messages of 3.3 kB in base64 are 1 MB; the journal is rewritten when it has grown by 200 kB.
      expect(statSync(journal).size).toBeLessThan(500_000);
    });

    exhaustive('does not deliver what is older than the retention', async () => {
      await oneUndelivered();
      const tenDays = 10 * 24 * 3600 * 1000;
      const old = readFileSync(journal, 'utf8').replace(
        /"publishTime":(\d+)/,
        (_, time) => `"publishTime":${time - tenDays}`,
      );
      truncateSync(journal, 0);
      appendFileSync(journal, old);
      const local = await restart();
      await local.client.subscription('torn').modifyPushConfig({ pushEndpoint: endpoint.url });
      await local.client.topic('torn').publishMessage({ data: Buffer.from('new') });
      expect((await endpoint.receivedCount(1)).map(({ text }) => text)).toEqual(['new']);
    });

    exhaustive('keeps snapshots, retained messages, what is detached, schemas and policies', async () => {
      endpoint = await startPushEndpoint();
      const name = (id: string): string => `projects/local/subscriptions/${id}`;
      const first = await startLocalPubSub({ dataDirectory: directory });
      const [topic] = await first.client.createTopic({
        name: 'kept',
        messageRetentionDuration: { seconds: 600 },
      });
      const [retaining] = await topic.createSubscription('retaining', { retainAckedMessages: true });
      await topic.createSubscription('ordered', { enableMessageOrdering: true, filter: 'attributes:none' });
      await topic.createSubscription('detached');
      await first.client.detachSubscription(name('detached'));
      await topic.publishMessage({ data: Buffer.from('one') });
      await retaining.createSnapshot('snap');
      await topic.publishMessage({ data: Buffer.from('two') });
      const ackIds = (await pullAll(first.subscriber, retaining.name)).map(({ ackId }) => ackId);
      await first.subscriber.acknowledge({ subscription: retaining.name, ackIds });
      await topic.iam.setPolicy({ bindings: [{ role: 'roles/viewer', members: ['allUsers'] }] });
      await first.client.createSchema('kept', 'AVRO', '"string"');
      await first.close();

      // The second restart reads what the first one wrote anew.
      await (await restart()).close();
      const { client: google, subscriber } = await restart();
      const texts = async (id: string) => (await pullAll(subscriber, name(id))).map(({ text }) => text);
      expect(await texts('retaining')).toEqual([]);
      await subscriber.seek({ subscription: name('retaining'), snapshot: 'projects/local/snapshots/snap' });
      expect(await texts('retaining')).toEqual(['one', 'two']);
      const [late] = await google.topic('kept').createSubscription('late');
      await late.seek(new Date(0));
      expect(await texts('late')).toEqual(['one', 'two']);
      const [ordered] = await google.subscription('ordered').getMetadata();
      expect(ordered).toMatchObject({ enableMessageOrdering: true, filter: 'attributes:none' });
      expect((await google.subscription('detached').detached())[0]).toBe(true);
      expect((await google.topic('kept').iam.getPolicy())[0].bindings).toMatchObject([
        { role: 'roles/viewer' },
      ]);
      expect((await google.schema('kept').get()).definition).toBe('"string"');
    });
  });
