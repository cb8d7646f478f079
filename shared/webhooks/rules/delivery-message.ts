import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What has to be known of an event to deliver it. A later version's events are delivered as they come. */
export const deliverableEventSchema = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  /** The tenant's id. */
  subject: z.string().min(1),
});

/** One event for one webhook, as it waits to be delivered. */
export const deliveryMessageSchema = z.object({
  webhook_id: z.string().min(1),
  tenant_id: z.string().min(1),
  /** The event as it is posted, byte by byte. */
  event: z.string(),
  /**
   * event: it happened, and the webhook is for such. again: its owner wants it once more, whatever the webhook's state.
   * test: its owner tries the webhook; that is not repeated.
   */
  kind: z.enum(['event', 'again', 'test']),
  /** When it happened, or was asked for: a day later it is given up. */
  since: z.iso.datetime().transform((time) => new Date(time)),
  /** Whether it was tried before. */
  is_repeat: z.boolean().optional(),
});

export type DeliveryMessage = z.output<typeof deliveryMessageSchema>;

/** What delivering an event takes of it. */
export type DeliverableEvent = z.output<typeof deliverableEventSchema>;

const ofLifeSchema = z.object({ data: z.object({ onboarding_id: z.string().nullable() }) });

/** In which life of its tenant it happened, as far as it says so itself; null is a life, too. */
export const lifeIn = (event: DeliverableEvent): string | null | undefined =>
  ofLifeSchema.safeParse(event).data?.data.onboarding_id;

const aboutWebhookSchema = z.object({ data: z.object({ webhook_id: z.string() }) });

/** Whether the event is for the webhook. That a webhook was disabled is never told to that one. */
export function isWanted(
  event: DeliverableEvent,
  webhook: {
    readonly webhook_id: string;
    readonly state: string;
    readonly event_types: readonly string[];
  },
): boolean {
  const { webhook_id, state, event_types } = webhook;
  if (state !== 'active') return false;
  if (aboutWebhookSchema.safeParse(event).data?.data.webhook_id === webhook_id) return false;
  return event_types.length === 0 || event_types.includes(event.type);
}

/** The header webhook-id: the same however often an event is delivered to a webhook, and no other's. */
export const deliveryIdOf = (eventId: string, webhookId: string): string =>
  `msg_${createHash('sha256').update(`${webhookId}\n${eventId}`).digest('base64url').slice(0, 32)}`;

/** The event that the test call sends. */
export const testEvent = (webhookId: string, tenantId: string, id: string, now: Date) => ({
  specversion: '1.0' as const,
  type: 'webhook.test' as const,
  source: 'tenant-pipelines' as const,
  id: `webhook.test-${id}`,
  subject: tenantId,
  time: now.toISOString(),
  datacontenttype: 'application/json' as const,
  data: { webhook_id: webhookId },
});
