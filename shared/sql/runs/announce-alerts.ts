import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Marks entries of `quota_alerts` as announced, and drops announced ones of earlier months. `alerts` names them as
 * alertKey does (shared/runs/rules/quota-alerts.ts).
 */
export const announceAlerts = defineStatement({
  name: 'announce-alerts',
  sql: `
UPDATE tenants AS tenant
SET
  quota_alerts = ARRAY(
    SELECT AS STRUCT alert.* REPLACE (IF(told.is_told, IFNULL(alert.announced_at, @now), alert.announced_at) AS announced_at)
    FROM UNNEST(tenant.quota_alerts) AS alert WITH OFFSET AS position,
      UNNEST([STRUCT(
        CONCAT(
          alert.quota, ' ', CAST(alert.month AS STRING), ' ', CAST(alert.percent AS STRING), ' ', CAST(alert.quota_limit AS STRING)
        ) IN UNNEST(@alerts) AS is_told)]) AS told
    WHERE alert.month >= DATE_TRUNC(tenant.quota_reset_date, MONTH)
      OR NOT (told.is_told OR alert.announced_at IS NOT NULL)
    ORDER BY position),
  updated_at = @now
WHERE tenant_id = @tenant_id AND IFNULL(onboarding_id, '') = @onboarding_id`,
  parameters: {
    tenant_id: 'STRING',
    /** Empty for a tenant that was onboarded before there were onboarding ids. */
    onboarding_id: 'STRING',
    now: 'TIMESTAMP',
    alerts: ['STRING'],
  },
  row: z.unknown(),
});
