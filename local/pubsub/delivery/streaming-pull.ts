import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { z } from 'zod';
import { invalidArgument } from '../pubsub-error';
import { streamingPullRequestSchema } from '../wire/calls/request-schemas';
import { grpcStatusOf } from '../wire/grpc-call';
import { acknowledgeAll, modifyDeadlines } from './acknowledge';
import { type ActiveSubscription, detached } from './active-subscription';
import type { Consumer, Delivery } from './delivery';
import { receivedMessage } from './pull';

type Request = z.infer<typeof streamingPullRequestSchema>;
type Stream = ServerDuplexStream<unknown, object>;

/** What a client may hold that sets no limit of its own, so that the server's buffers stay bounded. */
const defaultLimits = { messages: 1000, bytes: 100 * 1024 * 1024 };
const longestDeadlineSeconds = 600;

/** Handles a stream: the first request opens it, later ones acknowledge messages and extend leases. */
export const streamingPullHandler =
  (
    subscriptionNamed: (name: string) => ActiveSubscription,
    shortestAckDeadlineSeconds: number,
    log: (line: string) => void,
  ): handleBidiStreamingCall<unknown, object> =>
  (stream) => {
    let opened: Opened | undefined;

    const close = (): void => opened?.close();
    const fail = (error: unknown): void => {
      close();
      stream.emit('error', grpcStatusOf(error, log));
    };

    stream.on('data', (chunk: unknown) => {
      try {
        const request = streamingPullRequestSchema.parse(chunk);
        if (!opened) {
          checkDeadline(request.streamAckDeadlineSeconds, shortestAckDeadlineSeconds);
          opened = open(stream, subscriptionNamed(request.subscription), request, fail);
        }
        opened.receive(request);
      } catch (error) {
        fail(error);
      }
    });
    stream.on('cancelled', close);
    stream.on('error', close);
    stream.on('end', () => {
      close();
      stream.end();
    });
  };

type Opened = { receive(request: Request): void; close(): void };

const open = (
  stream: Stream,
  subscription: ActiveSubscription,
  first: Request,
  fail: (error: unknown) => void,
): Opened => {
  const { queue, resource } = subscription;
  if (resource.detached) throw detached(resource);
  let deadlineSeconds = first.streamAckDeadlineSeconds;
  const { consumer, close } = createStreamConsumer(stream, subscription, first, () => deadlineSeconds);
  const forget = subscription.onClose(fail);
  // The request that opened the stream is handled before messages are sent.
  queueMicrotask(() => queue.addConsumer(consumer));

  return {
    receive({ ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds, streamAckDeadlineSeconds }) {
      if (streamAckDeadlineSeconds > 0) deadlineSeconds = streamAckDeadlineSeconds;
      if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
        throw invalidArgument('modify_deadline_ack_ids and modify_deadline_seconds differ in length.');
      }
      if (ackIds.length > 0) acknowledgeAll(queue, ackIds);
      if (modifyDeadlineAckIds.length > 0) {
        modifyDeadlines(queue, modifyDeadlineAckIds, (index) => modifyDeadlineSeconds[index] ?? 0);
      }
    },
    close() {
      forget();
      close();
      queue.removeConsumer(consumer);
    },
  };
};

/** Keeps to the client's limits on how many messages and bytes it may hold. */
const createStreamConsumer = (
  stream: Stream,
  subscription: ActiveSubscription,
  { maxOutstandingMessages, maxOutstandingBytes }: Request,
  deadlineSeconds: () => number,
): { consumer: Consumer; close(): void } => {
  const maxMessages = maxOutstandingMessages > 0 ? maxOutstandingMessages : defaultLimits.messages;
  const maxBytes = maxOutstandingBytes > 0 ? maxOutstandingBytes : defaultLimits.bytes;
  let messages = 0;
  let bytes = 0;
  let open = true;
  let batch: Delivery[] = [];

  const send = (): void => {
    const receivedMessages = batch.map((delivery) => receivedMessage(subscription.resource, delivery));
    batch = [];
    if (open) stream.write({ receivedMessages });
  };

  const consumer: Consumer = {
    holdsManyOfKey: true,
    // A message larger than the limit still gets through when nothing else is outstanding.
    wants: (size) => open && messages < maxMessages && (bytes + size <= maxBytes || messages === 0),
    ackDeadlineMs: () => deadlineSeconds() * 1000,
    deliver: (delivery) => {
      messages += 1;
      bytes += delivery.message.data.length;
      if (batch.length === 0) queueMicrotask(send);
      batch.push(delivery);
    },
    released: (delivery) => {
      messages -= 1;
      bytes -= delivery.message.data.length;
    },
  };
  return {
    consumer,
    close: () => {
      open = false;
    },
  };
};

const checkDeadline = (seconds: number, shortest: number): void => {
  if (seconds >= shortest && seconds <= longestDeadlineSeconds) return;
  throw invalidArgument(
    `Invalid stream_ack_deadline_seconds given (${seconds}); expected ${shortest} to ${longestDeadlineSeconds}.`,
  );
};
