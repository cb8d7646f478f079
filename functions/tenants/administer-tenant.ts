import { z } from 'zod';
import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement, StatementOutcome } from '../../shared/google/bigquery/statements/run-statement';
import { preconditionFailed, type WantedVersions } from '../../shared/http/headers/entity-tags';
import {
  alertPercentsOfTier,
  alertPercentsSchema,
  storedAlertPercents,
} from '../../shared/runs/rules/quota-alerts';
import { activateTenant } from '../../shared/sql/tenants/activate-tenant';
import { changeProfile } from '../../shared/sql/tenants/change-profile';
import { changeQuotas } from '../../shared/sql/tenants/change-quotas';
import { readTenant } from '../../shared/sql/tenants/read-tenant';
import { suspendTenant } from '../../shared/sql/tenants/suspend-tenant';
import type { ChangedRow } from '../../shared/sql/tenants/tenant-change';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import { retrying } from '../../shared/support/retry';
import type { Announce } from '../../shared/tenants/announce';
import { companyNameSchema, contactEmailSchema, notesSchema } from '../../shared/tenants/rules/profile';
import {
  byteBudgetSchema,
  type Quotas,
  type QuotasBefore,
  queueLengthSchema,
  quotaSchema,
  quotasOf,
  type TierQuotas,
  tierNameSchema,
} from '../../shared/tenants/rules/quotas';
import type { TenantChange } from '../../shared/tenants/rules/tenant-events';
import { orTenantNotFound, tenantNotFound } from '../../shared/tenants/tenant-not-found';
import { versionOf } from './tenant-profile';

export interface TenantsDependencies {
  readonly runStatement: RunStatement;
  readonly announce: Announce;
  readonly tiers: Readonly<Record<string, TierQuotas>>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A change of quotas: at least one of the six fields. A tier alone brings its own quotas. */
export const quotaChangeSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z
    .strictObject({
      subscription_tier: tierNameSchema(tiers).optional(),
      max_pipelines_per_month: quotaSchema.optional(),
      max_concurrent_pipelines: quotaSchema.optional(),
      max_bytes_billed_per_month: byteBudgetSchema.optional(),
      max_queued_pipelines: queueLengthSchema.optional(),
      alert_at_percent: alertPercentsSchema.optional(),
      /** Of another tier: quotas that differ from those of the tier before stay. */
      keep_overrides: z.boolean('expected true or false').default(false),
    })
    .refine(
      ({ keep_overrides: _, ...change }) => Object.values(change).some((value) => value !== undefined),
      {
        error:
          'expected at least one of subscription_tier, max_pipelines_per_month, max_concurrent_pipelines, max_bytes_billed_per_month, max_queued_pipelines, alert_at_percent',
      },
    )
    .refine(({ keep_overrides, subscription_tier }) => !keep_overrides || subscription_tier !== undefined, {
      error: 'expected a subscription_tier beside it',
      path: ['keep_overrides'],
    });

type QuotaChange = z.infer<ReturnType<typeof quotaChangeSchema>>;

const reasonSchema = z
  .string()
  .trim()
  .min(1, 'expected a reason')
  .max(1000, 'expected at most 1000 characters');

export const suspensionSchema = z.strictObject({
  /** For operators. */
  reason: reasonSchema,
  /** What the tenant is told. */
  public_reason: reasonSchema.optional(),
});

/** A change of the profile: at least one of the three fields. null takes an address or notes away. */
export const profileChangeSchema = z
  .strictObject({
    company_name: companyNameSchema.optional(),
    contact_email: contactEmailSchema.nullable().optional(),
    notes: notesSchema.nullable().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: 'expected at least one of company_name, contact_email, notes',
  });

// Each of these costs one BigQuery request, which is repeated where another write was in the way. It resolves to
// the tenant row after it, and throws `tenant_not_found`.

export const showTenant = (
  tenantId: string,
  { runStatement, now }: TenantsDependencies,
): Promise<TenantRow> =>
  tenantOf(tenantId, () => runStatement(tenantId, readTenant, { tenant_id: tenantId, now: now() }));

export interface ChangedTenant {
  /** As it was read after the change: another one may have come in between. */
  readonly row: TenantRow;
  readonly change: TenantChange;
  /** What it was before; undefined where that is not known any more. */
  readonly before: QuotasBefore | undefined;
  /** What this change has made of it. Where that is not known any more: what it is. */
  readonly made: QuotasBefore;
}

/**
 * The change holds for the next admission on any instance: admission reads the row in the statement that
 * counts. Throws `precondition_failed` where the row is of another version than is wanted.
 */
export function changeTenantQuotas(
  tenantId: string,
  change: QuotaChange,
  wanted: WantedVersions,
  deps: TenantsDependencies,
): Promise<ChangedTenant> {
  const { keep_overrides } = change;
  const tier = change.subscription_tier === undefined ? undefined : deps.tiers[change.subscription_tier];
  const quotas: Partial<Quotas> = tier === undefined ? change : quotasOf(change, tier);
  // With keep_overrides they stay as they are.
  const alerts = change.alert_at_percent ?? (tier && !keep_overrides ? alertPercentsOfTier(tier) : undefined);
  const parameters = {
    ...changeOf(tenantId, wanted, deps),
    subscription_tier: change.subscription_tier ?? null,
    sets_monthly: quotas.max_pipelines_per_month !== undefined,
    keeps_monthly: keep_overrides && change.max_pipelines_per_month === undefined,
    max_pipelines_per_month: quotas.max_pipelines_per_month ?? null,
    sets_concurrent: quotas.max_concurrent_pipelines !== undefined,
    keeps_concurrent: keep_overrides && change.max_concurrent_pipelines === undefined,
    max_concurrent_pipelines: quotas.max_concurrent_pipelines ?? null,
    sets_bytes: quotas.max_bytes_billed_per_month !== undefined,
    keeps_bytes: keep_overrides && change.max_bytes_billed_per_month === undefined,
    max_bytes_billed_per_month: quotas.max_bytes_billed_per_month ?? null,
    sets_queued: quotas.max_queued_pipelines !== undefined,
    keeps_queued: keep_overrides && change.max_queued_pipelines === undefined,
    max_queued_pipelines: quotas.max_queued_pipelines ?? null,
    sets_alerts: alerts !== undefined,
    alert_at_percent: alerts === undefined ? [] : storedAlertPercents(alerts),
    tiers: Object.entries(deps.tiers).map(([name, brought]) => ({ name, ...brought })),
  };
  return changed(parameters, wanted, () => deps.runStatement(tenantId, changeQuotas, parameters));
}

/** Throws `precondition_failed` where the row is of another version than is wanted. */
export function changeTenantProfile(
  tenantId: string,
  { company_name, contact_email, notes }: z.infer<typeof profileChangeSchema>,
  wanted: WantedVersions,
  deps: TenantsDependencies,
): Promise<ChangedTenant> {
  const parameters = {
    ...changeOf(tenantId, wanted, deps),
    company_name: company_name ?? null,
    sets_email: contact_email !== undefined,
    contact_email: contact_email ?? null,
    sets_notes: notes !== undefined,
    notes: notes ?? null,
  };
  return changed(parameters, wanted, () => deps.runStatement(tenantId, changeProfile, parameters));
}

/** What all changes are given. The same id however often it is sent: what was done is not done again. */
const newChange = (tenantId: string, { now, newId }: TenantsDependencies) => ({
  tenant_id: tenantId,
  now: now(),
  change_id: newId(),
});
type NewChange = ReturnType<typeof newChange>;

const changeOf = (tenantId: string, wanted: WantedVersions, deps: TenantsDependencies) => ({
  ...newChange(tenantId, deps),
  takes_any_version: wanted === 'any',
  versions: wanted === 'any' ? [] : wanted,
});

async function changed(
  { tenant_id, change_id, now }: NewChange,
  wanted: WantedVersions,
  run: () => Promise<StatementOutcome<ChangedRow>>,
): Promise<ChangedTenant> {
  const {
    before: [before],
    made: [made],
    ...row
  } = await tenantOf(tenant_id, run);
  if (before === undefined && wanted !== 'any') throw preconditionFailed(versionOf(row));
  return { row, change: { change_id, changed_at: now }, before, made: made ?? row };
}

export async function suspend(
  tenantId: string,
  { reason, public_reason }: z.infer<typeof suspensionSchema>,
  deps: TenantsDependencies,
): Promise<ChangedTenant> {
  const parameters = { ...newChange(tenantId, deps), reason, public_reason: public_reason ?? null };
  return changed(parameters, 'any', () => deps.runStatement(tenantId, suspendTenant, parameters));
}

/** `isNew`: this call has activated it, and no other. Throws `tenant_offboarding` where it is being offboarded. */
export async function activate(
  tenantId: string,
  deps: TenantsDependencies,
): Promise<ChangedTenant & { readonly isNew: boolean }> {
  const parameters = newChange(tenantId, deps);
  const run = () => deps.runStatement(tenantId, activateTenant, parameters);
  const tenant = await changed(parameters, 'any', run);
  if (tenant.row.offboarding_at !== null) throw tenantOffboarding(tenantId);
  return { ...tenant, isNew: tenant.before !== undefined };
}

export const tenantOffboarding = (tenantId: string) =>
  new ServiceError(
    'tenant_offboarding',
    `Tenant '${tenantId}' is being offboarded. Nothing was changed. The same DELETE again goes on; afterwards it can be restored.`,
  );

/**
 * The tenant row is written by admissions and settling all the time, and Google's client repeats no conflict. All
 * statements that are tried by this policy change nothing more if they are repeated.
 */
export const tenantPolicy = { budgetMs: 8_000, initialBackoffMs: 50, maximumBackoffMs: 1_000, isRetryable };

async function tenantOf<Row extends TenantRow>(
  tenantId: string,
  run: () => Promise<StatementOutcome<Row>>,
): Promise<Row> {
  const [row] = (await orTenantNotFound(tenantId, retrying(tenantPolicy, run))).rows;
  if (row === undefined) throw tenantNotFound(tenantId);
  return row;
}
