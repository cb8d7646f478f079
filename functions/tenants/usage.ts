import { ServiceError } from '../../shared/errors';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { readUsage } from '../../shared/sql/usage/read-usage';
import { forEachBounded } from '../../shared/support/for-each-bounded';
import { retrying } from '../../shared/support/retry';
import { orTenantNotFound } from './administer-tenant';

export interface Period {
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
}

type UsageRow = Awaited<ReturnType<typeof rowsOf>>[number];

/** Statements under way at once: of tenants of their own, which do not hold each other up. */
const concurrency = 16;
const retryPolicy = { budgetMs: 10_000, initialBackoffMs: 200, maximumBackoffMs: 2_000, isRetryable };

const rowsOf = async (tenantId: string, period: Period, runStatement: RunStatement) =>
  (await runStatement(tenantId, readUsage, { tenant_id: tenantId, ...period })).rows;

/** A tenant's usage by month and pipeline: one BigQuery request. Throws `tenant_not_found`. */
export async function usageOfTenant(tenantId: string, period: Period, runStatement: RunStatement) {
  return shown(await orTenantNotFound(tenantId, rowsOf(tenantId, period, runStatement)));
}

/**
 * The usage of several tenants, each by one BigQuery request (or more, where it failed in passing), in their order. All
 * of them or none: throws `unavailable` naming those that could not be read. A tenant that has been deleted meanwhile,
 * or is not onboarded to its end, has used nothing and is left out.
 */
export async function usageOfTenants(
  tenantIds: readonly string[],
  period: Period,
  runStatement: RunStatement,
) {
  const read = await forAllOrNone(tenantIds, (tenantId) => rowsOf(tenantId, period, runStatement));
  return read.map(({ tenantId, result }) => ({ tenant_id: tenantId, ...shown(result) }));
}

/** Throws `unavailable` where it fails for one of the tenants: what is left out must not look like nothing used. */
export async function forAllOrNone<T>(tenantIds: readonly string[], read: (tenantId: string) => Promise<T>) {
  const results = new Map<string, T>();
  const failures = new Map<string, unknown>();
  await forEachBounded(tenantIds, concurrency, async (tenantId) => {
    try {
      results.set(tenantId, await retrying(retryPolicy, () => read(tenantId)));
    } catch (error) {
      if (!isNotFound(error)) failures.set(tenantId, error);
    }
  });
  const [cause] = failures.values();
  if (cause !== undefined) {
    throw new ServiceError(
      'unavailable',
      `${failures.size} of ${tenantIds.length} tenants could not be read`,
      {
        members: { failed_tenants: [...failures.keys()] },
        retryAfterSeconds: 5,
        cause,
      },
    );
  }
  return tenantIds.flatMap((tenantId) => {
    const result = results.get(tenantId);
    return result === undefined ? [] : [{ tenantId, result }];
  });
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

/** `runs` is the sum of those by status. */
const measuresOf = ({ runs, completed, failed, cancelled, in_flight, ...rest }: Measures) => ({
  runs,
  runs_by_status: { COMPLETED: completed, FAILED: failed, CANCELLED: cancelled, ADMITTED: in_flight },
  ...rest,
});
