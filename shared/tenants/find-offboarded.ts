import { isNotFound } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { findOffboardedTenant, type OffboardedTenant } from '../sql/control/find-offboarded-tenant';
import { type RetryOptions, retrying } from '../support/retry';

/** The last offboarding of a tenant; undefined where it never was offboarded. One statement. */
export type FindOffboarded = (tenantId: string) => Promise<OffboardedTenant | undefined>;

export const createFindOffboarded =
  (controlDataset: string, runStatement: RunStatement, policy: RetryOptions): FindOffboarded =>
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
