import { eventTypes } from '../../../../shared/definitions/event-types';
import { eventSchemas, type TenantEvent } from '../../../../shared/definitions/schemas/event-schemas';
import {
  apiKeyCreated,
  apiKeyExpiring,
  apiKeyRevoked,
  quotaChanged,
  quotaThreshold,
  runSettled,
  tenantActivated,
  tenantOffboarded,
  tenantOnboarded,
  tenantSuspended,
  webhookDisabled,
} from '../../../../shared/tenants/rules/tenant-events';
import { startedByKey } from '../../../support/started-by';

const life = { tenant_id: 'acme', onboarding_id: 'life1' };
const now = new Date('2026-11-30T12:00:00.000Z');
const change = { change_id: 'change7', changed_at: now };
const later = new Date('2026-12-07T12:00:00.000Z');
const quotas = {
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: null,
  max_bytes_billed_per_month: 5,
  max_queued_pipelines: 20,
};
const tiered = { subscription_tier: 'FREE', ...quotas };
const key = { api_key_id: 'key1', name: null, last_four: 'abcd' };
const alert = {
  quota: 'monthly' as const,
  month: '2026-11-01',
  percent: 80,
  used: 80,
  quota_limit: 100,
  run_id: 'run1',
  reached_at: now,
  announced_at: null,
};
const run = {
  run_id: 'run1',
  pipeline: 'gcp/example/dryrun',
  parameters: '{"secret":1}',
  trigger: 'api',
  request_hash: null,
  ...startedByKey,
  status: 'FAILED' as const,
  error_code: 'check_failed',
  error_message: 'a secret',
  failed_step: 'check',
  admitted_at: now,
  started_at: null,
  ended_at: later,
  duration_ms: null,
  rows_written: 1,
  bytes_processed: 2,
  bytes_billed: 3,
  watermark: null,
  recorded_at: later,
};
const created = { scopes: ['read'], pipelines: [], created_at: now.toISOString(), expires_at: null };
const webhook = { webhook_id: 'w1', description: null, host: 'example.com', reason: 'gone' as const };

const events: readonly (readonly [TenantEvent, string])[] = [
  [
    tenantOnboarded({
      ...tiered,
      tenant_id: 'acme',
      company_name: 'Acme',
      location: 'EU',
      onboarding_id: 'life1',
      created_at: now.toISOString(),
    }),
    'tenant.onboarded-acme-life1',
  ],
  [tenantSuspended({ ...life, suspended_at: now }, change, null), 'tenant.suspended-acme-life1-change7'],
  [tenantActivated(life, change), 'tenant.activated-acme-life1-change7'],
  [tenantOffboarded(life, now, later), 'tenant.offboarded-acme-life1-2026-11-30T12:00:00.000Z'],
  [quotaThreshold(life, alert), 'quota.threshold-acme-life1-monthly-2026-11-80-100'],
  [quotaChanged(life, change, tiered, tiered), 'quota.changed-acme-life1-change7'],
  [runSettled(life, run), 'run.settled-acme-life1-run1'],
  [apiKeyCreated(life, { ...key, ...created }), 'api_key.created-acme-key1'],
  [
    apiKeyExpiring(life, { ...key, expires_at: later }, 7),
    'api_key.expiring-acme-key1-7d-2026-12-07T12:00:00.000Z',
  ],
  [apiKeyRevoked(life, 'key1', now), 'api_key.revoked-acme-key1'],
  [
    webhookDisabled(life, { ...webhook, disabled_at: now }),
    'webhook.disabled-acme-life1-w1-2026-11-30T12:00:00.000Z',
  ],
];

describe('events about tenants', () => {
  it.each(events.map(([event, id]) => ({ type: event.type, event, id })))(
    '$type is as its schema says, with an id that follows from what happened',
    ({ type, event, id }) => {
      expect(eventSchemas[type].strict().parse(event)).toEqual(event);
      // Webhooks of another life of the tenant are told nothing of it.
      expect(event).toMatchObject({ id, subject: 'acme', data: { onboarding_id: 'life1' } });
    },
  );

  it('are all tried here', () => {
    expect(events.map(([{ type }]) => type)).toEqual(eventTypes);
    expect(Object.keys(eventSchemas)).toEqual(eventTypes);
  });

  it('tell neither parameters nor messages of a run', () => {
    expect(JSON.stringify(runSettled(life, run))).not.toContain('secret');
  });

  it('are others in another life of the tenant', () => {
    for (const onboarding_id of ['life2', null])
      expect(runSettled({ ...life, onboarding_id }, run).id).not.toBe(runSettled(life, run).id);
  });

  it('name a threshold by its share, month and limit, whichever run reached it', () => {
    const idWith = (change: Partial<typeof alert>) => quotaThreshold(life, { ...alert, ...change }).id;
    expect(idWith({ run_id: 'run2', used: 90, reached_at: later })).toBe(idWith({}));
    const others = [{ percent: 100 }, { quota_limit: 101 }, { month: '2026-12-01' }];
    expect(new Set([idWith({}), ...others.map(idWith)]).size).toBe(4);
  });

  it('tell that a key expires as of when it began to', () => {
    expect(apiKeyExpiring(life, { ...key, expires_at: later }, 7).time).toBe(now.toISOString());
    expect(apiKeyExpiring(life, { ...key, expires_at: later }, 1).time).toBe('2026-12-06T12:00:00.000Z');
  });
});
