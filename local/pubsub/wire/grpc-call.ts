import {
  type handleUnaryCall,
  Metadata,
  type ServiceDefinition,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { z } from 'zod';
import { PubSubError, pubSubUnavailable, unimplemented } from '../pubsub-error';
import { JournalFailure } from '../store/journal';

/** The status that a call ends with when `error` was thrown. */
export const grpcStatusOf = (error: unknown, log: (line: string) => void): StatusObject => {
  if (error instanceof PubSubError) {
    return { code: error.code, details: error.message, metadata: new Metadata() };
  }
  if (error instanceof JournalFailure) {
    return { code: status.UNAVAILABLE, details: pubSubUnavailable().message, metadata: new Metadata() };
  }
  log(`Pub/Sub failed: ${error instanceof Error ? error.stack : error}`);
  return { code: status.INTERNAL, details: 'Internal error; see the log.', metadata: new Metadata() };
};

export type UnaryCall = { onCancelled(callback: () => void): void };

/** A call that gets one request and gives one reply, by gRPC or by REST. */
export type UnaryHandler = (request: unknown, call: UnaryCall) => Promise<object>;
/** By the names of their methods. */
export type UnaryHandlers = Readonly<Record<string, UnaryHandler>>;

/** Makes a handler that parses the request. */
export const unary =
  <Request>(
    schema: z.ZodType<Request>,
    handle: (request: Request, call: UnaryCall) => object | Promise<object>,
  ): UnaryHandler =>
  async (request, call) =>
    handle(schema.parse(request), call);

/** The handlers for gRPC: an error becomes the call's status. A method without a handler is UNIMPLEMENTED. */
export const grpcHandlers = (
  service: ServiceDefinition,
  handlers: UnaryHandlers,
  log: (line: string) => void,
): UntypedServiceImplementation => {
  const grpc =
    (method: string): handleUnaryCall<unknown, object> =>
    async (call, reply) => {
      try {
        const handle = handlers[method];
        if (!handle) throw unimplemented(method);
        const onCancelled = (callback: () => void): void => void call.on('cancelled', callback);
        reply(null, await handle(call.request, { onCancelled }));
      } catch (error) {
        reply(grpcStatusOf(error, log));
      }
    };
  return Object.fromEntries(Object.keys(service).map((method) => [method, grpc(method)]));
};
