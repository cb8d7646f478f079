import type { PublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import { type DeliverableEvent, isWanted } from '../../shared/webhooks/rules/delivery-message';
import type { KnownWebhooks } from './known-webhooks';

export interface FanOutDependencies {
  readonly webhooks: KnownWebhooks;
  readonly publishDeliveries: PublishDeliveries;
}

/**
 * Publishes a message for each webhook that the event is for: so each is delivered, refused and repeated by itself.
 * Resolves once Pub/Sub has them all. Done twice, it publishes them twice: their receivers know them by their ids.
 */
export async function fanOut(
  event: DeliverableEvent,
  happenedAt: Date,
  { webhooks, publishDeliveries }: FanOutDependencies,
): Promise<void> {
  const tenant_id = event.subject;
  const own = await webhooks.ofTenant(tenant_id);
  const text = JSON.stringify(event);
  await publishDeliveries(
    own
      .filter((webhook) => isWanted(event, webhook))
      .map(({ webhook_id }) => ({
        webhook_id,
        tenant_id,
        event: text,
        kind: 'event',
        since: happenedAt,
      })),
  );
}
