import { invalidArgument } from '../pubsub-error';
import type { Queue } from './queue';

const ackIdRule = /^\d+-\d+$/;
const longestDeadlineSeconds = 600;

/**
 * Acknowledges the messages that are still leased under these ids. An id whose lease has ended is ignored, as
 * in real Pub/Sub.
 * @throws PubSubError INVALID_ARGUMENT when the list is empty or holds what was never an ack id; then nothing
 *   is acknowledged
 */
export const acknowledgeAll = (queue: Queue, ackIds: readonly string[]): void => {
  checkAckIds(ackIds);
  for (const ackId of ackIds) queue.ack(ackId);
};

/**
 * Makes each lease end this many seconds from now; 0 gives the message back.
 * @throws PubSubError INVALID_ARGUMENT, as above, or for more than 600 s
 */
export const modifyDeadlines = (
  queue: Queue,
  ackIds: readonly string[],
  secondsOf: (index: number) => number,
): void => {
  checkAckIds(ackIds);
  for (const [index, ackId] of ackIds.entries()) {
    const seconds = secondsOf(index);
    if (!(seconds >= 0 && seconds <= longestDeadlineSeconds)) {
      throw invalidArgument(
        `Invalid ack deadline given (ack_deadline_seconds=${seconds}); expected 0 to 600.`,
      );
    }
    if (seconds === 0) queue.nack(ackId);
    else queue.extend(ackId, seconds * 1000);
  }
};

const checkAckIds = (ackIds: readonly string[]): void => {
  if (ackIds.length === 0) throw invalidArgument('No ack ids specified.');
  const wrong = ackIds.find((ackId) => !ackIdRule.test(ackId));
  if (wrong === undefined) return;
  throw invalidArgument(`You have passed an invalid ack ID to the service (ack_id=${wrong}).`);
};
