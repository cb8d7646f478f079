import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { BigQueryError } from '../../bigquery-error';
import type { WorkSignals } from '../../model';
import { type EngineMethods, engineMethods } from './engine-methods';
import { type EngineProcess, startEngineProcess } from './engine-process';
import { stoppable } from './stoppable';

/** Calls to the engine process, which is started again if it dies. */
export interface EngineClient {
  /** Calls a procedure. Throws an EngineFailure where the engine answers with an error. */
  readonly call: (method: string, request: object) => Promise<object>;
  /**
   * The same with a request that is already in wire format. A request that only one process understands (it
   * names what that process has prepared) gives that process's session; if the process is gone, a
   * SessionEnded is thrown. A call with signals can be stopped; if that ends the process, the calls of others are
   * made again.
   */
  readonly callEncoded: (
    method: string,
    request: Buffer,
    session?: EngineSession,
    signals?: WorkSignals,
  ) => Promise<object>;
  /** The process that runs now, as its session. */
  readonly session: () => Promise<EngineSession>;
  readonly encode: (method: string, request: object) => Buffer;
  /** The process id of the engine that runs now. */
  readonly pid: () => number;
  readonly close: () => Promise<void>;
}

/** Stands for one life of the engine's process. */
export type EngineSession = object;

/** The process that a call was meant for is gone. */
export class SessionEnded extends Error {}

/** An error that the engine answered: gRPC status code and message. */
export class EngineFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

interface Connection {
  readonly engine: EngineProcess;
  readonly channel: Client;
}

/** Starts the engine and resolves when it takes calls. */
export async function startEngineClient(): Promise<EngineClient> {
  const starting = startEngineProcess();
  starting.catch(() => undefined);
  // Loading the protocol takes a while; meanwhile the process starts.
  const methods = engineMethods();
  let closed = false;
  let last = await connect(await starting);
  let restarting: Promise<Connection> | undefined;
  /** Processes that were ended because of a call that had to end. */
  const endedOnPurpose = new WeakSet<EngineProcess>();

  const restart = async (): Promise<Connection> => {
    last.channel.close();
    last = await connect(await startEngineProcess());
    if (closed) last.engine.kill();
    return last;
  };
  const current = async (): Promise<Connection> => {
    if (closed) throw new BigQueryError('backendError', 'The SQL engine is closed.');
    if (last.engine.alive()) return last;
    restarting ??= restart().finally(() => {
      restarting = undefined;
    });
    return restarting;
  };
  const endOnPurpose = (engine: EngineProcess) => {
    endedOnPurpose.add(engine);
    engine.kill();
    void engine.exited.then(current).catch(() => undefined);
  };
  const callEncoded: EngineClient['callEncoded'] = async (method, request, session, signals) => {
    for (let deaths = 0; ; ) {
      const { engine, channel } = await current();
      if (session !== undefined && session !== engine) throw new SessionEnded();
      const call = () => unary(channel, methods, method, request);
      try {
        return await stoppable(signals, () => endOnPurpose(engine), call);
      } catch (error) {
        if (!(await died(engine, error))) throw error;
        if (!endedOnPurpose.has(engine)) deaths += 1;
        if (deaths === 2 || closed)
          throw new BigQueryError('backendError', 'The SQL engine ended while it ran the statement.');
      }
    }
  };
  const encode = (method: string, request: object) => definition(methods, method).requestSerialize(request);
  return {
    callEncoded,
    session: async () => (await current()).engine,
    encode,
    call: (method, request) => callEncoded(method, encode(method, request)),
    pid: () => last.engine.pid,
    close: async () => {
      closed = true;
      await restarting?.catch(() => undefined);
      last.channel.close();
      await last.engine.end();
    },
  };
}

async function connect(engine: EngineProcess): Promise<Connection> {
  const channel = new Client(engine.address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 500,
  });
  await new Promise<void>((resolve, reject) => {
    channel.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve()));
  });
  return { engine, channel };
}

function definition(methods: EngineMethods, name: string) {
  const found = methods[name];
  if (found === undefined) throw new Error(`The SQL engine has no procedure ${name}`);
  return found;
}

function unary(channel: Client, methods: EngineMethods, method: string, request: Buffer): Promise<object> {
  const { path, responseDeserialize } = definition(methods, method);
  return new Promise((resolve, reject) => {
    const answer = (error: ServiceError | null, value?: object) => {
      if (error !== null) reject(new EngineFailure(error.code, error.details));
      else resolve(value ?? {});
    };
    channel.makeUnaryRequest(path, (bytes: Buffer) => bytes, responseDeserialize, request, answer);
  });
}

/** A connection breaks a little before the end of the process behind it is seen, so wait for that. */
async function died(engine: EngineProcess, error: unknown): Promise<boolean> {
  if (!(error instanceof EngineFailure)) return false;
  if (!engine.alive()) return true;
  if (error.code !== status.UNAVAILABLE && error.code !== status.CANCELLED) return false;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  await Promise.race([engine.exited, patience]);
  clearTimeout(timer);
  return !engine.alive();
}
