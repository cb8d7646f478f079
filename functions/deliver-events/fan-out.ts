import type { PublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import { type DeliverableEvent, isWanted, lifeIn } from '../../shared/webhooks/rules/delivery-message';
import type { EndpointHealth } from './endpoint-health';
import type { KnownWebhooks } from './known-webhooks';
import type { LifeOf } from './tenant-lives';

export interface FanOutDependencies {
  readonly webhooks: KnownWebhooks;
  readonly lifeOf: LifeOf;
  readonly publishDeliveries: PublishDeliveries;
  readonly health: EndpointHealth;
}

/**
 * Publishes a message for each webhook that the event is for: so each is delivered, refused and repeated by itself.
 * Resolves once Pub/Sub has them all. Done twice, it publishes them twice: their receivers know them by their ids.
 */
export async function fanOut(
  event: DeliverableEvent,
  happenedAt: Date,
  { webhooks, lifeOf, publishDeliveries, health }: FanOutDependencies,
): Promise<void> {
  const tenant_id = event.subject;
  const own = await webhooks.ofTenant(tenant_id);
  // Whoever disabled one may have died before its owner was told.
  await Promise.all(own.map(health.tellDisabled));
  const wanted = own.filter((webhook) => isWanted(event, webhook));
  if (wanted.length === 0) return;
  // Whoever had the tenant's id before is told nothing of it. Only what an earlier version published does not say in
  // which life it happened.
  const told = lifeIn(event);
  const life = told === undefined ? await lifeOf(tenant_id) : told;
  const text = JSON.stringify(event);
  await publishDeliveries(
    wanted
      .filter(({ onboarding_id }) => onboarding_id === life)
      .map(({ webhook_id }) => ({ webhook_id, tenant_id, event: text, kind: 'event', since: happenedAt })),
  );
}
