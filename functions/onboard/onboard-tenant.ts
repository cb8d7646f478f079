import { z } from 'zod';
import type { MetadataTable } from '../../shared/definitions/tables';
import { ServiceError } from '../../shared/errors';
import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { TenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { Log } from '../../shared/log';
import { alertPercentsOfTier, storedAlertPercents } from '../../shared/runs/rules/quota-alerts';
import type { OffboardedTenant } from '../../shared/sql/control/find-offboarded-tenant';
import type { StatementParameters } from '../../shared/sql/define-statement';
import { insertApiKey } from '../../shared/sql/keys/insert-api-key';
import { keepOnlyApiKey } from '../../shared/sql/keys/keep-only-api-key';
import { revokeApiKey } from '../../shared/sql/keys/revoke-api-key';
import { insertTenant } from '../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../shared/sql/tenants/read-tenant';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import type { FindOffboarded } from '../../shared/tenants/find-offboarded';
import { createApiKey, hashApiKey, lastFourOf } from '../../shared/tenants/rules/api-key';
import { newTenantIdSchema } from '../../shared/tenants/rules/new-tenant-id';
import { companyNameSchema, contactEmailSchema, notesSchema } from '../../shared/tenants/rules/profile';
import {
  byteBudgetSchema,
  type Quotas,
  queueLengthSchema,
  quotaSchema,
  quotasOf,
  type TierQuotas,
  tierNameSchema,
} from '../../shared/tenants/rules/quotas';
import { scopes } from '../../shared/tenants/rules/scopes';

/**
 * The body of an onboarding. Unknown fields are refused, so that a misspelt quota does not become the tier's.
 */
export const onboardingSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z.strictObject({
    tenant_id: newTenantIdSchema,
    company_name: companyNameSchema,
    contact_email: contactEmailSchema.optional(),
    // Checked like a tier that is given: a deployment may have tiers of its own.
    subscription_tier: tierNameSchema(tiers).prefault('FREE'),
    max_pipelines_per_month: quotaSchema.optional(),
    max_concurrent_pipelines: quotaSchema.optional(),
    max_bytes_billed_per_month: byteBudgetSchema.optional(),
    max_queued_pipelines: queueLengthSchema.optional(),
    notes: notesSchema.optional(),
    /** A BigQuery location: a multi-region such as EU, or a region such as europe-west1. */
    location: z
      .string()
      .regex(/^[A-Za-z0-9-]{2,40}$/, 'expected a BigQuery location such as EU or europe-west1')
      .optional(),
    /** Onboards under the name of a tenant that was offboarded, and could still be restored. */
    replace_offboarded: z.boolean().default(false),
    force_recreate_dataset: z.boolean().default(false),
    force_recreate_tables: z.boolean().default(false),
  });

export type Onboarding = z.infer<ReturnType<typeof onboardingSchema>>;

export interface OnboardDependencies {
  readonly runStatement: RunStatement;
  readonly datasets: TenantDatasets;
  readonly findOffboarded: FindOffboarded;
  readonly tables: readonly MetadataTable[];
  readonly tiers: Readonly<Record<string, TierQuotas>>;
  readonly defaultLocation: string;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
}

export interface OnboardedTenant extends Quotas {
  readonly tenant_id: string;
  readonly dataset: string;
  readonly location: string;
  readonly tables: readonly string[];
  readonly subscription_tier: string;
  readonly is_active: true;
  readonly api_key: string;
  readonly api_key_id: string;
  readonly created_at: string;
}

/**
 * Onboards a tenant: dataset, metadata tables, API key, and last of all the tenant row. Until the row is
 * there the tenant does not exist, and the same call again completes what an earlier one left unfinished. If
 * the row is there and nothing is forced, throws `tenant_exists` without touching anything.
 */
export async function onboardTenant(given: Onboarding, deps: OnboardDependencies): Promise<OnboardedTenant> {
  const { tenant_id } = given;
  const [other, offboarded] = await Promise.all([
    deps.datasets.findOtherSpelling(tenant_id),
    deps.findOffboarded(tenant_id),
  ]);
  if (other !== undefined) throw spelledAlike(tenant_id, other);
  if (offboarded !== undefined && offboarded.state !== 'restored') {
    // What it says is of an earlier life, where there is a tenant.
    if ((await findTenant(tenant_id, deps)) === undefined) requireFreeName(offboarded, given, deps.now());
  }
  if (given.force_recreate_dataset) await deps.datasets.deleteDataset(tenant_id);
  // This comes first: in somebody else's dataset, a table with one of our names may be anything.
  const location = await deps.datasets.ensureDataset(tenant_id, given.location ?? deps.defaultLocation);
  if (given.force_recreate_tables) {
    await Promise.all(deps.tables.map(({ name }) => deps.datasets.deleteTable(tenant_id, name)));
  } else if ((await findTenant(tenant_id, deps)) !== undefined) {
    throw tenantExists(tenant_id);
  }
  const tableTimes = await Promise.all(
    deps.tables.map((table) => deps.datasets.ensureTable(tenant_id, table)),
  );

  const now = deps.now();
  const apiKey = createApiKey(tenant_id);
  const keyId = deps.newId();
  await deps.runStatement(tenant_id, insertApiKey, {
    key_id: keyId,
    tenant_id,
    key_hash: hashApiKey(apiKey),
    last_four: lastFourOf(apiKey),
    name: 'onboarding',
    scopes: [...scopes],
    pipelines: [],
    now,
    created_by: 'onboard',
    expires_at: null,
  });

  const tier = tierOf(given, deps);
  const quotas = quotasOf(given, tier);
  const row = await insertOnce(
    `tp_onboard_${tenant_id}_${tableTimes.toSorted().at(-1)}`,
    {
      tenant_id,
      company_name: given.company_name,
      contact_email: given.contact_email ?? null,
      subscription_tier: given.subscription_tier,
      ...quotas,
      alert_at_percent: storedAlertPercents(alertPercentsOfTier(tier)).join(),
      notes: given.notes ?? null,
      onboarding_id: keyId,
      now,
    },
    deps,
  );
  if (row.onboarding_id !== keyId) {
    await deps.runStatement(tenant_id, revokeApiKey, { key_id: keyId, now });
    throw tenantExists(tenant_id);
  }
  await removeOtherKeys(tenant_id, keyId, deps);

  return {
    tenant_id,
    dataset: tenant_id,
    location,
    tables: deps.tables.map(({ name }) => name),
    subscription_tier: given.subscription_tier,
    ...quotas,
    is_active: true,
    api_key: apiKey,
    api_key_id: keyId,
    created_at: now.toISOString(),
  };
}

/**
 * Inserts the tenant row at most once per lifetime of the tenant's tables, which `id` names: of two
 * onboardings at once only one can do it. Resolves to the row that exists afterwards: its onboarding_id tells
 * which call inserted it, even if an answer was lost. If the row has been inserted before and deleted by hand, the next generation of
 * the id inserts it again.
 */
async function insertOnce(
  id: string,
  values: StatementParameters<typeof insertTenant> & { readonly tenant_id: string },
  deps: OnboardDependencies,
): Promise<TenantRow> {
  for (let generation = 0; generation < 10; generation++) {
    await deps.datasets.runOnce(values.tenant_id, `${id}_${generation}`, insertTenant, values);
    const row = await findTenant(values.tenant_id, deps);
    if (row !== undefined) return row;
  }
  throw new ServiceError('unavailable', `Tenant '${values.tenant_id}' could not be recorded. Try again.`);
}

/** The tenant row; undefined where there is none yet. */
async function findTenant(
  tenantId: string,
  { runStatement, now }: OnboardDependencies,
): Promise<TenantRow | undefined> {
  try {
    const { rows } = await runStatement(tenantId, readTenant, { tenant_id: tenantId, now: now() });
    return rows[0];
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Best effort: nobody has ever seen the other keys, and the caller must get this one. */
async function removeOtherKeys(tenantId: string, keyId: string, { runStatement, log }: OnboardDependencies) {
  try {
    await runStatement(tenantId, keepOnlyApiKey, { key_id: keyId });
  } catch (error) {
    log('WARNING', 'Keys of unfinished onboardings could not be removed', {
      tenant_id: tenantId,
      error,
    });
  }
}

function tierOf(given: Onboarding, { tiers }: OnboardDependencies): TierQuotas {
  const tier = tiers[given.subscription_tier];
  if (tier === undefined)
    throw new Error(`The tier ${given.subscription_tier} passed validation but is not defined`);
  return tier;
}

/** So long can tokens be valid that a key of the tenant's earlier life has made. */
const longestTokenMs = 60 * 60 * 1000;

/**
 * A name is free again once its tenant cannot be restored any more; earlier only for who says that it need not be:
 * a dataset of the same name ends that. In any case not while tokens of the earlier life may be valid.
 */
function requireFreeName(
  { tenant_id, state, recorded_at, restorable_until }: OffboardedTenant,
  { replace_offboarded }: Onboarding,
  now: Date,
): void {
  // When its dataset went is not known: so neither is how long the name is kept.
  if (state === 'removing') throw notRemovedYet(tenant_id);
  const waitMs = recorded_at.getTime() + longestTokenMs - now.getTime();
  const restored = `POST /api/v1/tenants/${tenant_id}/restore brings it back until ${restorable_until.toISOString()}`;
  if (now < restorable_until && !replace_offboarded) {
    const message = `Tenant '${tenant_id}' was offboarded. Nothing was changed. ${restored}. replace_offboarded gives its name to a new tenant; then the old one can never be restored.`;
    throw new ServiceError('tenant_exists', message);
  }
  if (waitMs <= 0) return;
  const message = `Tenant '${tenant_id}' was offboarded less than an hour ago: tokens of it may still be valid. Nothing was changed. ${restored}.`;
  throw new ServiceError('tenant_exists', message, { retryAfterSeconds: Math.ceil(waitMs / 1000) });
}

const notRemovedYet = (tenantId: string) =>
  new ServiceError(
    'tenant_exists',
    `Tenant '${tenantId}' is being offboarded. Nothing was changed. DELETE /api/v1/tenants/${tenantId}?confirm=${tenantId} has to be repeated until it answers 200.`,
  );

const spelledAlike = (tenantId: string, other: string) =>
  new ServiceError(
    'tenant_exists',
    `There is a tenant '${other}', whose id differs from '${tenantId}' by case only. Nothing was changed.`,
  );

const tenantExists = (tenantId: string) =>
  new ServiceError(
    'tenant_exists',
    `Tenant '${tenantId}' exists. Nothing was changed. Further API keys: POST /api/v1/tenants/${tenantId}/api-keys. force_recreate_dataset or force_recreate_tables start it anew.`,
  );
