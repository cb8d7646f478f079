import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CreateSubscriptionOptions,
  PubSub,
  type Subscription,
  type Topic,
  v1,
} from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { z } from 'zod';
import { type PubSubOptions, type PubSubServer, startPubSub } from '../../start-pubsub';

export type LocalPubSub = {
  port: number;
  client: PubSub;
  /** The same calls without the client's own leases and streams. */
  subscriber: v1.SubscriberClient;
  /** The same for publishing: it tries nothing again where a call says so. */
  publisher: v1.PublisherClient;
  server: PubSubServer;
  /** Resolves as soon as the server has logged a line that contains this. */
  logged(text: string): Promise<void>;
  /** Closes the client, then the server. */
  close(): Promise<void>;
};

/** A local Pub/Sub on a port of the system's choice, and Google's client for it (project `local`). */
export const startLocalPubSub = async (options: Partial<PubSubOptions> = {}): Promise<LocalPubSub> => {
  const lines: string[] = [];
  const waiting: { text: string; resolve: () => void }[] = [];
  const log = (line: string): void => {
    lines.push(line);
    for (const { text, resolve } of waiting) if (line.includes(text)) resolve();
  };
  const logged = async (text: string): Promise<void> => {
    if (lines.some((line) => line.includes(text))) return;
    await new Promise<void>((resolve) => waiting.push({ text, resolve }));
  };
  const server = await startPubSub({ port: 0, shortestAckDeadlineSeconds: 1, log, ...options });
  const client = pubSubClient(server.port);
  const address = {
    projectId: 'local',
    servicePath: '127.0.0.1',
    port: server.port,
    sslCreds: credentials.createInsecure(),
  };
  const subscriber = new v1.SubscriberClient(address);
  const publisher = new v1.PublisherClient(address);
  const close = async (): Promise<void> => {
    await subscriber.close();
    await publisher.close();
    await client.close();
    await server.close();
  };
  return { port: server.port, client, subscriber, publisher, server, logged, close };
};

// Without it the client looks for Google's metadata server, which is not here.
process.env.METADATA_SERVER_DETECTION = 'none';

export const pubSubClient = (port: number, projectId = 'local'): PubSub =>
  new PubSub({ projectId, apiEndpoint: `127.0.0.1:${port}`, emulatorMode: true });

/** All that can be had from a subscription at once, in its order. */
export const pullAll = async (subscriber: v1.SubscriberClient, subscription: string) => {
  const request = { subscription, maxMessages: 1000, returnImmediately: true };
  const [{ receivedMessages }] = await subscriber.pull(request);
  return (receivedMessages ?? []).map(({ ackId, message }) => ({
    ackId: ackId ?? '',
    text: Buffer.from(message?.data ?? '').toString(),
  }));
};

let counter = 0;

/** A fresh topic with one subscription. */
export const topicWithSubscription = async (
  client: PubSub,
  options: CreateSubscriptionOptions = {},
): Promise<{ topic: Topic; subscription: Subscription }> => {
  counter += 1;
  const [topic] = await client.createTopic(`topic-${counter}`);
  const [subscription] = await topic.createSubscription(`subscription-${counter}`, options);
  return { topic, subscription };
};

const pushSchema = z.object({
  message: z.object({
    data: z.base64().default(''),
    attributes: z.record(z.string(), z.string()).default({}),
    messageId: z.string(),
    message_id: z.string(),
    publishTime: z.iso.datetime(),
    publish_time: z.iso.datetime(),
    orderingKey: z.string().optional(),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().optional(),
});

/** A push as an endpoint got it; `text` is the message's data. */
export type ReceivedPush = z.infer<typeof pushSchema> & { text: string; headers: IncomingMessage['headers'] };

export type PushEndpoint = {
  url: string;
  received: ReceivedPush[];
  /** Resolves as soon as so many pushes have been received in all. */
  receivedCount(count: number): Promise<ReceivedPush[]>;
  /** Resolves to all pushes but the first `before`, as soon as they are of so many messages. */
  receivedMessages(count: number, before: number): Promise<readonly ReceivedPush[]>;
  /** Resolves as soon as the other side has ended a request that `hang` left without an answer. */
  hungRequestClosed(): Promise<void>;
  close(): Promise<void>;
};

/** An HTTP server that records pushes. `answer` gives the status for each, or `hang` for no answer at all. */
export const startPushEndpoint = async (
  answer: (push: ReceivedPush, index: number) => number | 'hang' | Promise<number> = () => 204,
  port = 0,
): Promise<PushEndpoint> => {
  const received: ReceivedPush[] = [];
  const waiting: { isEnough: () => boolean; resolve: () => void }[] = [];
  const receivedWhen = async (isEnough: () => boolean): Promise<void> => {
    if (!isEnough()) await new Promise<void>((resolve) => waiting.push({ isEnough, resolve }));
  };
  let hungClosed = (): void => {};
  const hungRequestClosed = new Promise<void>((resolve) => {
    hungClosed = resolve;
  });

  const onPush = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const push = pushSchema.parse(JSON.parse(await textOf(request)));
    const text = Buffer.from(push.message.data, 'base64').toString();
    const index = received.push({ ...push, text, headers: request.headers }) - 1;
    for (const { isEnough, resolve } of waiting) if (isEnough()) resolve();
    const status = await answer({ ...push, text, headers: request.headers }, index);
    if (status === 'hang') response.on('close', hungClosed);
    else response.writeHead(status).end();
  };

  const server = createServer((request, response) => void onPush(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/push`,
    received,
    receivedCount: async (count) => {
      await receivedWhen(() => received.length >= count);
      return received;
    },
    receivedMessages: async (count, before) => {
      const messages = () => new Set(received.slice(before).map(({ message }) => message.messageId));
      await receivedWhen(() => messages().size >= count);
      return received.slice(before);
    },
    hungRequestClosed: () => hungRequestClosed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const portOf = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
