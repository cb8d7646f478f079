import { z } from 'zod';
import { integer, string } from '../column-schemas';
import { tenantColumns, tenantRow } from './tenant-row';

/*
 * What administrators' changes of a tenant have in common. Each has an id, and the row keeps the last ten with the
 * quotas that were there before. So one UPDATE decides whether the change is made, and the row that is read afterwards
 * says whether it was, what it has overwritten and what it has made of it, whatever came in between. A repeat changes
 * nothing.
 */

/** Of the parameters. */
export const changeParameters = {
  tenant_id: 'STRING',
  now: 'TIMESTAMP',
  change_id: 'STRING',
} as const;

/** Of the parameters of a change that may ask for a version. */
export const versionParameters = {
  /** Whether the row may be of any version. */
  takes_any_version: 'BOOL',
  /** Else one of these. */
  versions: ['STRING'],
} as const;

/** What names a version of the row, in this and in any other life of the tenant: see versionOf. */
const versionText = `CONCAT(IFNULL(onboarding_id, ''), '-', CAST(IFNULL(version, 0) AS STRING))`;

/** Of the UPDATE's SET. */
export const noteChange = `
  version = IFNULL(version, 0) + 1,
  recent_changes = ARRAY_CONCAT(
    ARRAY(
      SELECT change
      FROM UNNEST(tenant.recent_changes) AS change WITH OFFSET AS position
      WHERE position > ARRAY_LENGTH(tenant.recent_changes) - 10
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT tenant.recent_changes[SAFE_OFFSET(-1)].* REPLACE (
        @change_id AS change_id,
        @now AS changed_at,
        tenant.subscription_tier AS subscription_tier,
        tenant.max_pipelines_per_month AS max_pipelines_per_month,
        tenant.max_concurrent_pipelines AS max_concurrent_pipelines,
        tenant.max_bytes_billed_per_month AS max_bytes_billed_per_month,
        tenant.max_queued_pipelines AS max_queued_pipelines))),
  updated_at = @now`;

/** The UPDATE's WHERE, to which more conditions may be added. */
export const whereNotMade = `
WHERE tenant_id = @tenant_id
  AND @change_id NOT IN UNNEST(ARRAY(SELECT change_id FROM UNNEST(recent_changes)))`;

export const andWanted = `
  AND (@takes_any_version OR ${versionText} IN UNNEST(@versions))`;

/** A column as the change has made it: as the next change has found it, or as it is. */
const madeOf = (column: string): string =>
  `IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].${column}, tenants.${column})`;

/** The SELECT of the row after the UPDATE. */
export const selectChanged = `;

SELECT${tenantColumns},
  ARRAY(
    SELECT AS STRUCT
      subscription_tier, max_pipelines_per_month, max_concurrent_pipelines, max_bytes_billed_per_month,
      IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines
    FROM UNNEST(recent_changes)
    WHERE change_id = @change_id
  ) AS before,
  ARRAY(
    SELECT AS STRUCT
      ${madeOf('subscription_tier')} AS subscription_tier,
      ${madeOf('max_pipelines_per_month')} AS max_pipelines_per_month,
      ${madeOf('max_concurrent_pipelines')} AS max_concurrent_pipelines,
      ${madeOf('max_bytes_billed_per_month')} AS max_bytes_billed_per_month,
      IFNULL(${madeOf('max_queued_pipelines')}, 0) AS max_queued_pipelines
    FROM UNNEST(recent_changes) AS change WITH OFFSET AS position
    WHERE change.change_id = @change_id
  ) AS made
FROM tenants
WHERE tenant_id = @tenant_id`;

const changedQuotas = z.object({
  subscription_tier: string.nullable(),
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  max_bytes_billed_per_month: integer.nullable(),
  max_queued_pipelines: integer,
});

/**
 * The row, its quotas before the change, and what the change has made of them: which is not what the row has, where
 * another change came in between. Nothing where the change was not made.
 */
export const changedRow = tenantRow.extend({
  before: z.array(changedQuotas),
  made: z.array(changedQuotas),
});

export type ChangedRow = z.infer<typeof changedRow>;
