import { defineStatement } from '../define-statement';
import {
  andWanted,
  changedRow,
  changeParameters,
  noteChange,
  selectChanged,
  versionParameters,
  whereNotMade,
} from './tenant-change';

/**
 * A quota after the change. One that is to be kept where it is the tenant's own stays if it differs from that of
 * the tier before; also if there is no such tier any more, because then nobody can tell. What NULL means is compared
 * as `ofNull`: unlimited, which is no number, as -1, because no quota is below 0.
 */
const quotaAfter = (column: string, name: string, ofNull = -1): string => `
  ${column} = IF(
    @sets_${name} AND NOT (@keeps_${name} AND NOT EXISTS (
      SELECT 1
      FROM UNNEST(@tiers) AS tier
      WHERE tier.name = tenant.subscription_tier AND IFNULL(tier.${column}, ${ofNull}) = IFNULL(tenant.${column}, ${ofNull}))),
    @${column},
    ${column}),`;

/**
 * Sets the quotas and the tier that are marked as given (null is a value: unlimited), unless the row is of another
 * version than is wanted, and reads it back.
 */
export const changeQuotas = defineStatement({
  name: 'change-quotas',
  sql: `
UPDATE tenants AS tenant
SET
  subscription_tier = IFNULL(@subscription_tier, subscription_tier),${[
    quotaAfter('max_pipelines_per_month', 'monthly'),
    quotaAfter('max_concurrent_pipelines', 'concurrent'),
    quotaAfter('max_bytes_billed_per_month', 'bytes'),
    quotaAfter('max_queued_pipelines', 'queued', 0),
  ].join('')}
  alert_at_percent = IF(@sets_alerts, @alert_at_percent, alert_at_percent),${noteChange}${whereNotMade}${andWanted}${selectChanged}`,
  parameters: {
    ...changeParameters,
    ...versionParameters,
    subscription_tier: 'STRING',
    sets_monthly: 'BOOL',
    keeps_monthly: 'BOOL',
    max_pipelines_per_month: 'INT64',
    sets_concurrent: 'BOOL',
    keeps_concurrent: 'BOOL',
    max_concurrent_pipelines: 'INT64',
    sets_bytes: 'BOOL',
    keeps_bytes: 'BOOL',
    max_bytes_billed_per_month: 'INT64',
    sets_queued: 'BOOL',
    keeps_queued: 'BOOL',
    max_queued_pipelines: 'INT64',
    sets_alerts: 'BOOL',
    alert_at_percent: ['INT64'],
    /** What each tier brings. */
    tiers: [
      {
        name: 'STRING',
        max_pipelines_per_month: 'INT64',
        max_concurrent_pipelines: 'INT64',
        max_bytes_billed_per_month: 'INT64',
        max_queued_pipelines: 'INT64',
      },
    ],
  },
  row: changedRow,
});
