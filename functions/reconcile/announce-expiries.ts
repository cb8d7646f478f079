import { createHash } from 'node:crypto';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { KeyExpiry, ReadKeyExpiries } from '../../shared/google/bigquery/tables/read-key-expiries';
import type { PublishTenantEvents } from '../../shared/google/pubsub/publish-tenant-events';
import type { ReconcileRule } from '../../shared/runs/rules/run-times';
import { noteExpiries } from '../../shared/sql/keys/note-expiries';
import { retrying } from '../../shared/support/retry';
import { apiKeyExpiring, type TenantLife } from '../../shared/tenants/rules/tenant-events';
import { retryPolicy } from './record-settled';

export interface ExpiryDependencies {
  readonly readKeyExpiries: ReadKeyExpiries;
  readonly publishEvents: PublishTenantEvents;
  readonly runStatement: RunStatement;
  readonly rule: ReconcileRule;
}

/** Within how many days keys expire of which it is told, the fewest first. */
const toldDays = [1, 7] as const;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * Publishes `api_key.expiring` for keys that expire within 7 days, and again within a day, and notes that in the
 * key's row. A tenant's keys are read, free of charge, in one call of an hour: its id decides in which, so that
 * not all tenants' are read by the same.
 */
export async function announceExpiries(
  life: TenantLife,
  now: Date,
  { readKeyExpiries, publishEvents, runStatement, rule }: ExpiryDependencies,
): Promise<void> {
  const { tenant_id: tenantId } = life;
  if (!isTurnOf(tenantId, now, rule.intervalMs)) return;
  const keys = await retrying(retryPolicy, () => readKeyExpiries(tenantId));
  for (const days of toldDays) {
    const due = keys.flatMap((key) => {
      const { key_id, name, last_four, expires_at } = key;
      if (expires_at === null || daysToTell(key, now) !== days) return [];
      return [{ api_key_id: key_id, name, last_four, expires_at }];
    });
    if (due.length === 0) continue;
    await publishEvents(due.map((key) => apiKeyExpiring(life, key, days)));
    const parameters = { key_ids: due.map(({ api_key_id }) => api_key_id), days };
    await retrying(retryPolicy, () => runStatement(tenantId, noteExpiries, parameters));
  }
}

/** Whether a tenant's keys are looked at by the call of this time, of all calls of an hour. */
export function isTurnOf(tenantId: string, now: Date, intervalMs: number): boolean {
  const calls = Math.max(1, Math.round(hourMs / intervalMs));
  const turn = createHash('sha256').update(tenantId).digest().readUInt32BE() % calls;
  return Math.floor(now.getTime() / intervalMs) % calls === turn;
}

/**
 * Within how many days a key expires, if that is to be told now. Undefined: nothing is, or not again. A key that
 * was made for no longer than that is no news.
 */
export function daysToTell(
  { created_at, expires_at, revoked_at, expiry_told_days }: KeyExpiry,
  now: Date,
): number | undefined {
  if (expires_at === null || revoked_at !== null || expires_at <= now) return undefined;
  const days = toldDays.find((most) => expires_at.getTime() - now.getTime() <= most * dayMs);
  if (days === undefined || expires_at.getTime() - created_at.getTime() <= days * dayMs) return undefined;
  return expiry_told_days !== null && expiry_told_days <= days ? undefined : days;
}
