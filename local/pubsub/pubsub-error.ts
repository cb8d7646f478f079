import { status } from '@grpc/grpc-js';

/** An error as Pub/Sub answers it: it becomes the gRPC status of the call. */
export class PubSubError extends Error {
  override readonly name = 'PubSubError';

  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

export const notFound = (name: string): PubSubError =>
  new PubSubError(status.NOT_FOUND, `Resource not found (resource=${lastPart(name)}).`);

export const alreadyExists = (name: string): PubSubError =>
  new PubSubError(
    status.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${lastPart(name)}).`,
  );

export const invalidArgument = (message: string): PubSubError =>
  new PubSubError(status.INVALID_ARGUMENT, message);

export const failedPrecondition = (message: string): PubSubError =>
  new PubSubError(status.FAILED_PRECONDITION, message);

export const permissionDenied = (message: string): PubSubError =>
  new PubSubError(status.PERMISSION_DENIED, message);

/** In the words of Google's servers when they are overloaded or down. */
export const pubSubUnavailable = (): PubSubError =>
  new PubSubError(
    status.UNAVAILABLE,
    'The service was unable to fulfill your request. Please try again. [code=8a75]',
  );

export const unimplemented = (what: string): PubSubError =>
  new PubSubError(status.UNIMPLEMENTED, `${what} is not implemented by the local Pub/Sub.`);
