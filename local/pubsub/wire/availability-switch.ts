import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js';
import { pubSubUnavailable } from '../pubsub-error';

export type AvailabilitySwitch = {
  readonly interceptor: ServerInterceptor;
  readonly isAvailable: () => boolean;
  set(isAvailable: boolean): void;
};

/**
 * Refuses calls while the service is switched off. A call that was under way by then still takes effect, but
 * its answer is lost.
 */
export const createAvailabilitySwitch = (): AvailabilitySwitch => {
  let isAvailable = true;
  const away = () => ({ code: status.UNAVAILABLE, details: pubSubUnavailable().message });
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
