import type { StoredMessage } from '../resources';
import type { Consumer, Delivery, QueueRules } from './delivery';
import { createOrderedKeys } from './ordered-keys';
import { createTurns } from './turns';

export type Queue = ReturnType<typeof createQueue>;

/**
 * The undelivered messages of one subscription. A message goes to the next consumer that has room, the
 * consumers taking turns, and the messages; nothing polls. A leased message comes back when it is refused or its lease ends.
 */
export const createQueue = (rules: QueueRules) => {
  /** In the order of publishing, so the oldest are first. */
  const deliveries = new Map<string, Delivery>();
  const ready = createTurns<Delivery>(({ message }) => rules.turnOf(message));
  const ordered = createOrderedKeys<Delivery>(({ message }) => rules.orderingKeyOf(message));
  const consumers: Consumer[] = [];
  /** How many messages of each turn are leased. */
  const leasedOf = new Map<string, number>();
  let leases = 0;

  const finish = (delivery: Delivery): void => {
    takeOut(delivery);
    rules.onDone(delivery);
  };

  const takeOut = (delivery: Delivery): void => {
    clearTimeout(delivery.timer);
    delivery.state = 'done';
    deliveries.delete(delivery.message.id);
    ordered.delete(delivery);
    advance(delivery);
  };

  /**
   * Hands out what may follow in the line of this one's ordering key, to whoever holds what is before it. With
   * nothing before it that is handed out, the first of the line becomes ready.
   */
  const advance = (changed: Delivery): void => {
    let holder: Consumer | undefined;
    for (const delivery of ordered.lineOf(changed)) {
      if (delivery.state === 'leased') {
        holder = delivery.consumer;
        continue;
      }
      if (delivery.state !== 'held') return;
      if (!holder) {
        makeReady(delivery);
        return;
      }
      const isRoom = holder.holdsManyOfKey && holder.wants(delivery.message.data.length);
      if (!isRoom || !consumers.includes(holder)) return;
      handOut(delivery, holder);
    }
  };

  /** What follows a message that failed comes again after it. */
  const takeBackFollowers = (failed: Delivery): void => {
    let isAfter = false;
    for (const delivery of ordered.lineOf(failed)) {
      if (isAfter && delivery.state === 'leased') {
        release(delivery, true);
        delivery.state = 'held';
      }
      isAfter ||= delivery === failed;
    }
  };

  const add = (message: StoredMessage, attempts: number): void => {
    const delivery: Delivery = { message, attempts, state: 'held', lease: 0 };
    deliveries.set(message.id, delivery);
    if (ordered.add(delivery)) makeReady(delivery);
  };

  const countLeased = ({ message }: Delivery, change: 1 | -1): void => {
    const turn = rules.turnOf(message);
    const count = (leasedOf.get(turn) ?? 0) + change;
    if (count === 0) leasedOf.delete(turn);
    else leasedOf.set(turn, count);
  };

  const release = (delivery: Delivery, isTakenBack = false): void => {
    clearTimeout(delivery.timer);
    countLeased(delivery, -1);
    const { consumer } = delivery;
    delivery.consumer = undefined;
    consumer?.released(delivery, isTakenBack);
  };

  const makeReady = (delivery: Delivery): void => {
    delivery.state = 'ready';
    ready.push(delivery);
  };

  const fail = (delivery: Delivery): void => {
    release(delivery);
    takeBackFollowers(delivery);
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
      advance(delivery);
    }
  };

  const handOut = (delivery: Delivery, consumer: Consumer): void => {
    delivery.state = 'leased';
    delivery.attempts += 1;
    leases += 1;
    delivery.lease = leases;
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
      add(message, attempts);
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
    /**
     * Makes these what there is to deliver, in this order; they are offered at the next `pump`. What is handed
     * out is taken back, and its ack ids are worth nothing. The rest is done with.
     */
    replace(messages: readonly StoredMessage[]): void {
      const before = new Map(deliveries);
      for (const delivery of before.values()) {
        if (delivery.state === 'leased') release(delivery, true);
        clearTimeout(delivery.timer);
        delivery.state = 'done';
      }
      deliveries.clear();
      ordered.clear();
      for (const message of messages) {
        add(message, before.get(message.id)?.attempts ?? 0);
        before.delete(message.id);
      }
      for (const delivery of before.values()) rules.onDone(delivery);
    },
    has: (id: string): boolean => deliveries.has(id),
    /** Removes a message that the journal says was acknowledged; nobody is told. Returns it. */
    forget(id: string): StoredMessage | undefined {
      const delivery = deliveries.get(id);
      if (delivery) takeOut(delivery);
      return delivery?.message;
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
      ordered.clear();
      leasedOf.clear();
    },
  };
};
