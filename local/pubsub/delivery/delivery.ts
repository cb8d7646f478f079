import type { StoredMessage } from '../resources';

/** One message on its way through one subscription. */
export type Delivery = {
  readonly message: StoredMessage;
  /** How often it has been handed out, the current attempt included. */
  attempts: number;
  /** held: behind an earlier message of its ordering key. */
  state: 'held' | 'ready' | 'leased' | 'waiting' | 'done';
  /** Which lease it is of all of this queue's, so that an ack id from an earlier lease is known to be stale. */
  lease: number;
  consumer?: Consumer;
  /** While leased: the end of the lease. While waiting: the end of the back-off. */
  timer?: NodeJS.Timeout;
};

/** Something that takes messages: the push endpoint, one streaming pull, or one pull. */
export type Consumer = {
  /** Whether it may hold several messages of an ordering key at once: it gets them in order. */
  readonly holdsManyOfKey: boolean;
  /** Whether a message of this many bytes may be handed over now. */
  wants(bytes: number): boolean;
  ackDeadlineMs(): number;
  deliver(delivery: Delivery): void;
  /**
   * The delivery is no longer this consumer's: it was acknowledged or refused, or its lease ran out, or it was
   * taken back by a seek.
   */
  released(delivery: Delivery, isTakenBack: boolean): void;
};

export type QueueRules = {
  retentionMs(): number;
  /** Messages take turns by this; those with the same go in the order in which they came. */
  turnOf(message: StoredMessage): string;
  /** So many messages of one turn are handed out at once; the rest of the room is the others'. */
  mostOfTurn(turn: string): number;
  /** Messages of one key are handed out one after the other; '' for those in no order. */
  orderingKeyOf(message: StoredMessage): string;
  /** The pause before the next attempt, in milliseconds, after this many failed ones. */
  redeliveryPauseMs(attempts: number): number;
  /** Forwards a message that failed too often; true when it has left this subscription. */
  deadLetter(delivery: Delivery): boolean;
  /** The message is done with. */
  onDone(delivery: Delivery): void;
  /** An attempt failed, and another will follow. */
  onFailed(delivery: Delivery): void;
};

export const ackIdOf = (delivery: Delivery): string => `${delivery.message.id}-${delivery.lease}`;
