import type { WebhookDeliveries, WebhookList, WebhookRequest } from '../../client';

export type ListedWebhook = WebhookList['webhooks'][number];
export type DeliveryAttempt = WebhookDeliveries['attempts'][number];
type EventType = NonNullable<WebhookRequest['event_types']>[number];

/** The events that a tenant has, and when they come. */
export const eventTypes: Readonly<Record<EventType, string>> = {
  'run.settled': 'A run is over.',
  'quota.threshold': 'A share of a month’s quota is used up.',
  'quota.changed': 'Tier or quotas were changed.',
  'tenant.onboarded': 'The tenant was onboarded.',
  'tenant.suspended': 'The tenant was suspended.',
  'tenant.activated': 'The tenant was activated again.',
  'tenant.offboarded': 'The tenant was offboarded.',
  'api_key.created': 'A key was made.',
  'api_key.expiring': 'A key ends in a week, or in a day.',
  'api_key.revoked': 'A key was revoked.',
  'webhook.disabled': 'Another webhook was disabled.',
};

const isEventType = (name: string): name is EventType => Object.hasOwn(eventTypes, name);

export const eventTypeNames: readonly EventType[] = Object.keys(eventTypes).filter(isEventType);

/** What is typed in to make a webhook, or to change one. */
export interface WebhookForm {
  readonly url: string;
  readonly description: string;
  /** None: all. */
  readonly types: readonly EventType[];
}

export const webhookFormOf = ({ url, description, event_types }: ListedWebhook): WebhookForm => ({
  url,
  description: description ?? '',
  types: event_types.filter(isEventType),
});

const failures: Readonly<Record<string, string>> = {
  bad_status: 'It answered with a status that is not 2xx.',
  redirected: 'It redirects, which is not followed.',
  gone: 'It answered 410: the webhook is disabled.',
  timed_out: 'It did not answer within 10 seconds.',
  refused_address: 'Its name leads to an address that is not of the public internet.',
  unreachable: 'It cannot be reached.',
  paused: 'It was not posted: the webhook was paused.',
  disabled: 'It was not posted: the webhook was disabled.',
};

/** Why an attempt did not deliver, in words. */
export const failureText = (failure: string | null): string =>
  failure === null ? 'Delivered.' : (failures[failure] ?? failure);
