import { createHash } from 'node:crypto';
import {
  type Publish,
  type PublishRequest,
  type PubSubFaults,
  type PushRequest,
  pubSubUnavailable,
  type StartPush,
} from 'local-pubsub';
import { callFaults, throughFault } from './call-faults';
import type { Faults } from './faults';

/** Makes publishing and pushing of the local Pub/Sub go wrong as `faults` decides. */
export const pubSubFaults = (faults: Faults): PubSubFaults => ({
  publish: (publish) => faultyPublish(publish, faults),
  push: (push) => faultyPush(push, faults),
});

type Outcome =
  | { readonly answer: Awaited<ReturnType<Publish>> }
  | { readonly answer?: undefined; readonly error: unknown };

/**
 * Calls fail before or after they took effect, hang, or are answered late. A call's identity is its topic and
 * the content of its messages. A broken connection becomes UNAVAILABLE, as gRPC clients report it.
 */
const faultyPublish =
  (publish: Publish, faults: Faults): Publish =>
  async (request) => {
    const fault = faults.next({ kind: 'publish', identity: identityOf(request) }, callFaults);
    const work = (): Promise<Outcome> =>
      publish(request).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
    const refusal: Outcome = { error: pubSubUnavailable() };
    const outcome = (await throughFault(fault, work, refusal)) ?? refusal;
    if (outcome.answer === undefined) throw outcome.error;
    return outcome.answer;
  };

/** What can go wrong with a delivery. */
const pushFaultKinds = [
  /** The endpoint is not reached; the message comes again. */
  'unreached',
  /** The endpoint acknowledges, but its answer is lost; the message comes again. */
  'answer-lost',
  /** The endpoint gets it twice. */
  'twice',
  /** It comes a little late. */
  'late',
  /** It is held back for so long that later messages overtake it. */
  'overtaken',
] as const;

/**
 * Deliveries go wrong. A delivery's identity is its subscription, its message's content and the attempt's
 * number.
 */
const faultyPush =
  (push: StartPush, faults: Faults): StartPush =>
  (target, done) => {
    const { subscription, delivery } = target;
    const { data, attributes } = delivery.message;
    const identity = `${subscription} ${contentDigest(data, attributes)} ${delivery.attempts}`;
    const fault = faults.next({ kind: 'push', identity }, pushFaultKinds);
    switch (fault?.kind) {
      case undefined:
        return push(target, done);
      case 'unreached':
        return later(0, () => {
          done('the connection broke (a fault of the local cloud)');
          return undefined;
        });
      case 'answer-lost':
        return push(target, (failure) => done(failure ?? 'the answer was lost (a fault of the local cloud)'));
      case 'twice':
        return both(
          push(target, done),
          later(fault.lateMs, () => push(target, () => {})),
        );
      case 'late':
        return later(fault.lateMs, () => push(target, done));
      case 'overtaken':
        return later(fault.lateMs + fault.hangMs, () => push(target, done));
    }
  };

const later = (milliseconds: number, start: () => PushRequest | undefined): PushRequest => {
  let started: PushRequest | undefined;
  const timer = setTimeout(() => {
    started = start();
  }, milliseconds);
  return {
    abort() {
      clearTimeout(timer);
      started?.abort();
    },
  };
};

const both = (first: PushRequest, second: PushRequest): PushRequest => ({
  abort() {
    first.abort();
    second.abort();
  },
});

const identityOf = ({ topic, messages }: PublishRequest): string =>
  `${topic} ${messages.map(({ data, attributes }) => contentDigest(data, attributes)).join()}`;

/** The same for messages with the same content. A message's id would not do: it is made of the time. */
const contentDigest = (data: Buffer, attributes: Readonly<Record<string, string>>): string => {
  const sorted = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha1').update(data).update(JSON.stringify(sorted)).digest('base64url');
};
