import type { PublishOperation } from '../../../../shared/google/pubsub/publish-operation';
import type { PublishRun } from '../../../../shared/google/pubsub/publish-run';
import type { PublishTenantEvents } from '../../../../shared/google/pubsub/publish-tenant-events';
import { within } from '../../../../shared/support/time-limits';
import type { Journal } from '../judge/journal';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import type { MakeCall, Trouble } from '../world/calls';
import type { Ask } from '../world/fleet';
import type { Life } from '../world/life';
import type { Observer } from './observer';
import type { PutBack } from './put-back';

/** Topics with one push subscription each: at least once, in any order. */
export interface PubSubModel {
  readonly publishRun: (life: Life) => PublishRun;
  readonly publishOperation: (life: Life) => PublishOperation;
  /** To a topic that the judge reads. */
  readonly publishEvents: (life: Life) => PublishTenantEvents;
  /** Where messages about runs, and about operations, are pushed to. */
  readonly subscribe: (worker: Ask, operate: Ask) => void;
  /** Messages that are neither acknowledged nor given up. */
  readonly outstanding: () => number;
  readonly deadLetters: () => number;
  readonly deliveries: () => number;
}

type Topic = 'runs' | 'operations';

interface Message {
  readonly topic: Topic;
  /** Whom it is about, for the log. */
  readonly name: string;
  readonly content: object;
}

const publishLatencyMs = [20, 500] as const;
const longestPublishMs = 5_000;
const deliveryMs = [5, 2_000] as const;
/** A message that overtakes others, or is overtaken. */
const slowDeliveryMs = [2_000, 90_000] as const;
const ackDeadlineMs = 600_000;
const backOffMs = { least: 10_000, most: 600_000 };
export const deliveryAttempts = 5;

export function createPubSubModel(world: {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly call: MakeCall;
  readonly journal: Journal;
  readonly observer: Observer;
  readonly putBack: PutBack;
}): PubSubModel {
  const { time, chance, trouble, call, journal, observer, putBack } = world;
  const subscribers = new Map<Topic, Ask>();
  let published = 0;
  let outstanding = 0;
  let deadLetters = 0;
  let deliveries = 0;

  const isForgetful = () => putBack.has('lost-events') && chance.happens(0.1);

  function accept(message: Message): void {
    const id = `m${++published}`;
    outstanding++;
    deliver(message, id, 1, delay());
    // At least once: the same message, twice.
    if (!chance.happens(trouble.faultRate)) return;
    outstanding++;
    deliver(message, id, 1, delay());
  }

  const delay = () =>
    chance.happens(trouble.faultRate) ? chance.between(...slowDeliveryMs) : chance.mostlyShort(...deliveryMs);

  function deliver({ topic, name, content }: Message, id: string, attempt: number, afterMs: number): void {
    time.after(afterMs, undefined, async () => {
      deliveries++;
      journal.note(`pubsub delivers ${id} ${name} attempt ${attempt}`);
      let isDecided = false;
      const decide = (isAcknowledged: boolean) => {
        if (isDecided) return;
        isDecided = true;
        if (isAcknowledged) outstanding--;
        else if (attempt >= deliveryAttempts) {
          outstanding--;
          deadLetters++;
          journal.note(`pubsub gives up ${id} ${name}`);
        } else {
          const longest = Math.min(backOffMs.most, backOffMs.least * 2 ** (attempt - 1));
          deliver({ topic, name, content }, id, attempt + 1, chance.between(backOffMs.least, longest));
        }
      };
      time.after(ackDeadlineMs, undefined, () => decide(false));
      const data = Buffer.from(JSON.stringify(content)).toString('base64');
      const answer = await subscribers.get(topic)?.({
        method: 'POST',
        path: '/',
        body: { message: { data, messageId: id }, subscription: topic, deliveryAttempt: attempt },
      });
      const isLost = chance.happens(trouble.faultRate);
      decide(answer?.kind === 'answered' && answer.status === 204 && !isLost);
    });
  }

  return {
    publishRun: (life) => async (message) => {
      const published = call(life, {
        what: `publish ${message.run_id}`,
        effects: [() => accept({ topic: 'runs', name: message.run_id, content: message })],
        answer: () => undefined,
        latencyMs: publishLatencyMs,
      });
      await within(longestPublishMs, 'Pub/Sub', published);
    },
    publishOperation: (life) => async (message) => {
      const name = message.operation_id;
      const published = call(life, {
        what: `publish ${name}`,
        effects: [() => accept({ topic: 'operations', name, content: message })],
        answer: () => undefined,
        latencyMs: publishLatencyMs,
      });
      await within(longestPublishMs, 'Pub/Sub', published);
    },
    publishEvents: (life) => async (events) => {
      const published = call(life, {
        what: `publish ${events[0]?.id} and ${events.length - 1} more`,
        effects: [() => events.filter(() => !isForgetful()).forEach(observer.published)],
        answer: () => undefined,
        latencyMs: publishLatencyMs,
      });
      await within(longestPublishMs, 'Pub/Sub', published);
    },
    subscribe(worker, operate) {
      subscribers.set('runs', worker).set('operations', operate);
    },
    outstanding: () => outstanding,
    deadLetters: () => deadLetters,
    deliveries: () => deliveries,
  };
}
