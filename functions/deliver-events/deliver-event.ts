import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import type { PublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import type { Log } from '../../shared/log';
import type { WebhookRow } from '../../shared/sql/webhooks/webhook-row';
import { type Clock, durationMs, steadyTime } from '../../shared/support/clock';
import { within } from '../../shared/support/time-limits';
import {
  type DeliverableEvent,
  type DeliveryMessage,
  deliverableEventSchema,
  deliveryIdOf,
} from '../../shared/webhooks/rules/delivery-message';
import {
  type DeliveryAnswer,
  type DeliveryOutcome,
  deliveryOutcome,
  isTooOld,
} from '../../shared/webhooks/rules/delivery-verdict';
import { signedHeaders } from '../../shared/webhooks/rules/sign-delivery';
import type { WebhookSecrets } from '../../shared/webhooks/rules/webhook-secret';
import type { InDeliveryPlace } from './delivery-places';
import type { EndpointHealth } from './endpoint-health';
import type { KnownWebhooks } from './known-webhooks';
import type { PostEvent } from './post-event';

export interface DeliveryDependencies {
  readonly webhooks: KnownWebhooks;
  readonly webhookSecrets: WebhookSecrets | undefined;
  readonly inPlace: InDeliveryPlace;
  readonly postEvent: PostEvent;
  /** Publishes what is not done with at its first attempt. */
  readonly publishRetries: PublishDeliveries;
  readonly append: ControlDataset['append'];
  readonly health: EndpointHealth;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A webhook that is not known is looked for so long: what is read free of charge may be older. In milliseconds. */
const longestUnknownMs = 600_000;
/** So long an answer waits for what is written down of an attempt. In milliseconds. */
const longestNotingMs = 15_000;

/**
 * Whether the message is done with; else it has to come again. What is not done with at its first attempt is published
 * for the subscription of repeats: of the one of first attempts, which all tenants share, nothing is refused because of
 * an endpoint. Throws Pub/Sub's error where that is not possible.
 */
export async function deliverOrPassOn(
  message: DeliveryMessage,
  deps: DeliveryDependencies,
): Promise<boolean> {
  if (await deliverEvent(message, deps)) return true;
  if (message.is_repeat === true) return false;
  await deps.publishRetries([{ ...message, is_repeat: true }]);
  return true;
}

/**
 * Whether the message is done with: delivered, given up, or for nobody any more. Else it has to come again. A message
 * is done with only after its event was posted: whatever dies before that, it comes again.
 */
async function deliverEvent(message: DeliveryMessage, deps: DeliveryDependencies): Promise<boolean> {
  const { webhookSecrets, webhooks, clock, log } = deps;
  const { tenant_id, webhook_id, kind, since } = message;
  if (webhookSecrets === undefined) throw new Error('Deliveries need WEBHOOK_SECRET');
  const webhook = await webhooks.find(webhook_id);
  if (webhook === undefined) {
    const isGone = durationMs(since, clock.now()) > longestUnknownMs;
    if (isGone) log('INFO', 'A delivery to a webhook that was deleted is dropped', { tenant_id, webhook_id });
    return isGone;
  }
  if (webhook.tenant_id !== tenant_id) {
    log('ERROR', "A delivery to another tenant's webhook is dropped", { tenant_id, webhook_id });
    return true;
  }
  if (kind === 'event' && webhook.state !== 'active') {
    return await waitOrDrop(message, webhook, webhook.state, deps);
  }
  const attempt = await deps.inPlace(webhook, () => post(message, webhook, webhookSecrets, deps));
  if (attempt === undefined) return false;
  const { answer, outcome } = attempt;
  await noted(webhook, deps, [
    record(message, attempt, deps),
    // What its owner tries says nothing of what it takes, unless it takes it.
    kind === 'test' && answer.failure !== null ? undefined : deps.health.judge(webhook, answer),
  ]);
  if (outcome === 'given_up' && kind !== 'test') {
    const { deliveryId: delivery_id } = attempt;
    const fields = { tenant_id, webhook_id, delivery_id, failure: answer.failure };
    log('WARNING', 'An event could not be delivered, and is given up', fields);
  }
  return outcome !== 'retrying';
}

/**
 * What happened before a webhook was paused, or before it was changed while it is, waits until it goes on, for as long
 * as any event is tried. All else is dropped, and the list of deliveries says so.
 */
async function waitOrDrop(
  message: DeliveryMessage,
  webhook: WebhookRow,
  state: 'paused' | 'disabled',
  deps: DeliveryDependencies,
): Promise<boolean> {
  const { clock, log, health } = deps;
  const { tenant_id, webhook_id, since } = message;
  const startedAt = clock.now();
  if (state === 'paused' && since < webhook.updated_at && !isTooOld(since, startedAt)) return false;
  log('INFO', `A delivery to a webhook that is ${state} is dropped`, { tenant_id, webhook_id });
  const event = deliverableEventSchema.parse(JSON.parse(message.event));
  const dropped: Attempt = {
    event,
    deliveryId: deliveryIdOf(event.id, webhook_id),
    startedAt,
    durationMs: 0,
    answer: { status: null, failure: state, answer: null },
    outcome: 'given_up',
  };
  await noted(webhook, deps, [record(message, dropped, deps), health.tellDisabled(webhook)]);
  return true;
}

interface Attempt {
  readonly event: DeliverableEvent;
  readonly deliveryId: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly answer: DeliveryAnswer;
  readonly outcome: DeliveryOutcome;
}

async function post(
  message: DeliveryMessage,
  webhook: WebhookRow,
  webhookSecrets: WebhookSecrets,
  { postEvent, clock }: DeliveryDependencies,
): Promise<Attempt> {
  const now = steadyTime(clock);
  const event = deliverableEventSchema.parse(JSON.parse(message.event));
  const deliveryId = deliveryIdOf(event.id, webhook.webhook_id);
  const startedAt = now();
  const secrets = webhookSecrets.secretsAt(webhook, startedAt);
  const headers = signedHeaders(secrets, deliveryId, startedAt, message.event);
  const answer = await postEvent(webhook.url, headers, message.event);
  const endedAt = now();
  const outcome = deliveryOutcome(message, answer, endedAt);
  return { event, deliveryId, startedAt, durationMs: durationMs(startedAt, endedAt), answer, outcome };
}

/** Waits until it is written down, if that does not take too long: nothing is posted again because of it. */
async function noted(
  { tenant_id, webhook_id }: WebhookRow,
  { log }: DeliveryDependencies,
  writing: readonly (Promise<void> | undefined)[],
): Promise<void> {
  try {
    await within(longestNotingMs, 'BigQuery', Promise.all(writing));
  } catch (error) {
    log('WARNING', 'What became of a delivery was not written down in time', {
      tenant_id,
      webhook_id,
      error,
    });
  }
}

/** What cannot be written down is missing in the list of deliveries: it is not posted again because of that. */
async function record(
  message: DeliveryMessage,
  { event, deliveryId, startedAt, durationMs: duration_ms, answer: answered, outcome }: Attempt,
  { append, newId, log }: DeliveryDependencies,
): Promise<void> {
  const { tenant_id, webhook_id } = message;
  const { status, failure, answer } = answered;
  const attempt_id = newId();
  const row = {
    attempt_id,
    delivery_id: deliveryId,
    webhook_id,
    tenant_id,
    event_id: event.id,
    event_type: event.type,
    event: message.event,
    attempted_at: startedAt.toISOString(),
    duration_ms,
    status,
    failure,
    answer,
    outcome,
  };
  try {
    await append('webhook_deliveries', { insertId: attempt_id, json: row });
  } catch (error) {
    const { event: _, answer: __, ...told } = row;
    log('WARNING', 'An attempt to deliver could not be written down', { ...told, error });
  }
}
