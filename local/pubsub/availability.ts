import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js';
import { unavailable } from './errors';

export type Availability = {
  readonly interceptor: ServerInterceptor;
  readonly isAvailable: () => boolean;
  set(isAvailable: boolean): void;
};

/**
 * Refuses calls while the service is said to be away. A call that was under way when it went takes effect, but its
 * answer is lost.
 */
export const createAvailability = (): Availability => {
  let isAvailable = true;
  const away = () => ({ code: status.UNAVAILABLE, details: unavailable().message });
  const interceptor: ServerInterceptor = (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata((metadata, proceed) => {
              if (isAvailable) proceed(metadata);
              else call.sendStatus(away());
            })
            .build(),
        ),
      sendMessage: (message, next) => {
        if (isAvailable) next(message);
        else call.sendStatus(away());
      },
      sendStatus: (sent, next) => next(isAvailable ? sent : away()),
    });
  return {
    interceptor,
    isAvailable: () => isAvailable,
    set(next) {
      isAvailable = next;
    },
  };
};
