import {
  newWebhookSchema,
  secretRotationSchema,
  webhookChangeSchema,
} from '../../../../shared/webhooks/rules/webhook-request';
import type { OperationText } from '../operation';
import { cursor, from, ifMatch, limit, to } from './parameters';

const webhooks = '/api/v1/tenants/{tenant}/webhooks';
const webhook = `${webhooks}/{webhook_id}`;
const badBody = ['payload_too_large', 'unsupported_media_type'] as const;
const tag = 'Webhooks';

export const webhookOperations: readonly OperationText[] = [
  {
    id: 'makeWebhook',
    method: 'POST',
    path: webhooks,
    tag,
    summary: 'Lets the tenant’s events be posted to an address',
    description:
      'By https, signed as Standard Webhooks says, with the secret in this answer. A tenant can have 20. The first events come within a minute.',
    body: { name: 'WebhookRequest', schema: newWebhookSchema, isRequired: true },
    answers: [{ status: 201, description: 'The webhook', body: { name: 'NewWebhook' }, headers: ['ETag'] }],
    problems: ['tenant_not_found', 'too_many_webhooks', ...badBody],
  },
  {
    id: 'listWebhooks',
    method: 'GET',
    path: webhooks,
    tag,
    summary: 'The tenant’s webhooks, oldest first, without secrets',
    answers: [{ status: 200, description: 'All of them', body: { name: 'WebhookList' } }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showWebhook',
    method: 'GET',
    path: webhook,
    tag,
    summary: 'A webhook, and whether it is well',
    answers: [{ status: 200, description: 'The webhook', body: { name: 'Webhook' }, headers: ['ETag'] }],
    problems: ['tenant_not_found', 'webhook_not_found'],
  },
  {
    id: 'changeWebhook',
    method: 'PATCH',
    path: webhook,
    tag,
    summary: 'Changes address, event types or description, pauses it, or lets it go on',
    description:
      'Events of the time while it is paused are not delivered later. `active` also ends that it was disabled. A change takes effect within a minute.',
    body: { name: 'WebhookChange', schema: webhookChangeSchema, isRequired: true },
    answers: [
      { status: 200, description: 'The webhook after it', body: { name: 'Webhook' }, headers: ['ETag'] },
    ],
    headers: { 'If-Match': ifMatch },
    problems: ['tenant_not_found', 'webhook_not_found', 'precondition_failed', ...badBody],
  },
  {
    id: 'deleteWebhook',
    method: 'DELETE',
    path: webhook,
    tag,
    summary: 'Removes a webhook',
    description: 'Nothing is delivered to it from a minute later on at the latest.',
    headers: { 'If-Match': ifMatch },
    answers: [{ status: 204, description: 'Removed' }],
    problems: ['tenant_not_found', 'webhook_not_found', 'precondition_failed'],
  },
  {
    id: 'testWebhook',
    method: 'POST',
    path: `${webhook}/test`,
    tag,
    summary: 'Posts an event of type webhook.test to it',
    description:
      'On the way of all others, also while it is paused. What came of it is among its deliveries.',
    answers: [{ status: 202, description: 'It is on its way', body: { name: 'WebhookTest' } }],
    problems: ['tenant_not_found', 'webhook_not_found', ...badBody],
  },
  {
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: `${webhook}/rotate-secret`,
    tag,
    summary: 'Makes a new secret; the old one signs beside it for a while',
    description:
      'Until the overlap is over, a day unless given, each delivery has two signatures. The new secret signs within a minute. Another rotation meanwhile is refused, unless `overlap_seconds` is 0: then neither of the older secrets signs any more.',
    body: { name: 'SecretRotation', schema: secretRotationSchema, isRequired: false },
    answers: [{ status: 200, description: 'The new secret', body: { name: 'WebhookSecret' } }],
    problems: ['tenant_not_found', 'webhook_not_found', 'secret_rotating', ...badBody],
  },
  {
    id: 'listWebhookDeliveries',
    method: 'GET',
    path: `${webhook}/deliveries`,
    tag,
    summary: 'What became of each attempt to deliver, youngest first, page by page',
    description: 'Of the last 30 days unless `from` is given.',
    query: {
      from,
      to,
      outcome: {
        description: 'Attempts that ended so.',
        schema: { type: 'string', enum: ['delivered', 'retrying', 'given_up'] },
      },
      limit: limit(100, 1000),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'WebhookDeliveries' }, headers: ['Link'] }],
    problems: ['tenant_not_found', 'webhook_not_found'],
  },
  {
    id: 'redeliver',
    method: 'POST',
    path: `${webhook}/deliveries/{delivery_id}/redeliver`,
    tag,
    summary: 'Delivers an event again, under the same webhook-id',
    answers: [{ status: 202, description: 'It is on its way', body: { name: 'Redelivery' } }],
    problems: ['tenant_not_found', 'webhook_not_found', 'delivery_not_found', ...badBody],
  },
];
