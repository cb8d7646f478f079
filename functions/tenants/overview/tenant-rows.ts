import { ServiceError } from '../../../shared/errors';
import type { ListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import type { ReadAdmissionState } from '../../../shared/google/bigquery/tables/read-admission-state';
import type { Log } from '../../../shared/log';
import type { Clock } from '../../../shared/support/clock';
import { createKept } from '../../../shared/support/kept';
import { createPace } from '../../../shared/support/pace';
import { readTenants } from '../read-all-tenants';
import type { ReadTenant } from './quota-shares';

export interface TenantRowsDependencies {
  readonly listTenantPage: ListTenantPage;
  readonly readAdmissionState: ReadAdmissionState;
  readonly clock: Clock;
  readonly log: Log;
}

/** The tenants' rows as they were at one time. */
export interface TenantRows {
  readonly readAt: Date;
  readonly tenants: readonly ReadTenant[];
  /** How many could not be read. */
  readonly failed: number;
  /** Whether there are tenants that were not read: those of the first ones only are. */
  readonly isMore: boolean;
}

export interface ReadTenantRows {
  /** Half a minute old at most, but where reading them takes long. */
  readonly recent: () => Promise<TenantRows>;
  /** As new as the pace of reading allows: five seconds old at most where the tenants are few. */
  readonly newest: () => Promise<TenantRows>;
  /** This tenant's alone, as it is now. */
  readonly ofTenant: (tenantId: string) => Promise<TenantRows>;
}

/**
 * So many tenants' rows are read, at this pace: some 6 s. BigQuery takes 100 such calls a second of a caller
 * (https://cloud.google.com/bigquery/quotas#api_request_quotas).
 */
export const mostTenantsRead = 500;
const readsPerSecond = 80;
const readAtOnce = 32;
/** They are read again after so long, in milliseconds; where reading takes long, after so long a rest at most. */
const keptMs = 30_000;
const newestKeptMs = 5_000;
/** However often they are asked for, most of the time the pace of reading is left to other calls. */
const restsPerReading = 4;

/**
 * Reads all tenants' rows for operators' views, free of charge; they are kept by the instance, so how often BigQuery is
 * asked does not depend on how often it is looked. A tenant that cannot be read is left out and counted. Throws
 * `unavailable` where none can be read.
 */
export function createReadTenantRows(deps: TenantRowsDependencies): ReadTenantRows {
  const { clock } = deps;
  const pace = createPace(readsPerSecond, clock);
  const readAdmissionState: ReadAdmissionState = async (...asked) => {
    await pace();
    return await deps.readAdmissionState(...asked);
  };
  let tookMs = 0;
  const read = async () => {
    const beganMs = clock.monotonicMs();
    const rows = await readNow({ ...deps, readAdmissionState });
    tookMs = clock.monotonicMs() - beganMs;
    return rows;
  };
  // The first tenant is waited for.
  const kept = createKept(read, keptMs, clock, ({ tenants }) => tenants.length > 0);
  const newestMs = () => Math.max(newestKeptMs, tookMs + Math.min(keptMs, tookMs * restsPerReading));
  return {
    recent: () => kept(Math.max(keptMs, newestMs())),
    newest: () => kept(newestMs()),
    ofTenant: (tenantId) =>
      readNow({ ...deps, listTenantPage: async () => ({ tenantIds: [tenantId], nextPageToken: undefined }) }),
  };
}

async function readNow({
  listTenantPage,
  readAdmissionState,
  clock,
  log,
}: TenantRowsDependencies): Promise<TenantRows> {
  const { tenantIds, isMore } = await firstTenants(listTenantPage);
  const readAt = clock.now();
  const { found, failures } = await readTenants(
    tenantIds,
    (id) => readAdmissionState(id, readAt),
    readAtOnce,
  );
  const [cause] = failures.values();
  if (cause !== undefined) {
    if (found.length === 0)
      throw new ServiceError('unavailable', `None of ${failures.size} tenants could be read`, {
        retryAfterSeconds: 5,
        cause,
      });
    const failed_tenants = [...failures.keys()];
    log('WARNING', 'Operators see no tenants that could not be read', { failed_tenants, error: cause });
  }
  // Without its row a tenant is not there yet.
  const tenants = found.flatMap(({ tenantId, result }) =>
    result === undefined ? [] : [{ tenantId, tenant: result }],
  );
  return { readAt, tenants, failed: failures.size, isMore };
}

/** A page may have fewer than asked for, and others behind it. */
async function firstTenants(listTenantPage: ListTenantPage) {
  const tenantIds: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await listTenantPage({ pageToken, maxResults: mostTenantsRead - tenantIds.length });
    tenantIds.push(...page.tenantIds);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && tenantIds.length < mostTenantsRead);
  return { tenantIds, isMore: pageToken !== undefined };
}
