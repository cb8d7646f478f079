import { z } from 'zod';
import { defaultAlertPercents, type QuotaAlert } from '../../runs/rules/quota-alerts';
import { date, integer, string, timestamp } from '../column-schemas';

/** An entry of `quota_alerts`. */
export const alertSchema: z.ZodType<QuotaAlert> = z.object({
  quota: z.enum(['monthly', 'bytes']),
  month: date,
  percent: integer,
  used: integer,
  quota_limit: integer,
  run_id: string,
  reached_at: timestamp,
  announced_at: timestamp.nullable(),
});

/** As many as have to be used for this share of the quota: rounded up. */
const reached = (limit: string): string => `DIV(share * ${limit} + 99, 100)`;

/**
 * The entries of `quota_alerts` that a write adds by which so much more of a monthly quota is used: one for each
 * share of it that is not used before the write, and is used after it. Part of the UPDATE that counts, so that
 * it is as exact as the count: of any number of writes, exactly one crosses.
 *
 * A share of a quota is told once a month. A withdrawal lets the count go back, and it may cross again: then
 * there is an entry for this month, share and quota. A quota that is changed has thresholds of its own: those
 * that lie ahead are told when they are reached, and those that its new number leaves behind are not, because
 * nothing has crossed them. An unlimited quota (NULL) has none, and a share of 0 is never crossed.
 */
const crossedAlerts = (crossing: {
  readonly quota: QuotaAlert['quota'];
  /** Of the tenant: the quota, NULL where there is none. */
  readonly limit: string;
  /** How much is used of it before this write, and after it. */
  readonly before: string;
  readonly after: string;
  /** A day in the month that is counted. */
  readonly day: string;
  /** What is told as used, and the run by which it was reached. */
  readonly used: string;
  readonly runId: string;
}): string => `ARRAY(
      SELECT AS STRUCT tenant.quota_alerts[SAFE_OFFSET(-1)].* REPLACE (
        '${crossing.quota}' AS quota,
        counted.month AS month,
        share AS percent,
        ${crossing.used} AS used,
        ${crossing.limit} AS quota_limit,
        ${crossing.runId} AS run_id,
        @now AS reached_at,
        CAST(NULL AS TIMESTAMP) AS announced_at)
      FROM UNNEST([STRUCT(
          ${crossing.before} AS before,
          ${crossing.after} AS after,
          DATE_TRUNC(${crossing.day}, MONTH) AS month)]) AS counted,
        UNNEST(IF(
          ARRAY_LENGTH(IFNULL(tenant.alert_at_percent, [])) = 0,
          [${defaultAlertPercents.join(', ')}],
          tenant.alert_at_percent)) AS share
      WHERE ${reached(crossing.limit)} > counted.before
        AND ${reached(crossing.limit)} <= counted.after
        AND CONCAT(CAST(counted.month AS STRING), ' ', CAST(share AS STRING)) NOT IN UNNEST(ARRAY(
          SELECT CONCAT(CAST(alert.month AS STRING), ' ', CAST(alert.percent AS STRING))
          FROM UNNEST(tenant.quota_alerts) AS alert
          WHERE alert.quota = '${crossing.quota}' AND alert.quota_limit = ${crossing.limit}))
      ORDER BY share)`;

/**
 * By an admission: its runs are counted one after the other, so each share is reached by one of them.
 * @param admitted the array of runs that get a slot
 * @param before how many count already
 */
export const alertsOfRuns = (admitted: string, before: string, day: string): string =>
  crossedAlerts({
    quota: 'monthly',
    limit: 'tenant.max_pipelines_per_month',
    before,
    after: `${before} + ARRAY_LENGTH(${admitted})`,
    day,
    used: reached('tenant.max_pipelines_per_month'),
    runId: `${admitted}[SAFE_OFFSET(${reached('tenant.max_pipelines_per_month')} - counted.before - 1)].run_id`,
  });

/**
 * By a settling: what BigQuery billed for its runs is counted at once, and told as of the run for which it billed
 * most.
 * @param billed how much is added
 * @param outcomes of the runs that are settled
 */
export const alertsOfBytes = (billed: string, outcomes: string): string =>
  crossedAlerts({
    quota: 'bytes',
    limit: 'tenant.max_bytes_billed_per_month',
    before: 'tenant.bytes_billed_this_month',
    after: `tenant.bytes_billed_this_month + ${billed}`,
    day: 'tenant.quota_reset_date',
    used: 'counted.after',
    runId: `ARRAY(
          SELECT slot.run_id
          FROM UNNEST(tenant.active_runs) AS slot
          JOIN (SELECT run_id, bytes_billed FROM UNNEST(${outcomes})) AS outcome ON outcome.run_id = slot.run_id
          WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))
          ORDER BY outcome.bytes_billed DESC, slot.run_id
          LIMIT 1)[SAFE_OFFSET(0)]`,
  });
