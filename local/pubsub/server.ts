import { Server } from '@grpc/grpc-js';
import { createFaults, type FaultOptions } from '../cloud/faults/faults';
import { createAvailability } from './availability';
import { faultyPublish } from './faulty-publish';
import { faultyPush } from './faulty-push';
import { loadServices } from './grpc';
import { noJournal, type OpenFile, openJournal } from './journal';
import { serveOnOnePort } from './one-port';
import { createPublish } from './publish';
import { publisherHandlers } from './publisher';
import { startPush } from './push-request';
import { createRestServer } from './rest';
import { createStore } from './store';
import { subscriberHandlers } from './subscriber';

export type PubSubOptions = {
  /** 0: the system chooses one. */
  port: number;
  host?: string;
  /** Where topics, subscriptions and undelivered messages are kept; absent: in memory only. */
  dataDirectory?: string;
  log?: (line: string) => void;
  /** Real Pub/Sub's least ack deadline is 10 s; tests that wait for one to end may lower it. */
  shortestAckDeadlineSeconds?: number;
  /** Lets publishing fail, and deliveries come twice, late, out of order, or again. */
  faults?: FaultOptions | undefined;
  /** How the journal's files are opened; node:fs's own unless given. */
  openFile?: OpenFile;
};

export type PubSubServer = {
  port: number;
  /** Has an effect only where `faults` were asked for. `rate`: 0 to 1; 0 turns faults off. */
  setFaultRate(rate: number): void;
  /** False: calls are refused, streams end, and nothing is pushed, until it is set to true again. */
  setAvailable(isAvailable: boolean): void;
  /** Aborts pushes and streams, writes what is left, and frees the port. */
  close(): Promise<void>;
};

/** More than Pub/Sub's own limit, so that it is Pub/Sub's message that a client reads, not gRPC's. */
const largestRequestBytes = 20 * 1024 * 1024;

/**
 * Starts the local Pub/Sub: google.pubsub.v1's Publisher and Subscriber over plain gRPC, as Google's clients use them
 * with PUBSUB_EMULATOR_HOST; and on the same port publishing over REST.
 * @throws Error when the port is taken, or the journal in `dataDirectory` cannot be read
 */
export const startPubSub = async (options: PubSubOptions): Promise<PubSubServer> => {
  const { host = '127.0.0.1', dataDirectory, log = () => {}, shortestAckDeadlineSeconds = 10 } = options;
  const faults = options.faults && createFaults(options.faults);
  const store = createStore(log, faults && faultyPush(startPush, faults));
  const availability = createAvailability();
  const server = new Server({
    'grpc.max_receive_message_length': largestRequestBytes,
    interceptors: [availability.interceptor],
  });
  const publish = faults ? faultyPublish(createPublish(store), faults) : createPublish(store);
  const rest = createRestServer(publish, availability, log);
  // The port comes first: a second server must not touch the journal of the one that has it.
  const front = await serveOnOnePort({ grpc: server, rest }, host, options.port).catch((cause: unknown) => {
    const message = `Port ${options.port} is in use or not allowed: the local Pub/Sub cannot listen on ${host}`;
    throw new Error(message, { cause });
  });
  const stop = (): void => {
    server.forceShutdown();
    front.close();
  };
  try {
    const journal = dataDirectory
      ? await openJournal(dataDirectory, store.apply, store.snapshot, log, options.openFile)
      : noJournal;
    store.start(journal);
    const { publisher, subscriber } = loadServices();
    server.addService(publisher, publisherHandlers(publisher, store, publish, log));
    server.addService(subscriber, subscriberHandlers(subscriber, store, log, shortestAckDeadlineSeconds));
  } catch (error) {
    stop();
    throw error;
  }
  const close = async (): Promise<void> => {
    stop();
    await store.close();
  };
  const setAvailable = (isAvailable: boolean): void => {
    availability.set(isAvailable);
    store.setAvailable(isAvailable);
  };
  return { port: front.port, setFaultRate: (rate) => faults?.setRate(rate), setAvailable, close };
};
