import { isNotFound } from '../../../shared/google/bigquery/failures';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ReadTenantSummary } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { readAllUsage } from '../../../shared/sql/control/read-all-usage';
import { readUsage } from '../../../shared/sql/usage/read-usage';
import { type UsageFigures, type UsageSums, usageFigures } from '../../../shared/tenants/rules/usage-figures';
import { orTenantNotFound, tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { type QuotaUse, quotaUseOf } from './quota-use';

export interface Period {
  readonly from: Date;
  /** The first instant after the period. */
  readonly to: Date;
}

/** How the usage is parted. */
export interface Parts {
  readonly granularity: 'day' | 'month';
  readonly group_by: 'pipeline' | 'status';
}

export interface UsageReaders {
  readonly runStatement: RunStatement;
  readonly readTenantSummary: ReadTenantSummary;
  readonly now: () => Date;
  /** What BigQuery is taken to cost for each TiB that it bills. */
  readonly pricePerTib: number;
}

export interface AllUsageReaders extends Pick<UsageReaders, 'runStatement' | 'pricePerTib'> {
  /** The dataset of `all_runs`. */
  readonly controlDataset: string;
}

/** Usage as it is shown: in all, and for each part. */
export interface ShownUsage {
  readonly total: UsageFigures;
  readonly usage: readonly (UsageFigures & {
    /** Such as 2026-11, or with `day` 2026-11-30. */
    readonly month?: string;
    readonly day?: string;
    readonly pipeline?: string;
    readonly status?: string;
  })[];
}

/**
 * A tenant's usage by parts, and how much of this month's quota is used. Costs one BigQuery request and a read that is
 * free of charge. Throws `tenant_not_found`.
 */
export async function usageOfTenant(
  tenantId: string,
  period: Period,
  parts: Parts,
  readers: UsageReaders,
): Promise<ShownUsage & QuotaUse> {
  const [usage, summary] = await orTenantNotFound(
    tenantId,
    Promise.all([usageOf(tenantId, period, parts, readers), readers.readTenantSummary(tenantId)]),
  );
  if (summary === undefined) throw tenantNotFound(tenantId);
  return { ...quotaUseOf(summary, readers.now()), ...usage };
}

/**
 * What tenants have used by their runs that are over, in the order of their ids: `limit` tenants behind `after`, and
 * where the next page begins. Those without such runs are left out. One statement, over the control dataset.
 */
export async function usageOfAllTenants(
  { from, to }: Period,
  parts: Parts,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
  { runStatement, controlDataset, pricePerTib }: AllUsageReaders,
) {
  const { rows } = await runStatement(controlDataset, readAllUsage, {
    from,
    to,
    by_day: parts.granularity === 'day',
    by_status: parts.group_by === 'status',
    after_tenant: after ?? null,
    // One tenant more than asked for shows whether there is a next page.
    limit: limit + 1,
  }).catch((error: unknown) => {
    // No run has ended yet.
    if (isNotFound(error)) return { rows: [] };
    throw error;
  });
  const sumsOf = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) {
    const sums = sumsOf.get(row.tenant_id);
    if (sums === undefined) sumsOf.set(row.tenant_id, [row]);
    else sums.push(row);
  }
  const tenants = [...sumsOf]
    .slice(0, limit)
    .map(([tenantId, sums]) => ({ tenant_id: tenantId, ...shownUsage(sums, parts, pricePerTib) }));
  return { tenants, next: sumsOf.size > limit ? tenants.at(-1)?.tenant_id : undefined };
}

async function usageOf(
  tenantId: string,
  { from, to }: Period,
  { granularity, group_by }: Parts,
  { runStatement, pricePerTib }: Pick<UsageReaders, 'runStatement' | 'pricePerTib'>,
): Promise<ShownUsage> {
  const { rows } = await runStatement(tenantId, readUsage, {
    tenant_id: tenantId,
    from,
    to,
    by_day: granularity === 'day',
    by_status: group_by === 'status',
  });
  return shownUsage(rows, { granularity, group_by }, pricePerTib);
}

/** The row of all, and one for each part. */
function shownUsage(
  rows: readonly (UsageSums & { readonly period: string | null; readonly name: string | null })[],
  { granularity, group_by }: Parts,
  pricePerTib: number,
): ShownUsage {
  const all = rows.find(({ period }) => period === null);
  return {
    total: usageFigures(all, pricePerTib),
    usage: rows.flatMap((row) =>
      row.period === null || row.name === null
        ? []
        : [{ [granularity]: row.period, [group_by]: row.name, ...usageFigures(row, pricePerTib) }],
    ),
  };
}
