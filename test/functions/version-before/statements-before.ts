import { z } from 'zod';
import { bool, integer, string } from '../../../shared/sql/column-schemas';
import { defineStatement } from '../../../shared/sql/define-statement';
import { slotSchema } from '../../../shared/sql/runs/find-runs';

/*
 * The statements of the version before settling that change a tenant's row, and the one with which its worker
 * begins, as they were, but for one thing: a slot's type is taken from its column, which has got fields since. It
 * appended a run to the ledger and freed its slot after that.
 */

const keyedScript = `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(tenant.active_runs, decision.admitted),
  pipeline_runs_count = tenant.pipeline_runs_count + ARRAY_LENGTH(decision.admitted),
  pipeline_runs_this_month = decision.used_this_month + ARRAY_LENGTH(decision.admitted),
  current_running_pipelines = decision.running + ARRAY_LENGTH(decision.admitted),
  quota_reset_date = decision.reset_date,
  last_pipeline_run_at = @now,
  updated_at = @now
FROM (
  SELECT
    tenant_id,
    used_this_month,
    running,
    reset_date,
    -- The new slots: the first candidates that are not known yet, as many as there is room for.
    ARRAY(
      SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE (
        run_id AS run_id,
        pipeline AS pipeline,
        parameters AS parameters,
        trigger AS trigger,
        request_hash AS request_hash,
        GREATEST(@now, TIMESTAMP(DATE_TRUNC(reset_date, MONTH))) AS admitted_at,
        TIMESTAMP_ADD(@now, INTERVAL lease_seconds SECOND) AS lease_expires_at)
      FROM (
        SELECT candidate.*, ROW_NUMBER() OVER (ORDER BY position) AS place
        FROM UNNEST(@candidates) AS candidate WITH OFFSET AS position
        LEFT JOIN (
          SELECT run_id FROM UNNEST(active_runs)
          UNION ALL
          SELECT run_id FROM UNNEST(withdrawn_runs)
        ) AS known ON known.run_id = candidate.run_id
        WHERE known.run_id IS NULL
          AND candidate.run_id NOT IN UNNEST(finished_run_ids) -- keyed
      )
      WHERE place <= LEAST(
        IFNULL(max_pipelines_per_month - used_this_month, @unlimited),
        IFNULL(max_concurrent_pipelines - running, @unlimited))
      ORDER BY place
    ) AS admitted
  FROM (
    -- The tenant as it is now: in a new month nothing is used yet, and only unexpired leases run.
    SELECT
      tenant_id,
      active_runs,
      withdrawn_runs,
      max_pipelines_per_month,
      max_concurrent_pipelines,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
      IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), DATE(@now), quota_reset_date) AS reset_date,
      (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running
      , IFNULL((SELECT ARRAY_AGG(run_id) FROM pipeline_runs WHERE run_id IN UNNEST(@keyed_run_ids)), []) AS finished_run_ids -- keyed
    FROM tenants
    WHERE tenant_id = @tenant_id AND is_active
  )
) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;

SELECT
  is_active,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, pipeline_runs_this_month) AS used_this_month,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE lease_expires_at > @now) AS running,
  ARRAY(
    SELECT AS STRUCT slot.run_id, slot.request_hash
    FROM UNNEST(active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(@candidates)) AS candidate ON candidate.run_id = slot.run_id
  ) AS admitted
  , ARRAY( -- keyed
    SELECT AS STRUCT run_id, request_hash -- keyed
    FROM pipeline_runs -- keyed
    WHERE run_id IN UNNEST(@keyed_run_ids) -- keyed
    ORDER BY recorded_at -- keyed
  ) AS finished -- keyed
FROM tenants
WHERE tenant_id = @tenant_id`;

const parameters = {
  tenant_id: 'STRING',
  now: 'TIMESTAMP',
  unlimited: 'INT64',
  candidates: [
    {
      run_id: 'STRING',
      pipeline: 'STRING',
      parameters: 'STRING',
      trigger: 'STRING',
      request_hash: 'STRING',
      lease_seconds: 'INT64',
    },
  ],
} as const;

const knownRun = z.object({ run_id: string, request_hash: string.nullable() });
const row = z.object({
  is_active: bool,
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  used_this_month: integer,
  running: integer,
  admitted: z.array(knownRun),
  finished: z.array(knownRun).default([]),
});

export const admitRunsBefore = defineStatement({
  name: 'admit-runs',
  sql: keyedScript.replace(/\n.*-- keyed$/gm, ''),
  parameters,
  row,
});

export const admitKeyedRunsBefore = defineStatement({
  name: 'admit-keyed-runs',
  sql: keyedScript,
  parameters: { ...parameters, keyed_run_ids: ['STRING'] },
  row,
});

export const releaseRunsBefore = defineStatement({
  name: 'release-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(ledger.run_ids)
    ORDER BY position),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.lease_expires_at > @now AND slot.run_id NOT IN UNNEST(ledger.run_ids)),
  updated_at = @now
FROM (
  SELECT IFNULL(ARRAY_AGG(DISTINCT run_id), []) AS run_ids
  FROM pipeline_runs
  WHERE run_id IN UNNEST(@run_ids)
) AS ledger
WHERE tenant.tenant_id = @tenant_id
  AND EXISTS (SELECT 1 FROM UNNEST(tenant.active_runs) AS slot WHERE slot.run_id IN UNNEST(ledger.run_ids));

SELECT slot.run_id
FROM tenants, UNNEST(active_runs) AS slot
WHERE tenant_id = @tenant_id AND slot.run_id IN UNNEST(@run_ids)`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.object({ run_id: string }),
});

export const withdrawRunsBefore = defineStatement({
  name: 'withdraw-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(withdrawn.run_ids)
    ORDER BY position),
  pipeline_runs_count = pipeline_runs_count - ARRAY_LENGTH(withdrawn.run_ids),
  pipeline_runs_this_month = pipeline_runs_this_month - (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.run_id IN UNNEST(withdrawn.run_ids)
      AND slot.admitted_at >= TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH))),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.lease_expires_at > @now AND slot.run_id NOT IN UNNEST(withdrawn.run_ids)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(@now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(@run_ids)
    UNION ALL
    SELECT AS STRUCT run_id, @now AS withdrawn_at FROM UNNEST(@run_ids) AS run_id),
  updated_at = @now
FROM (
  SELECT ARRAY(
    SELECT slot.run_id
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
      AND slot.run_id IN UNNEST(@run_ids)
      AND slot.run_id NOT IN (SELECT run_id FROM pipeline_runs WHERE run_id IN UNNEST(@run_ids))
  ) AS run_ids
) AS withdrawn
WHERE tenant.tenant_id = @tenant_id AND CURRENT_TIMESTAMP() < @valid_until`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP', valid_until: 'TIMESTAMP' },
  row: z.unknown(),
});

export const findRunBefore = defineStatement({
  name: 'find-run',
  sql: `
SELECT
  (
    SELECT slot
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id AND slot.run_id = @run_id
  ) AS slot,
  (SELECT onboarding_id FROM tenants WHERE tenant_id = @tenant_id) AS onboarding_id,
  (SELECT subscription_tier FROM tenants WHERE tenant_id = @tenant_id) AS subscription_tier,
  EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id = @run_id) AS is_finished`,
  parameters: { tenant_id: 'STRING', run_id: 'STRING' },
  row: z.object({
    slot: slotSchema.nullable(),
    onboarding_id: string.nullable(),
    subscription_tier: string.nullable(),
    is_finished: bool,
  }),
});
