import { type Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import type { Subscription } from '../resources';
import type { Delivery } from './delivery';

/** The statuses that acknowledge: https://cloud.google.com/pubsub/docs/push#receive_push */
const acknowledging: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);

export type PushRequest = { abort(): void };

/** A push to make. */
export type PushTarget = {
  endpoint: URL;
  agent: Agent;
  body: Buffer;
  /** The subscription's full name. */
  subscription: string;
  delivery: Delivery;
};

export type StartPush = (target: PushTarget, done: (failure?: string) => void) => PushRequest;

/**
 * Posts `body` once. `done` is called at most once, without a failure when the endpoint acknowledged, and
 * never after `abort`. A kept connection that the endpoint had just closed is not a failure: the request is
 * sent again over another.
 */
export const startPush: StartPush = ({ endpoint, agent, body }, done) => {
  let current: ClientRequest | undefined;
  let finished = false;

  const finish = (failure?: string): void => {
    if (finished) return;
    finished = true;
    done(failure);
  };

  const send = (): void => {
    const call = request(requestOptions(endpoint, agent, body));
    call.on('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      finish(acknowledging.has(status) ? undefined : `${endpoint} answered ${status}`);
    });
    call.on('information', ({ statusCode }) => {
      if (acknowledging.has(statusCode)) finish();
    });
    call.on('error', (error) => {
      if (finished) return;
      if (call.reusedSocket && 'code' in error && error.code === 'ECONNRESET') send();
      else finish(`${endpoint}: ${error.message || error}`);
    });
    call.end(body);
    current = call;
  };

  send();
  return {
    abort: () => {
      finished = true;
      current?.destroy();
    },
  };
};

const requestOptions = (endpoint: URL, agent: Agent, body: Buffer): RequestOptions => ({
  method: 'POST',
  agent,
  hostname: endpoint.hostname.replace(/^\[|\]$/g, ''),
  port: endpoint.port || 80,
  path: endpoint.pathname + endpoint.search,
  headers: {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    From: 'noreply@google.com',
    'User-Agent': 'CloudPubSub-Google',
  },
});

/** The wrapped form of https://cloud.google.com/pubsub/docs/payload-unwrapping#wrapped_messages */
export const pushBody = (subscription: Subscription, { message, attempts }: Delivery): Buffer => {
  const publishTime = new Date(message.publishTime).toISOString();
  return Buffer.from(
    JSON.stringify({
      ...(subscription.deadLetterPolicy ? { deliveryAttempt: attempts } : {}),
      message: {
        ...(Object.keys(message.attributes).length > 0 ? { attributes: message.attributes } : {}),
        ...(message.data.length > 0 ? { data: message.data.toString('base64') } : {}),
        messageId: message.id,
        message_id: message.id,
        ...(message.orderingKey ? { orderingKey: message.orderingKey } : {}),
        publishTime,
        publish_time: publishTime,
      },
      subscription: subscription.name,
    }),
  );
};
