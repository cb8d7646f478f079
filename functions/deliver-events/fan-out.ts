import type { PublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import type { Log } from '../../shared/log';
import { type DeliverableEvent, isWanted, lifeIn } from '../../shared/webhooks/rules/delivery-message';
import type { EndpointHealth } from './endpoint-health';
import type { KnownWebhooks } from './known-webhooks';

export interface FanOutDependencies {
  readonly webhooks: KnownWebhooks;
  readonly publishDeliveries: PublishDeliveries;
  readonly health: EndpointHealth;
  readonly log: Log;
}

/**
 * Publishes a message for each webhook that the event is for: so each is delivered, refused and repeated by itself.
 * Resolves once Pub/Sub has them all. Done twice, it publishes them twice: their receivers know them by their ids.
 */
export async function fanOut(
  event: DeliverableEvent,
  happenedAt: Date,
  { webhooks, publishDeliveries, health, log }: FanOutDependencies,
): Promise<void> {
  const tenant_id = event.subject;
  const own = await webhooks.ofTenant(tenant_id);
  // Whoever disabled one may have died before its owner was told.
  await Promise.all(own.map(health.tellDisabled));
  const wanted = own.filter((webhook) => isWanted(event, webhook));
  if (wanted.length === 0) return;
  // Whoever had the tenant's id before, or has it now, is told nothing of another's.
  const life = lifeIn(event);
  if (life === undefined) {
    const { id: event_id, type } = event;
    log(
      'WARNING',
      'An event that does not say in which life of its tenant it happened is delivered to nobody',
      {
        tenant_id,
        event_id,
        type,
      },
    );
    return;
  }
  const text = JSON.stringify(event);
  await publishDeliveries(
    wanted
      .filter(({ onboarding_id }) => onboarding_id === life)
      .map(({ webhook_id }) => ({ webhook_id, tenant_id, event: text, kind: 'event', since: happenedAt })),
  );
}
