import type { Server } from 'node:http';
import { BigQueryError } from '../bigquery-error';
import type { ScriptFault } from '../model';
import { errorBody } from './wire-errors';

/** A request as it came in. */
export interface RestCall {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly text: string;
}

export interface RestReply {
  readonly status: number;
  /** Absent: there is none, as with 204. */
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What is to go wrong in a call's work itself. */
export interface WorkFaults {
  readonly script?: ScriptFault;
}

/** Does a call's work. */
export type CallWork = (faults?: WorkFaults) => Promise<RestReply>;

/** Every call passes through it, in and out. Undefined: the connection is broken off without an answer. */
export type Border = (call: RestCall, work: CallWork) => Promise<RestReply | undefined>;

/** What is answered while BigQuery is away. Work under way may still take effect, but its answer is lost. */
export function unavailableReply(): RestReply {
  const message = 'Error encountered during execution. Retrying may solve the problem.';
  return { status: 503, body: errorBody(new BigQueryError('backendError', message)) };
}

export interface SwitchedServer {
  readonly server: Server;
  readonly setAvailable: (isAvailable: boolean) => void;
}

/**
 * A server that can be switched off for a while: new connections are broken off, and calls on open ones are
 * answered 503. Work that was under way goes on, but its answer is lost.
 */
export function withAvailability(
  border: Border = (_, work) => work(),
  create: (border: Border) => Server,
): SwitchedServer {
  let isAvailable = true;
  const server = create(async (call, work) => {
    if (!isAvailable) return unavailableReply();
    const reply = await border(call, work);
    return isAvailable ? reply : unavailableReply();
  });
  server.on('connection', (socket) => {
    if (!isAvailable) socket.destroy();
  });
  return {
    server,
    setAvailable(next) {
      isAvailable = next;
      if (!next) server.closeIdleConnections();
    },
  };
}
