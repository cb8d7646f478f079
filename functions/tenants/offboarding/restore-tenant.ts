import { ServiceError } from '../../../shared/errors';
import { isDuplicate, isNotFound, isRetryable } from '../../../shared/google/bigquery/failures';
import type { OffboardedTenant } from '../../../shared/sql/control/find-offboarded-tenant';
import { restoreTenant } from '../../../shared/sql/tenants/restore-tenant';
import type { TenantRow } from '../../../shared/sql/tenants/tenant-row';
import { retrying } from '../../../shared/support/retry';
import { within } from '../../../shared/support/time-limits';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { tenantOffboarding, tenantPolicy } from '../administer-tenant';
import type { OffboardDependencies } from './offboard-tenant';

type RestoreDependencies = Pick<
  OffboardDependencies,
  'runStatement' | 'datasets' | 'records' | 'now' | 'log'
>;

/**
 * Brings an offboarded tenant back as it was when its dataset was removed, suspended: its counters, ledger and keys
 * are those of its dataset. The same call again does what an earlier one left. Resolves to the tenant's row; undefined
 * where the dataset is back, and nothing more could be done yet.
 *
 * Throws `tenant_not_found` where there is nothing to bring back, `tenant_offboarding` where it is not removed yet,
 * and `tenant_exists` where it is there again already.
 *
 * @param leftMs how long the answer can still wait, in milliseconds
 */
export async function restoreOffboarded(
  tenantId: string,
  leftMs: () => number,
  deps: RestoreDependencies,
): Promise<TenantRow | undefined> {
  const { datasets, records, runStatement, now } = deps;
  const inTime = <T>(work: Promise<T>) => within(leftMs(), 'BigQuery', work);
  /** What failed for a while must not hide from the audit log what was done before. */
  const ifPossible = async <T>(work: Promise<T>): Promise<T | 'not yet'> => {
    try {
      return await inTime(work);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const text = 'The dataset of a tenant is back, but not all of its restoring could be done yet';
      deps.log('WARNING', text, { tenant_id: tenantId, error });
      return 'not yet';
    }
  };
  const known = await inTime(records.find(tenantId));
  if (known === undefined) throw tenantNotFound(tenantId);
  // Until it is known to be removed, an earlier call may still remove it.
  if (known.state === 'removing') throw tenantOffboarding(tenantId);
  try {
    await inTime(datasets.undeleteDataset(tenantId));
  } catch (error) {
    if (isNotFound(error)) throw goneForEver(known);
    if (!isDuplicate(error)) throw error;
    if (known.state === 'restored') throw isThere(tenantId);
  }
  const parameters = { tenant_id: tenantId, now: now(), onboarding_id: known.onboarding_id ?? '' };
  const restoring = retrying(tenantPolicy, () => runStatement(tenantId, restoreTenant, parameters));
  const restored = await ifPossible(restoring);
  if (restored === 'not yet') return undefined;
  const [row] = restored.rows;
  // It was onboarded anew, in a dataset of its own.
  if (row === undefined || row.onboarding_id !== known.onboarding_id) throw isThere(tenantId);
  // Where this fails the tenant is there all the same, and who looks at the record looks at its row, too.
  await ifPossible(records.append({ ...known, state: 'restored', recorded_at: now() }));
  return row;
}

const isThere = (tenantId: string) =>
  new ServiceError('tenant_exists', `Tenant '${tenantId}' is there: there is nothing to restore.`);

const goneForEver = ({ tenant_id, restorable_until }: OffboardedTenant) =>
  new ServiceError(
    'tenant_not_found',
    `Tenant '${tenant_id}' was offboarded, and cannot be restored any more. That was possible until ${restorable_until.toISOString()}, unless a dataset of its name was made meanwhile.`,
  );
