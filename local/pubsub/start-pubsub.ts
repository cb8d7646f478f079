import { Server } from '@grpc/grpc-js';
import { type StartPush, startPush } from './delivery/push-request';
import { streamingPullHandler } from './delivery/streaming-pull';
import { type JournalOptions, noJournal, openJournal } from './store/journal';
import { createPubSubStore } from './store/pubsub-store';
import { createAvailabilitySwitch } from './wire/availability-switch';
import { iamPolicyHandlers } from './wire/calls/iam-policy';
import { createPublish, type Publish } from './wire/calls/publish';
import { publisherHandlers } from './wire/calls/publisher';
import { schemaServiceHandlers } from './wire/calls/schema-service';
import { findSubscription, subscriberHandlers } from './wire/calls/subscriber';
import { grpcHandlers } from './wire/grpc-call';
import { serveOnOnePort } from './wire/one-port';
import { createTranscodingServer, type RestCalls } from './wire/rest';
import { loadServices, serviceNames } from './wire/services';
import { createTranscoding } from './wire/transcoding';

/** Hooks that let calls go wrong: each gets what would be done and gives what is done instead. */
export type PubSubFaults = {
  /** Around each publish, over gRPC and REST. */
  publish(publish: Publish): Publish;
  /** Around each post to a push endpoint. */
  push(push: StartPush): StartPush;
};

export type PubSubOptions = JournalOptions & {
  /** 0: the system chooses one. */
  port: number;
  host?: string;
  /** Names under which its REST interface may be called besides localhost, 127.0.0.1 and [::1]. */
  hosts?: readonly string[] | undefined;
  /** Where topics, subscriptions and undelivered messages are kept; absent: in memory only. */
  dataDirectory?: string | undefined;
  /**
   * Messages take turns by the values of this attribute, so that one value's many messages do not keep the others
   * waiting, and one value's are never more than half of what is under way. Absent: they are delivered in the
   * order of publishing. Real Pub/Sub promises neither.
   */
  turnsBy?: string | undefined;
  /** So many posts to an endpoint are under way at once: 100 unless given. */
  pushesAtOnce?: number | undefined;
  /**
   * Subscriptions that were there before it was started push only once their endpoint is told again: whoever starts
   * the endpoints with it gives them other addresses each time. False unless given.
   */
  awaitsEndpoints?: boolean | undefined;
  /** Real Pub/Sub's shortest ack deadline is 10 s; tests that wait for one to end may lower it. */
  shortestAckDeadlineSeconds?: number;
  /** Lets publishing fail, and deliveries come twice, late, out of order, or again. */
  faults?: PubSubFaults | undefined;
};

export type PubSubServer = {
  port: number;
  /** False: calls are refused, streams end, and nothing is pushed, until it is set to true again. */
  setAvailable(isAvailable: boolean): void;
  /** Aborts pushes and streams, writes what is left, and frees the port. */
  close(): Promise<void>;
};

const usualPushesAtOnce = 100;
/** More than Pub/Sub's own limit, so that clients read Pub/Sub's message and not gRPC's. */
const largestRequestBytes = 20 * 1024 * 1024;

/**
 * Starts the local Pub/Sub: google.pubsub.v1 over plain gRPC, as Google's clients use it with
 * PUBSUB_EMULATOR_HOST, and the same calls over REST on the same port.
 * @throws Error when the port is taken, or the journal in `dataDirectory` cannot be read
 */
export const startPubSub = async (options: PubSubOptions): Promise<PubSubServer> => {
  const { host = '127.0.0.1', dataDirectory, log = () => {}, shortestAckDeadlineSeconds = 10 } = options;
  const { faults, hosts = [] } = options;
  const store = createPubSubStore(log, faults ? faults.push(startPush) : startPush, {
    turnsBy: options.turnsBy,
    pushesAtOnce: options.pushesAtOnce ?? usualPushesAtOnce,
    awaitsEndpoints: options.awaitsEndpoints ?? false,
  });
  const availability = createAvailabilitySwitch();
  const publish = faults ? faults.publish(createPublish(store)) : createPublish(store);
  const services = loadServices();
  const handlers = {
    'google.pubsub.v1.Publisher': publisherHandlers(store, publish),
    'google.pubsub.v1.Subscriber': subscriberHandlers(store, shortestAckDeadlineSeconds),
    'google.pubsub.v1.SchemaService': schemaServiceHandlers(store),
    'google.iam.v1.IAMPolicy': iamPolicyHandlers(store),
  };
  const streams = {
    StreamingPull: streamingPullHandler(findSubscription(store), shortestAckDeadlineSeconds, log),
  };
  let restCalls: RestCalls | undefined;
  let server: Server | undefined;
  /** Not before the journal is read: until then nothing is known of what there is. */
  const grpc = (): Server | undefined => {
    if (restCalls === undefined) return undefined;
    server = new Server({
      'grpc.max_receive_message_length': largestRequestBytes,
      interceptors: [availability.interceptor],
    });
    for (const name of serviceNames) {
      const definition = services.definition(name);
      const own = 'StreamingPull' in definition ? streams : {};
      server.addService(definition, { ...grpcHandlers(definition, handlers[name], log), ...own });
    }
    return server;
  };
  const rest = createTranscodingServer(() => restCalls, availability, log, [host, ...hosts]);
  // The port comes first: a second server must not touch the journal of the one that has it.
  const front = await serveOnOnePort({ grpc, rest }, host, options.port).catch((cause: unknown) => {
    const message = `Port ${options.port} is in use or not allowed: the local Pub/Sub cannot listen on ${host}`;
    throw new Error(message, { cause });
  });
  const stop = (): void => {
    server?.forceShutdown();
    front.close();
  };
  try {
    const journal = dataDirectory
      ? await openJournal(dataDirectory, store.apply, store.snapshot, options)
      : noJournal;
    store.start(journal);
    restCalls = { route: createTranscoding(services), handlers };
  } catch (error) {
    stop();
    throw error;
  }
  return {
    port: front.port,
    setAvailable(isAvailable) {
      availability.set(isAvailable);
      store.setAvailable(isAvailable);
    },
    async close() {
      stop();
      await store.close();
    },
  };
};
