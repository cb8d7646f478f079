import { isNotFound } from '../../shared/adapters/bigquery/failures';
import type { RunStatement } from '../../shared/adapters/bigquery/run-statement';
import type { TenantDatasets } from '../../shared/adapters/bigquery/tenant-datasets';
import type { TableDefinition } from '../../shared/definitions/tables';
import { createApiKey, hashApiKey } from '../../shared/domain/api-key';
import { type Quotas, quotasOf } from '../../shared/domain/quotas';
import { ServiceError } from '../../shared/errors';
import { insertApiKey } from '../../shared/sql/insert-api-key';
import { insertTenant } from '../../shared/sql/insert-tenant';
import { keepOnlyApiKey } from '../../shared/sql/keep-only-api-key';
import { readTenant } from '../../shared/sql/read-tenant';
import { revokeApiKey } from '../../shared/sql/revoke-api-key';
import type { Onboarding } from './request';

export interface OnboardDependencies {
  readonly runStatement: RunStatement;
  readonly datasets: TenantDatasets;
  readonly tables: readonly TableDefinition[];
  readonly tiers: Readonly<Record<string, Quotas>>;
  readonly defaultLocation: string;
  readonly now: () => Date;
  readonly newId: () => string;
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
  } else if (await isOnboarded(tenant_id, deps)) {
    throw tenantExists(tenant_id);
  }
  await Promise.all(deps.tables.map((table) => deps.datasets.ensureTable(tenant_id, table)));

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
  const inserted = await deps.runStatement(tenant_id, insertTenant, {
    tenant_id,
    company_name: given.company_name,
    contact_email: given.contact_email,
    subscription_tier: given.subscription_tier,
    ...quotas,
    notes: given.notes ?? null,
    now,
  });
  if (inserted.affectedRows === 0) {
    // Another onboarding of this tenant came first. The key just recorded will never be told to anyone.
    await deps.runStatement(tenant_id, revokeApiKey, { key_id: keyId, now });
    throw tenantExists(tenant_id);
  }
  await deps.runStatement(tenant_id, keepOnlyApiKey, { key_id: keyId });

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

async function isOnboarded(tenantId: string, { runStatement, now }: OnboardDependencies): Promise<boolean> {
  try {
    const { rows } = await runStatement(tenantId, readTenant, { tenant_id: tenantId, now: now() });
    return rows.length > 0;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
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
    `Tenant '${tenantId}' exists. Nothing was changed. force_recreate_dataset or force_recreate_tables start it anew.`,
  );
