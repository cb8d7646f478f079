import type { StoredMessage } from '../resources';
import { createTurns } from './turns';

/** One message on its way through one subscription. */
export type Delivery = {
  readonly message: StoredMessage;
  /** How often it has been handed out, the current attempt included. */
  attempts: number;
  state: 'ready' | 'leased' | 'waiting' | 'done';
  /** Counts the leases, so that an ack id from an earlier lease is known to be stale. */
  lease: number;
  consumer?: Consumer;
  /** While leased: the end of the lease. While waiting: the end of the back-off. */
  timer?: NodeJS.Timeout;
};

/** Something that takes messages: the push endpoint, one streaming pull, or one pull. */
export type Consumer = {
  /** Whether a message of this many bytes may be handed over now. */
  wants(bytes: number): boolean;
  ackDeadlineMs(): number;
  deliver(delivery: Delivery): void;
  /** The delivery is no longer this consumer's: it was acknowledged or refused, or its lease ran out. */
  released(delivery: Delivery): void;
};

export type QueueRules = {
  retentionMs(): number;
  /** Messages take turns by this; those with the same go in the order in which they came. */
  turnOf(message: StoredMessage): string;
  /** So many messages of one turn are handed out at once; the rest of the room is the others'. */
  mostOfTurn(turn: string): number;
  /** The pause before the next attempt, in milliseconds, after this many failed ones. */
  redeliveryPauseMs(attempts: number): number;
  /** Forwards a message that failed too often; true when it has left this subscription. */
  deadLetter(delivery: Delivery): boolean;
  /** The message is done with. */
  onDone(delivery: Delivery): void;
  /** An attempt failed, and another will follow. */
  onFailed(delivery: Delivery): void;
};

export type Queue = ReturnType<typeof createQueue>;

/**
 * The undelivered messages of one subscription. A message goes to the next consumer that has room, the
 * consumers taking turns, and the messages; nothing polls. A leased message comes back when it is refused or its lease ends.
 */
export const createQueue = (rules: QueueRules) => {
  /** In the order of publishing, so the oldest are first. */
  const deliveries = new Map<string, Delivery>();
  const ready = createTurns<Delivery>(({ message }) => rules.turnOf(message));
  const consumers: Consumer[] = [];
  /** How many messages of each turn are leased. */
  const leasedOf = new Map<string, number>();

  const finish = (delivery: Delivery): void => {
    clearTimeout(delivery.timer);
    delivery.state = 'done';
    deliveries.delete(delivery.message.id);
    rules.onDone(delivery);
  };

  const countLeased = ({ message }: Delivery, change: 1 | -1): void => {
    const turn = rules.turnOf(message);
    const count = (leasedOf.get(turn) ?? 0) + change;
    if (count === 0) leasedOf.delete(turn);
    else leasedOf.set(turn, count);
  };

  const release = (delivery: Delivery): void => {
    clearTimeout(delivery.timer);
    countLeased(delivery, -1);
    const { consumer } = delivery;
    delivery.consumer = undefined;
    consumer?.released(delivery);
  };

  const makeReady = (delivery: Delivery): void => {
    delivery.state = 'ready';
    ready.push(delivery);
  };

  const fail = (delivery: Delivery): void => {
    release(delivery);
    if (rules.deadLetter(delivery)) finish(delivery);
    else retryLater(delivery);
    pump();
  };

  const retryLater = (delivery: Delivery): void => {
    rules.onFailed(delivery);
    const pause = rules.redeliveryPauseMs(delivery.attempts);
    if (pause <= 0) {
      makeReady(delivery);
      return;
    }
    delivery.state = 'waiting';
    delivery.timer = setTimeout(() => {
      makeReady(delivery);
      pump();
    }, pause);
  };

  const startLease = (delivery: Delivery, ms: number): void => {
    clearTimeout(delivery.timer);
    delivery.timer = setTimeout(() => fail(delivery), ms);
  };

  const dropExpired = (): void => {
    const oldestKept = Date.now() - rules.retentionMs();
    for (const delivery of deliveries.values()) {
      if (delivery.message.publishTime >= oldestKept) return;
      if (delivery.state !== 'leased') finish(delivery);
    }
  };

  /** The next consumer, in turn, that has room. */
  const takeConsumer = (bytes: number): Consumer | undefined => {
    const index = consumers.findIndex((consumer) => consumer.wants(bytes));
    const [consumer] = index < 0 ? [] : consumers.splice(index, 1);
    if (consumer) consumers.push(consumer);
    return consumer;
  };

  const pump = (): void => {
    if (consumers.length === 0) return;
    dropExpired();
    const mayGo = (turn: string): boolean => (leasedOf.get(turn) ?? 0) < rules.mostOfTurn(turn);
    for (let turn = ready.next(mayGo); turn; turn = ready.next(mayGo)) {
      const delivery = turn.item;
      if (delivery.state !== 'ready') {
        turn.take();
        continue;
      }
      const consumer = takeConsumer(delivery.message.data.length);
      if (!consumer) return;
      turn.take();
      handOut(delivery, consumer);
    }
  };

  const handOut = (delivery: Delivery, consumer: Consumer): void => {
    delivery.state = 'leased';
    delivery.attempts += 1;
    delivery.lease += 1;
    delivery.consumer = consumer;
    countLeased(delivery, 1);
    startLease(delivery, consumer.ackDeadlineMs());
    consumer.deliver(delivery);
  };

  const leased = (ackId: string): Delivery | undefined => {
    const [id = '', lease] = ackId.split('-');
    const delivery = deliveries.get(id);
    return delivery?.state === 'leased' && String(delivery.lease) === lease ? delivery : undefined;
  };

  return {
    /** Takes a new message, or one read from the journal. It is offered at the next `pump`. */
    add(message: StoredMessage, attempts = 0): void {
      if (deliveries.has(message.id)) return;
      const delivery: Delivery = { message, attempts, state: 'ready', lease: 0 };
      deliveries.set(message.id, delivery);
      ready.push(delivery);
      // Without consumers nothing else would ever drop what is too old.
      if (consumers.length === 0) dropExpired();
    },
    /** Hands out what can be handed out now. */
    pump,
    ack(ackId: string): boolean {
      const delivery = leased(ackId);
      if (!delivery) return false;
      release(delivery);
      finish(delivery);
      pump();
      return true;
    },
    nack(ackId: string): boolean {
      const delivery = leased(ackId);
      if (delivery) fail(delivery);
      return delivery !== undefined;
    },
    extend(ackId: string, ms: number): boolean {
      const delivery = leased(ackId);
      if (delivery) startLease(delivery, ms);
      return delivery !== undefined;
    },
    /** Removes a message that the journal says was acknowledged; nobody is told. */
    forget(id: string): void {
      const delivery = deliveries.get(id);
      if (delivery) delivery.state = 'done';
      deliveries.delete(id);
    },
    setAttempts(id: string, attempts: number): void {
      const delivery = deliveries.get(id);
      if (delivery) delivery.attempts = attempts;
    },
    addConsumer(consumer: Consumer): void {
      consumers.push(consumer);
      pump();
    },
    /** What the consumer holds stays leased until it is acknowledged or refused, or the lease ends. */
    removeConsumer(consumer: Consumer): void {
      const index = consumers.indexOf(consumer);
      if (index >= 0) consumers.splice(index, 1);
    },
    undelivered: (): Iterable<Delivery> => deliveries.values(),
    /** Stops all timers and forgets everything. */
    close(): void {
      consumers.length = 0;
      for (const delivery of deliveries.values()) {
        clearTimeout(delivery.timer);
        delivery.state = 'done';
      }
      deliveries.clear();
      leasedOf.clear();
    },
  };
};

export const ackIdOf = (delivery: Delivery): string => `${delivery.message.id}-${delivery.lease}`;
