import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ReadTenantSummary } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { readUsage } from '../../../shared/sql/usage/read-usage';
import { type UsageFigures, usageFigures } from '../../../shared/tenants/rules/usage-figures';
import { orTenantNotFound, tenantNotFound } from '../administer-tenant';
import { readAllTenants } from '../read-all-tenants';
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

export const byMonthAndPipeline: Parts = { granularity: 'month', group_by: 'pipeline' };

export interface UsageReaders {
  readonly runStatement: RunStatement;
  readonly readTenantSummary: ReadTenantSummary;
  readonly now: () => Date;
  /** What BigQuery is taken to cost for each TiB that it bills. */
  readonly pricePerTib: number;
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
 * The usage of these tenants by month and pipeline, in their order. Each costs one BigQuery request. Throws like
 * readAllTenants.
 */
export async function usageOfTenants(tenantIds: readonly string[], period: Period, readers: UsageReaders) {
  const read = await readAllTenants(tenantIds, (tenantId) =>
    usageOf(tenantId, period, byMonthAndPipeline, readers),
  );
  return read.map(({ tenantId, result }) => ({ tenant_id: tenantId, ...result }));
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
