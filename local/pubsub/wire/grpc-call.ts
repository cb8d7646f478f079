import { readFileSync } from 'node:fs';
import {
  type handleUnaryCall,
  Metadata,
  type ServiceDefinition,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { z } from 'zod';
import { PubSubError, pubSubUnavailable, unimplemented } from '../pubsub-error';
import { JournalFailure } from '../store/journal';

/** The service definitions that Google's own client ships. */
export const loadServices = (): { publisher: ServiceDefinition; subscriber: ServiceDefinition } => {
  const path = require.resolve('@google-cloud/pubsub/build/protos/protos.json');
  const definitions = fromJSON(JSON.parse(readFileSync(path, 'utf8')), {
    longs: Number,
    enums: String,
    defaults: true,
  });
  const service = (name: string): ServiceDefinition => {
    const definition = definitions[`google.pubsub.v1.${name}`];
    if (!definition || 'format' in definition) throw new Error(`${path} has no service ${name}`);
    return definition;
  };
  return { publisher: service('Publisher'), subscriber: service('Subscriber') };
};

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

/** Makes a gRPC handler: parses the request, awaits the reply, and turns an error into the call's status. */
export const unary =
  <Request>(
    log: (line: string) => void,
    schema: z.ZodType<Request>,
    handle: (request: Request, call: UnaryCall) => object | Promise<object>,
  ): handleUnaryCall<unknown, object> =>
  async (call, reply) => {
    try {
      const request = schema.parse(call.request);
      const onCancelled = (callback: () => void): void => void call.on('cancelled', callback);
      reply(null, await handle(request, { onCancelled }));
    } catch (error) {
      reply(grpcStatusOf(error, log));
    }
  };

/** Adds a handler for each method that has none: it answers UNIMPLEMENTED and names the method. */
export const withUnimplemented = (
  service: ServiceDefinition,
  handlers: UntypedServiceImplementation,
): UntypedServiceImplementation => {
  const missing = Object.keys(service).filter((method) => !handlers[method]);
  const refuse =
    (method: string): handleUnaryCall<unknown, object> =>
    (_call, reply) =>
      reply(grpcStatusOf(unimplemented(method), () => {}));
  return { ...handlers, ...Object.fromEntries(missing.map((method) => [method, refuse(method)])) };
};
