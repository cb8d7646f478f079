import type { EventType } from '../../definitions/event-types';
import type { EventOf } from '../../definitions/schemas/event-schemas';
import type { RecordedOutcome } from '../../runs/rules/ledger-row';
import type { QuotaAlert } from '../../runs/rules/quota-alerts';
import type { Quotas } from './quotas';

/*
 * The events about tenants. An event's id is made of its type, the tenant, the tenant's life, and what happened,
 * so that whoever publishes it again, after whatever failure, publishes the same event.
 */

/** A tenant in one of its lives. The id is null where it was onboarded before there were such ids. */
export interface TenantLife {
  readonly tenant_id: string;
  readonly onboarding_id: string | null;
}

const lifeOf = ({ tenant_id, onboarding_id }: TenantLife): TenantLife => ({ tenant_id, onboarding_id });

/** @param what tells the event from others of its type in this life of the tenant; empty where there can be none */
function eventOf<Type extends EventType, Data>(
  type: Type,
  life: TenantLife | Pick<TenantLife, 'tenant_id'>,
  what: string,
  time: Date,
  data: Data,
) {
  const parts = [type, life.tenant_id, ...livesPart(life), ...(what === '' ? [] : [what])];
  return {
    specversion: '1.0' as const,
    type,
    source: 'tenant-pipelines' as const,
    id: parts.join('-'),
    subject: life.tenant_id,
    time: time.toISOString(),
    datacontenttype: 'application/json' as const,
    data,
  };
}

/** A tenant of before there were onboarding ids has had one life since. */
const livesPart = (life: TenantLife | Pick<TenantLife, 'tenant_id'>): readonly string[] =>
  'onboarding_id' in life ? [life.onboarding_id ?? 'first'] : [];

/** What the event tells of a tenant that has been onboarded. */
export interface NewTenant
  extends Pick<Quotas, 'max_pipelines_per_month' | 'max_concurrent_pipelines' | 'max_queued_pipelines'> {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly subscription_tier: string;
  readonly location: string;
  readonly onboarding_id: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

export const tenantOnboarded = (tenant: NewTenant): EventOf<'tenant.onboarded'> =>
  eventOf('tenant.onboarded', tenant, '', new Date(tenant.created_at), {
    tenant_id: tenant.tenant_id,
    company_name: tenant.company_name,
    subscription_tier: tenant.subscription_tier,
    max_pipelines_per_month: tenant.max_pipelines_per_month,
    max_concurrent_pipelines: tenant.max_concurrent_pipelines,
    max_queued_pipelines: tenant.max_queued_pipelines,
    location: tenant.location,
    onboarding_id: tenant.onboarding_id,
  });

/**
 * An administrator's change of a tenant row. The row that is read after it may have another change in it by then: so
 * the event has the change's own id and time, and what it tells is the change's own as well.
 */
export interface TenantChange {
  readonly change_id: string;
  readonly changed_at: Date;
}

/**
 * One that is suspended already, and is suspended again for another reason, is told again.
 *
 * @param life as it was read after the change. If it was activated and suspended again by then, its date is later
 */
export const tenantSuspended = (
  life: TenantLife & { readonly suspended_at: Date | null },
  { change_id, changed_at }: TenantChange,
  public_reason: string | null,
): EventOf<'tenant.suspended'> => {
  const { suspended_at } = life;
  const since = suspended_at !== null && suspended_at < changed_at ? suspended_at : changed_at;
  return eventOf('tenant.suspended', life, change_id, changed_at, {
    ...lifeOf(life),
    suspended_at: since.toISOString(),
    public_reason,
  });
};

export const tenantActivated = (
  life: TenantLife,
  { change_id, changed_at }: TenantChange,
): EventOf<'tenant.activated'> => eventOf('tenant.activated', life, change_id, changed_at, lifeOf(life));

/** @param restorableUntil null where it cannot be restored */
export const tenantOffboarded = (
  life: TenantLife,
  offboardedAt: Date,
  restorableUntil: Date | null,
): EventOf<'tenant.offboarded'> =>
  eventOf('tenant.offboarded', life, offboardedAt.toISOString(), offboardedAt, {
    ...lifeOf(life),
    restorable_until: restorableUntil?.toISOString() ?? null,
  });

/** Once for each share of each height of a quota in a month: which run it was is not part of its id. */
export const quotaThreshold = (life: TenantLife, alert: QuotaAlert): EventOf<'quota.threshold'> =>
  eventOf(
    'quota.threshold',
    life,
    [alert.quota, alert.month.slice(0, 7), alert.percent, alert.quota_limit].join('-'),
    alert.reached_at,
    {
      ...lifeOf(life),
      quota: alert.quota,
      percent: alert.percent,
      used: alert.used,
      limit: alert.quota_limit,
      month: alert.month,
      run_id: alert.run_id,
    },
  );

/** A tenant's tier and quotas. */
export interface TierAndQuotas extends Quotas {
  readonly subscription_tier: string | null;
}

const quotasIn = (quotas: TierAndQuotas): TierAndQuotas => ({
  subscription_tier: quotas.subscription_tier,
  max_pipelines_per_month: quotas.max_pipelines_per_month,
  max_concurrent_pipelines: quotas.max_concurrent_pipelines,
  max_bytes_billed_per_month: quotas.max_bytes_billed_per_month,
  max_queued_pipelines: quotas.max_queued_pipelines,
});

/**
 * @param made what this change has made of them
 * @param before undefined: that is not known any more
 */
export const quotaChanged = (
  life: TenantLife,
  { change_id, changed_at }: TenantChange,
  made: TierAndQuotas,
  before: TierAndQuotas | undefined,
): EventOf<'quota.changed'> =>
  eventOf('quota.changed', life, change_id, changed_at, {
    ...lifeOf(life),
    ...quotasIn(made),
    before: before === undefined ? null : quotasIn(before),
  });

/** A run is settled once, so its id is enough. */
export const runSettled = (life: TenantLife, run: RecordedOutcome): EventOf<'run.settled'> =>
  eventOf('run.settled', life, run.run_id, run.recorded_at, {
    ...lifeOf(life),
    run_id: run.run_id,
    pipeline: run.pipeline,
    trigger: run.trigger,
    status: run.status,
    error_code: run.error_code,
    failed_step: run.failed_step,
    admitted_at: run.admitted_at.toISOString(),
    started_at: run.started_at?.toISOString() ?? null,
    ended_at: run.ended_at.toISOString(),
    duration_ms: run.duration_ms,
    rows_written: run.rows_written,
    bytes_processed: run.bytes_processed,
    bytes_billed: run.bytes_billed,
  });

/** For events whose ids need no life: a key's id is its own in all lives of its tenant. */
const ofAnyLife = ({ tenant_id }: TenantLife): Pick<TenantLife, 'tenant_id'> => ({ tenant_id });

/** An API key, without what could be used. */
export interface ToldKey {
  readonly api_key_id: string;
  readonly name: string | null;
  readonly last_four: string | null;
}

export interface CreatedKey extends ToldKey {
  readonly scopes: readonly string[];
  readonly pipelines: readonly string[];
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly expires_at: string | null;
}

const keyIn = (life: TenantLife, { api_key_id, name, last_four }: ToldKey) => ({
  ...lifeOf(life),
  api_key_id,
  name,
  last_four,
});

/** @param replaced the key that this one takes the place of, and when that ends at the latest */
export const apiKeyCreated = (
  life: TenantLife,
  key: CreatedKey,
  replaced?: { readonly api_key_id: string; readonly ends_at: string },
): EventOf<'api_key.created'> =>
  eventOf('api_key.created', ofAnyLife(life), key.api_key_id, new Date(key.created_at), {
    ...keyIn(life, key),
    scopes: [...key.scopes],
    pipelines: [...key.pipelines],
    expires_at: key.expires_at,
    replaces: replaced?.api_key_id ?? null,
    replaced_ends_at: replaced?.ends_at ?? null,
  });

/** Its time is when it began to expire within so many days, whoever saw it, and when. */
export const apiKeyExpiring = (
  life: TenantLife,
  key: ToldKey & { readonly expires_at: Date },
  days: number,
): EventOf<'api_key.expiring'> =>
  eventOf(
    'api_key.expiring',
    ofAnyLife(life),
    `${key.api_key_id}-${days}d-${key.expires_at.toISOString()}`,
    new Date(key.expires_at.getTime() - days * 86_400_000),
    { ...keyIn(life, key), expires_at: key.expires_at.toISOString(), days },
  );

export const apiKeyRevoked = (life: TenantLife, keyId: string, revokedAt: Date): EventOf<'api_key.revoked'> =>
  eventOf('api_key.revoked', ofAnyLife(life), keyId, revokedAt, {
    ...lifeOf(life),
    api_key_id: keyId,
    revoked_at: revokedAt.toISOString(),
  });

export interface DisabledWebhook {
  readonly webhook_id: string;
  readonly description: string | null;
  readonly host: string;
  readonly reason: 'gone' | 'failing';
  readonly disabled_at: Date;
}

export const webhookDisabled = (life: TenantLife, webhook: DisabledWebhook): EventOf<'webhook.disabled'> =>
  eventOf(
    'webhook.disabled',
    life,
    `${webhook.webhook_id}-${webhook.disabled_at.toISOString()}`,
    webhook.disabled_at,
    {
      ...lifeOf(life),
      webhook_id: webhook.webhook_id,
      description: webhook.description,
      host: webhook.host,
      reason: webhook.reason,
      disabled_at: webhook.disabled_at.toISOString(),
    },
  );
