import { ServiceError } from '../../shared/errors';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { TenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { within } from '../../shared/support/time-limits';
import type { FindOffboarded } from '../../shared/tenants/find-offboarded';

/** What an onboarding asks of BigQuery. */
interface Backends {
  readonly runStatement: RunStatement;
  readonly datasets: TenantDatasets;
  readonly findOffboarded: FindOffboarded;
}

/** The time of one onboarding. */
export interface OnboardingTime {
  /** How much of it is left, in milliseconds. */
  readonly leftMs: () => number;
  /**
   * The same backends, until the time is up: then what is under way is given up, and nothing more is sent. So
   * a caller that was told 503 does not find later that its tenant was made without it, but for a last call
   * that BigQuery still carries out. Calls throw `unavailable`.
   */
  readonly bound: <T extends Backends>(backends: T, tenantId: string) => T;
}

/** Timers may fire so much early. In milliseconds. */
const timersEarlyMs = 5;

export function createOnboardingTime(longestMs: number, monotonicMs: () => number): OnboardingTime {
  const until = monotonicMs() + longestMs;
  const leftMs = () => Math.max(0, until - monotonicMs());
  const limited = async <T>(tenantId: string, call: () => Promise<T>): Promise<T> => {
    const left = leftMs();
    if (left === 0) throw tooLate(tenantId);
    try {
      return await within(left, 'BigQuery', call());
    } catch (error) {
      throw leftMs() <= timersEarlyMs ? tooLate(tenantId, error) : error;
    }
  };
  return {
    leftMs,
    bound: (backends, tenantId) => {
      const { datasets, runStatement } = backends;
      const limit = <T>(call: () => Promise<T>) => limited(tenantId, call);
      return {
        ...backends,
        findOffboarded: (id) => limit(() => backends.findOffboarded(id)),
        runStatement: (dataset, statement, parameters, options) =>
          limit(() => runStatement(dataset, statement, parameters, options)),
        datasets: {
          findOtherSpelling: (dataset) => limit(() => datasets.findOtherSpelling(dataset)),
          ensureDataset: (dataset, location) => limit(() => datasets.ensureDataset(dataset, location)),
          ensureTable: (dataset, table) => limit(() => datasets.ensureTable(dataset, table)),
          hasTable: (dataset, table) => limit(() => datasets.hasTable(dataset, table)),
          upgradeTable: (dataset, table) => limit(() => datasets.upgradeTable(dataset, table)),
          runOnce: (dataset, id, statement, parameters) =>
            limit(() => datasets.runOnce(dataset, id, statement, parameters)),
          deleteDataset: (dataset, check) => limit(() => datasets.deleteDataset(dataset, check)),
          undeleteDataset: (dataset) => limit(() => datasets.undeleteDataset(dataset)),
          deleteTable: (dataset, table) => limit(() => datasets.deleteTable(dataset, table)),
        },
      };
    },
  };
}

const tooLate = (tenantId: string, cause?: unknown): ServiceError =>
  new ServiceError(
    'unavailable',
    `Tenant '${tenantId}' could not be onboarded in time. The same call again completes what was begun. Should it answer that the tenant exists, POST /api/v1/tenants/${tenantId}/api-keys makes its key.`,
    { retryAfterSeconds: 5, cause },
  );
