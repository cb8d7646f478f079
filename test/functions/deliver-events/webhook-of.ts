import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';

/** A webhook that is well. */
export const webhookOf = (change: Partial<WebhookRow> = {}): WebhookRow => ({
  webhook_id: 'w-1',
  tenant_id: 'acme',
  onboarding_id: null,
  url: 'https://hooks.example.com/secret-path',
  event_types: [],
  description: null,
  state: 'active',
  reason: null,
  secret_version: 1,
  previous_secret_until: null,
  failing_since: null,
  disabled_told_at: null,
  created_at: new Date('2026-11-01T00:00:00Z'),
  created_by: 'admin',
  updated_at: new Date('2026-11-01T00:00:00Z'),
  version: null,
  ...change,
});

/** A webhook's row as BigQuery's client has it. */
export const storedWebhookOf = (change: Partial<WebhookRow> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(webhookOf(change)).map(([column, value]) => [
      column,
      value instanceof Date ? { value: value.toISOString() } : value,
    ]),
  );
