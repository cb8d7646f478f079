import type { TenantRecord } from '../cloud/tables';

/**
 * The ids of the events that are to tell that the month's count has moved on: each share of the quota that it passes is
 * told by an event.
 */
export function crossings(
  tenantId: string,
  before: TenantRecord | undefined,
  tenant: TenantRecord,
): readonly string[] {
  const { max_pipelines_per_month: limit, pipeline_runs_this_month: used } = tenant;
  const month = tenant.quota_reset_date.slice(0, 7);
  const usedBefore = before?.quota_reset_date.startsWith(month) ? before.pipeline_runs_this_month : 0;
  return (limit === null ? [] : [80, 100])
    .filter((percent) => {
      const share = ((limit ?? 0) * percent) / 100;
      return usedBefore < share && used >= share;
    })
    .map((percent) => `quota.threshold-${tenantId}-first-monthly-${month}-${percent}-${limit}`);
}
