import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { findOffboardedTenant, type OffboardedTenant } from '../sql/control/find-offboarded-tenant';
import { retrying } from '../support/retry';

/** The last offboarding of a tenant; undefined where it never was offboarded. One statement. */
export type FindOffboarded = (tenantId: string) => Promise<OffboardedTenant | undefined>;

const policy = { budgetMs: 8_000, initialBackoffMs: 50, maximumBackoffMs: 1_000, isRetryable };

export const createFindOffboarded =
  (controlDataset: string, runStatement: RunStatement): FindOffboarded =>
  async (tenantId) => {
    try {
      const ask = () => runStatement(controlDataset, findOffboardedTenant, { tenant_id: tenantId });
      return (await retrying(policy, ask)).rows[0];
    } catch (error) {
      // There is no such table as long as nobody was ever offboarded.
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
