import { createHash } from 'node:crypto';
import { callFaults, throughFault } from '../cloud/faults/border';
import type { Faults } from '../cloud/faults/faults';
import { unavailable } from './errors';
import type { Publish } from './publish';
import type { PublishRequest } from './requests';

type Outcome =
  | { readonly answer: Awaited<ReturnType<Publish>> }
  | { readonly answer?: undefined; readonly error: unknown };

/**
 * Publish as it is where calls fail before or after they took effect, hang, or answer late. A call is known by its
 * topic and its messages' contents. A connection that breaks is told as UNAVAILABLE, as gRPC clients tell it.
 */
export const faultyPublish =
  (publish: Publish, faults: Faults): Publish =>
  async (request) => {
    const fault = faults.next({ kind: 'publish', identity: identityOf(request) }, callFaults);
    const work = (): Promise<Outcome> =>
      publish(request).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
    const refusal: Outcome = { error: unavailable() };
    const outcome = (await throughFault(fault, work, refusal)) ?? refusal;
    if (outcome.answer === undefined) throw outcome.error;
    return outcome.answer;
  };

const identityOf = ({ topic, messages }: PublishRequest): string =>
  `${topic} ${messages.map(({ data, attributes }) => contentDigest(data, attributes)).join()}`;

/** The same for messages with the same content: a message's id tells the time and so is never the same again. */
export const contentDigest = (data: Buffer, attributes: Readonly<Record<string, string>>): string => {
  const sorted = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha1').update(data).update(JSON.stringify(sorted)).digest('base64url');
};
