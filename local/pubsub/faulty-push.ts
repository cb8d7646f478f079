import type { Faults } from '../cloud/faults/faults';
import { contentDigest } from './faulty-publish';
import type { PushRequest, StartPush } from './push-request';

/** What can befall a delivery. */
const pushFaults = [
  /** The endpoint is not reached; the message comes again. */
  'unreached',
  /** The endpoint acknowledges, but nobody hears of it; the message comes again. */
  'answer-lost',
  /** The endpoint gets it twice. */
  'twice',
  /** It comes a little late. */
  'late',
  /** It is held back for so long that later ones come first. */
  'overtaken',
] as const;

/**
 * Pushes as they are where deliveries go wrong. One is known by its subscription, its message's content and the number
 * of the attempt.
 */
export const faultyPush =
  (push: StartPush, faults: Faults): StartPush =>
  (target, done) => {
    const { subscription, delivery } = target;
    const { data, attributes } = delivery.message;
    const identity = `${subscription} ${contentDigest(data, attributes)} ${delivery.attempts}`;
    const fault = faults.next({ kind: 'push', identity }, pushFaults);
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
