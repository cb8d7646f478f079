import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { createFaults, type FaultOptions } from '../faults/faults';
import { createAvailability } from './availability';
import { faultyPush } from './faulty-push';
import { loadServices } from './grpc';
import { noJournal, type OpenFile, openJournal } from './journal';
import { publisherHandlers } from './publisher';
import { startPush } from './push-request';
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
 * with PUBSUB_EMULATOR_HOST.
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
  // The port comes first: a second server must not touch the journal of the one that has it.
  const port = await bind(server, host, options.port);
  try {
    const journal = dataDirectory
      ? await openJournal(dataDirectory, store.apply, store.snapshot, log, options.openFile)
      : noJournal;
    store.start(journal);
    const { publisher, subscriber } = loadServices();
    server.addService(publisher, publisherHandlers(publisher, store, log, faults));
    server.addService(subscriber, subscriberHandlers(subscriber, store, log, shortestAckDeadlineSeconds));
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  const close = async (): Promise<void> => {
    server.forceShutdown();
    await store.close();
  };
  const setAvailable = (isAvailable: boolean): void => {
    availability.set(isAvailable);
    store.setAvailable(isAvailable);
  };
  return { port, setFaultRate: (rate) => faults?.setRate(rate), setAvailable, close };
};

const bind = async (server: Server, host: string, port: number): Promise<number> => {
  // grpc-js writes to the console what the error below says better.
  const quiet = process.env.GRPC_VERBOSITY === undefined;
  if (quiet) setLogVerbosity(logVerbosity.NONE);
  try {
    return await bindPort(server, `${host}:${port}`);
  } catch (error) {
    throw new Error(`Port ${port} is in use or not allowed: the local Pub/Sub cannot listen on ${host}`, {
      cause: error,
    });
  } finally {
    if (quiet) setLogVerbosity(logVerbosity.ERROR);
  }
};

const bindPort = (server: Server, address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
