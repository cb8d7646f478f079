import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { readUsage } from '../../shared/sql/usage/read-usage';
import { orTenantNotFound } from './administer-tenant';
import { readAllTenants } from './read-all-tenants';

export interface Period {
  readonly from: Date;
  /** The first instant after the period. */
  readonly to: Date;
}

type UsageRow = Awaited<ReturnType<typeof rowsOf>>[number];

const rowsOf = async (tenantId: string, period: Period, runStatement: RunStatement) =>
  (await runStatement(tenantId, readUsage, { tenant_id: tenantId, ...period })).rows;

/** A tenant's usage by month and pipeline. Costs one BigQuery request. Throws `tenant_not_found`. */
export async function usageOfTenant(tenantId: string, period: Period, runStatement: RunStatement) {
  return shown(await orTenantNotFound(tenantId, rowsOf(tenantId, period, runStatement)));
}

/**
 * The usage of these tenants, in their order. Each costs one BigQuery request. Throws like readAllTenants.
 */
export async function usageOfTenants(
  tenantIds: readonly string[],
  period: Period,
  runStatement: RunStatement,
) {
  const read = await readAllTenants(tenantIds, (tenantId) => rowsOf(tenantId, period, runStatement));
  return read.map(({ tenantId, result }) => ({ tenant_id: tenantId, ...shown(result) }));
}

const shown = (rows: readonly UsageRow[]) => ({
  total: totalOf(rows),
  usage: rows.map(({ month, pipeline, ...row }) => ({ month, pipeline, ...measuresOf(row) })),
});

type Measures = Omit<UsageRow, 'month' | 'pipeline'>;

const nothing: Measures = {
  runs: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  in_flight: 0,
  slot_ms: 0,
  duration_ms: 0,
  rows_written: 0,
  bytes_processed: 0,
  bytes_billed: 0,
};

const totalOf = (rows: readonly UsageRow[]) =>
  measuresOf(
    rows.reduce<Measures>(
      (sum, row) => ({
        runs: sum.runs + row.runs,
        completed: sum.completed + row.completed,
        failed: sum.failed + row.failed,
        cancelled: sum.cancelled + row.cancelled,
        in_flight: sum.in_flight + row.in_flight,
        slot_ms: sum.slot_ms + row.slot_ms,
        duration_ms: sum.duration_ms + row.duration_ms,
        rows_written: sum.rows_written + row.rows_written,
        bytes_processed: sum.bytes_processed + row.bytes_processed,
        bytes_billed: sum.bytes_billed + row.bytes_billed,
      }),
      nothing,
    ),
  );

/** The figures of some runs. `runs` is the sum of `runs_by_status`. */
const measuresOf = ({ runs, completed, failed, cancelled, in_flight, ...rest }: Measures) => ({
  runs,
  runs_by_status: { COMPLETED: completed, FAILED: failed, CANCELLED: cancelled, ADMITTED: in_flight },
  ...rest,
});
