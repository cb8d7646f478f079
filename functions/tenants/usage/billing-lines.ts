import { type BillableDay, listBillableDays } from '../../../shared/sql/usage/list-billable-days';
import { type BillableRun, listBillableRuns } from '../../../shared/sql/usage/list-billable-runs';
import type { BillingLines } from './billing-export';

/** A line for each run. */
export const billableRuns: BillingLines<BillableRun> = {
  read: async (tenantId, { from, to }, after, limit, runStatement) => {
    const { rows } = await runStatement(tenantId, listBillableRuns, {
      tenant_id: tenantId,
      from,
      to,
      after_at: after === undefined ? null : new Date(after.at),
      after_id: after?.id ?? null,
      limit,
    });
    return rows;
  },
  placeOf: ({ admitted_at, run_id }) => ({ at: admitted_at.toISOString(), id: run_id }),
};

/** A line for each day and pipeline. */
export const billableDays: BillingLines<BillableDay> = {
  read: async (tenantId, { from, to }, after, limit, runStatement) => {
    const { rows } = await runStatement(tenantId, listBillableDays, {
      tenant_id: tenantId,
      from,
      to,
      after_day: after?.at ?? null,
      after_pipeline: after?.id ?? null,
      limit,
    });
    return rows;
  },
  placeOf: ({ day, pipeline }) => ({ at: day, id: pipeline }),
};
