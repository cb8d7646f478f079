import { z } from 'zod';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { tenantFields } from '../../../shared/http/tenant-in-query';
import { listAllPipelineStatistics } from '../../../shared/sql/control/list-all-pipeline-statistics';
import { listPipelineStatistics } from '../../../shared/sql/usage/list-pipeline-statistics';
import { rowsOfTenant } from '../../../shared/tenants/tenant-not-found';

const mostDays = 90;
const expectedDays = `expected a whole number of days from 1 to ${mostDays}`;

/** The query of `GET …/pipelines/statistics`. */
export const statisticsQuerySchema = z.strictObject({
  ...tenantFields,
  days: z
    .string()
    .regex(/^[0-9]{1,2}$/, expectedDays)
    .transform(Number)
    .refine((days) => days >= 1 && days <= mostDays, expectedDays)
    .default(30),
});

/**
 * How runs of each pipeline ended that were admitted in the last days: of a tenant, or of all together. One statement.
 * @param controlDataset where the runs of all tenants are
 */
export async function readPipelineStatistics(
  { tenantId, isAdmin }: { readonly tenantId: string | undefined; readonly isAdmin: boolean },
  period: { readonly days: number; readonly now: Date },
  { runStatement, controlDataset }: { readonly runStatement: RunStatement; readonly controlDataset: string },
) {
  const { days, now: to } = period;
  const from = new Date(to.getTime() - days * 86_400_000);
  const rows =
    tenantId === undefined
      ? await rowsOrNone(runStatement(controlDataset, listAllPipelineStatistics, { from, to }))
      : await rowsOfTenant(
          { tenantId, isAdmin },
          runStatement(tenantId, listPipelineStatistics, { tenant_id: tenantId, from, to }),
        );
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    pipelines: rows.map(({ last_run_at, last_failed_at, ...row }) => ({
      ...row,
      success_rate: successRate(row),
      last_run_at: last_run_at.toISOString(),
      last_failed_at: last_failed_at?.toISOString() ?? null,
    })),
  };
}

/** Which part of the runs that came to an end by themselves completed, 0 to 1; null where there are none. */
export function successRate({
  completed,
  failed,
}: {
  readonly completed: number;
  readonly failed: number;
}): number | null {
  return completed + failed === 0 ? null : completed / (completed + failed);
}
