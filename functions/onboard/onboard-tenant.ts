import type { MetadataTable } from '../../shared/definitions/tables';
import { ServiceError } from '../../shared/errors';
import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { TenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { Log } from '../../shared/log';
import type { StatementParameters } from '../../shared/sql/define-statement';
import { insertApiKey } from '../../shared/sql/keys/insert-api-key';
import { keepOnlyApiKey } from '../../shared/sql/keys/keep-only-api-key';
import { revokeApiKey } from '../../shared/sql/keys/revoke-api-key';
import { insertTenant } from '../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../shared/sql/tenants/read-tenant';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import { createApiKey, hashApiKey } from '../../shared/tenants/rules/api-key';
import { type Quotas, quotasOf } from '../../shared/tenants/rules/quotas';
import type { Onboarding } from './request';

export interface OnboardDependencies {
  readonly runStatement: RunStatement;
  readonly datasets: TenantDatasets;
  readonly tables: readonly MetadataTable[];
  readonly tiers: Readonly<Record<string, Quotas>>;
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
 * Onboards a tenant: dataset, metadata tables, API key, tenant row. The row comes last and decides: until it is there
 * the tenant does not exist, and the same call again completes what an earlier one left half-way. Throws `tenant_exists`
 * without touching anything where the row is there and nothing forces it.
 */
export async function onboardTenant(given: Onboarding, deps: OnboardDependencies): Promise<OnboardedTenant> {
  const { tenant_id } = given;
  if (given.force_recreate_dataset) await deps.datasets.deleteDataset(tenant_id);
  // First of all: in a dataset that is somebody else's, a table of a known name may be anything.
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
    name: 'onboarding',
    now,
    created_by: 'onboard',
    expires_at: null,
  });

  const quotas = quotasOf(given, tierOf(given, deps));
  const row = await insertOnce(
    `tp_onboard_${tenant_id}_${tableTimes.toSorted().at(-1)}`,
    {
      tenant_id,
      company_name: given.company_name,
      contact_email: given.contact_email,
      subscription_tier: given.subscription_tier,
      ...quotas,
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
 * Inserts the tenant row at most once for this life of the tenant's tables, which `id` names: of two onboardings at once
 * only one can. Whoever did, and whatever became of the answer: the row, which is resolved to, says whose it is. Where
 * a row that was inserted has been deleted by hand, the next generation of the id inserts it again.
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

/** Best effort: nobody was ever told those keys, and the caller must be told this one. */
async function removeOtherKeys(tenantId: string, keyId: string, { runStatement, log }: OnboardDependencies) {
  try {
    await runStatement(tenantId, keepOnlyApiKey, { key_id: keyId });
  } catch (error) {
    log('WARNING', 'Keys of onboardings that did not come to their end could not be removed', {
      tenant_id: tenantId,
      error,
    });
  }
}

function tierOf(given: Onboarding, { tiers }: OnboardDependencies): Quotas {
  const tier = tiers[given.subscription_tier];
  if (tier === undefined)
    throw new Error(`The tier ${given.subscription_tier} passed validation but is not defined`);
  return tier;
}

const tenantExists = (tenantId: string) =>
  new ServiceError(
    'tenant_exists',
    `Tenant '${tenantId}' exists. Nothing was changed. Further API keys: POST /api/v1/tenants/${tenantId}/api-keys. force_recreate_dataset or force_recreate_tables start it anew.`,
  );
