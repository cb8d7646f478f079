import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import type { Log } from '../../shared/log';
import type { WebhookRow } from '../../shared/sql/webhooks/webhook-row';
import { type Clock, durationMs, steadyTime } from '../../shared/support/clock';
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
} from '../../shared/webhooks/rules/delivery-verdict';
import { signedHeaders } from '../../shared/webhooks/rules/sign-delivery';
import type { WebhookSecrets } from '../../shared/webhooks/rules/webhook-secret';
import type { InDeliveryPlace } from './delivery-places';
import type { JudgeEndpoint } from './endpoint-health';
import type { KnownWebhooks } from './known-webhooks';
import type { PostEvent } from './post-event';

export interface DeliveryDependencies {
  readonly webhooks: KnownWebhooks;
  readonly webhookSecrets: WebhookSecrets | undefined;
  readonly inPlace: InDeliveryPlace;
  readonly postEvent: PostEvent;
  readonly append: ControlDataset['append'];
  readonly judge: JudgeEndpoint;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A webhook that is not known is looked for so long: what is read free of charge may be older. In milliseconds. */
const longestUnknownMs = 600_000;

/**
 * Whether the message is done with: delivered, given up, or for nobody any more. Else it has to come again. A message
 * is done with only after its event was posted: whatever dies before that, it comes again.
 */
export async function deliverEvent(message: DeliveryMessage, deps: DeliveryDependencies): Promise<boolean> {
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
    log('INFO', `A delivery to a webhook that is ${webhook.state} is dropped`, { tenant_id, webhook_id });
    return true;
  }
  const outcome = await deps.inPlace(webhook, () => attempt(message, webhook, webhookSecrets, deps));
  return outcome !== undefined && outcome !== 'retrying';
}

async function attempt(
  message: DeliveryMessage,
  webhook: WebhookRow,
  webhookSecrets: WebhookSecrets,
  deps: DeliveryDependencies,
): Promise<DeliveryOutcome> {
  const now = steadyTime(deps.clock);
  const event = deliverableEventSchema.parse(JSON.parse(message.event));
  const deliveryId = deliveryIdOf(event.id, webhook.webhook_id);
  const startedAt = now();
  const secrets = webhookSecrets.secretsAt(webhook, startedAt);
  const headers = signedHeaders(secrets, deliveryId, startedAt, message.event);
  const answer = await deps.postEvent(webhook.url, headers, message.event);
  const endedAt = now();
  const outcome = deliveryOutcome(message, answer, endedAt);
  await Promise.all([
    record(
      { message, event, deliveryId, startedAt, durationMs: durationMs(startedAt, endedAt) },
      answer,
      outcome,
      deps,
    ),
    // What its owner tries says nothing of what it takes, unless it takes it.
    message.kind === 'test' && answer.failure !== null ? undefined : deps.judge(webhook, answer),
  ]);
  if (outcome === 'given_up' && message.kind !== 'test') {
    const { tenant_id, webhook_id } = webhook;
    const fields = { tenant_id, webhook_id, delivery_id: deliveryId, failure: answer.failure };
    deps.log('WARNING', 'An event could not be delivered, and is given up', fields);
  }
  return outcome;
}

interface Attempt {
  readonly message: DeliveryMessage;
  readonly event: DeliverableEvent;
  readonly deliveryId: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** What cannot be written down is missing in the list of deliveries: it is not posted again because of that. */
async function record(
  { message, event, deliveryId, startedAt, durationMs: duration_ms }: Attempt,
  { status, failure, answer }: DeliveryAnswer,
  outcome: DeliveryOutcome,
  { append, newId, log }: DeliveryDependencies,
): Promise<void> {
  const { tenant_id, webhook_id } = message;
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
