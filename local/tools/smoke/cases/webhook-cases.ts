import { changeWebhook } from '../../../../shared/sql/webhooks/change-webhook';
import { deleteWebhook } from '../../../../shared/sql/webhooks/delete-webhook';
import { disableWebhook } from '../../../../shared/sql/webhooks/disable-webhook';
import { findWebhookDelivery } from '../../../../shared/sql/webhooks/find-webhook-delivery';
import { insertWebhook } from '../../../../shared/sql/webhooks/insert-webhook';
import { listWebhookDeliveries } from '../../../../shared/sql/webhooks/list-webhook-deliveries';
import { listWebhooks } from '../../../../shared/sql/webhooks/list-webhooks';
import { markWebhookTold } from '../../../../shared/sql/webhooks/mark-webhook-told';
import { noteWebhookHealth } from '../../../../shared/sql/webhooks/note-webhook-health';
import { rotateWebhookSecret } from '../../../../shared/sql/webhooks/rotate-webhook-secret';
import { statementCase } from './statement-case';

const webhook_id = 'webhook-1';
const changedRows = 'A lone UPDATE or DELETE reports how many rows it changed.';

/** A webhook's life. */
export const webhookCases = [
  statementCase(insertWebhook, 'An INSERT of a SELECT that counts the same table.', ({ tenantId, now }) => ({
    webhook_id,
    tenant_id: tenantId,
    onboarding_id: null,
    url: 'https://hooks.example.com/events',
    event_types: ['tenant.onboarded'],
    description: null,
    created_by: 'admin',
    now,
    most: 20,
  })),
  statementCase(changeWebhook, 'A script answers with its last SELECT.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    webhook_id,
    version: 0,
    url: null,
    sets_event_types: true,
    event_types: [],
    sets_description: true,
    description: 'for the billing',
    state: 'active',
    now,
  })),
  statementCase(rotateWebhookSecret, changedRows, ({ tenantId, now, to }) => ({
    tenant_id: tenantId,
    webhook_id,
    secret_version: 1,
    previous_until: to,
    now,
  })),
  statementCase(noteWebhookHealth, changedRows, ({ from }) => ({ webhook_id, failing_since: from })),
  statementCase(
    listWebhookDeliveries,
    'A window over what a filter lets pass; a table without rows answers with none.',
    ({ tenantId, from, to }) => ({
      tenant_id: tenantId,
      webhook_id,
      from,
      counted_from: from,
      to,
      outcome: null,
      until_at: null,
      until_id: null,
      most: 10,
    }),
  ),
  statementCase(findWebhookDelivery, 'A table without rows answers with none.', ({ tenantId, from }) => ({
    tenant_id: tenantId,
    webhook_id,
    delivery_id: 'msg_1',
    from,
  })),
  statementCase(
    disableWebhook,
    'An UPDATE in a script whose condition looks into another table.',
    ({ now }) => ({
      webhook_id,
      reason: 'It has failed since then.',
      failing_before: now,
      now,
    }),
  ),
  statementCase(markWebhookTold, changedRows, ({ now }) => ({ webhook_id, now })),
  statementCase(listWebhooks, 'Arrays come back as they were written.', ({ tenantId }) => ({
    tenant_id: tenantId,
    onboarding_id: null,
    webhook_id,
  })),
  statementCase(deleteWebhook, changedRows, ({ tenantId }) => ({
    tenant_id: tenantId,
    webhook_id,
    version: 2,
  })),
];
