import { createHash } from 'node:crypto';
import type { handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { callFaults, throughFault } from '../faults/border';
import type { Faults } from '../faults/faults';
import { unavailable } from './errors';
import { statusOf } from './grpc';
import { publishRequest } from './requests';

type Unary = handleUnaryCall<unknown, object>;
type Answer = Parameters<sendUnaryData<object>>;

/**
 * Publish as it is where calls fail before or after they took effect, hang, or answer late. A call is known by its
 * topic and its messages' contents. A connection that breaks is told as UNAVAILABLE, as gRPC clients tell it.
 */
export const faultyPublish =
  (publish: Unary, faults: Faults): Unary =>
  (call, reply) => {
    const fault = faults.next({ kind: 'publish', identity: identityOf(call.request) }, callFaults);
    const work = (): Promise<Answer> =>
      new Promise((resolve) => publish(call, (...answer) => resolve(answer)));
    const refusal: Answer = [statusOf(unavailable(), () => {})];
    void throughFault(fault, work, refusal).then((answer = refusal) => reply(...answer));
  };

const identityOf = (request: unknown): string => {
  const parsed = publishRequest.safeParse(request).data;
  if (!parsed) return '';
  const { topic, messages } = parsed;
  return `${topic} ${messages.map(({ data, attributes }) => contentDigest(data, attributes)).join()}`;
};

/** The same for messages with the same content: a message's id tells the time and so is never the same again. */
export const contentDigest = (data: Buffer, attributes: Readonly<Record<string, string>>): string => {
  const sorted = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha1').update(data).update(JSON.stringify(sorted)).digest('base64url');
};
