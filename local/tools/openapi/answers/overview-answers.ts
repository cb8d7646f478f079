import { z } from 'zod';
import { activityStepSeconds } from '../../../../shared/sql/usage/read-activity';
import { answerParts } from '../answer-parts';

const { text, time, count, quotas, queueOfRun, nextCursor } = answerParts;

/** What is answered about how all goes, and how busy a tenant was. */
export const overviewAnswers = {
  TierList: z.strictObject({
    tiers: z.array(
      z.strictObject({
        tier: text.describe('Its name, as `subscription_tier` has it.'),
        ...quotas,
        alert_at_percent: z
          .array(count)
          .describe('Shares of the monthly quotas at which `quota.threshold` is published.'),
      }),
    ),
  }),
  Overview: z.strictObject({
    as_of: time.describe('When the tenants’ rows were read: half a minute ago at most.'),
    running: count.describe('Runs that hold a slot now, of the tenants that were read.'),
    queued: count.describe('Runs that wait for one.'),
    tenants: z.strictObject({
      active: count,
      suspended: count,
      read: count.describe('Of how many tenants the rows were read: 500 at most.'),
      failed: count.describe('How many others could not be read: of them these numbers say nothing.'),
      more: z.boolean().describe('Whether there are others, of which these numbers say nothing.'),
    }),
    runs_by_hour: z
      .array(z.strictObject({ hour: time, completed: count, failed: count, cancelled: count }))
      .describe('The runs of all tenants that ended in each of the last 24 hours, oldest first.'),
    near_quota: z
      .array(
        z.strictObject({
          tenant_id: text,
          company_name: text,
          subscription_tier: text.nullable(),
          quota: z.enum(['monthly', 'concurrent', 'bytes']),
          used: count.describe('Runs this month, slots held now, or bytes billed this month.'),
          limit: count,
          share: z.number().min(0).describe('1: all of it. It can be more where the quota was lowered.'),
        }),
      )
      .describe('The ten quotas of active tenants of which the largest share is used, the fullest first.'),
    refusals: z
      .strictObject({
        from: time,
        by_code: z
          .array(z.strictObject({ code: text, count }))
          .describe('About how many calls were refused with each code, the most first.'),
      })
      .nullable()
      .describe('Since the first of these hours, but for about the last minute. null: they are not kept.'),
    failing_pipelines: z
      .array(
        z.strictObject({
          pipeline: text,
          failed: count,
          runs: count.describe('All of its runs that ended in these hours.'),
          tenants: count.describe('Of how many tenants runs of it failed.'),
          last_error_code: text.nullable(),
          last_failed_at: time,
          last_failed_run: z.strictObject({ tenant_id: text, run_id: text }),
        }),
      )
      .describe('Pipelines of which runs failed in these hours, the most first, 20 at most.'),
    conservation: z
      .strictObject({
        checked_at: time.describe('When reconcile has looked last.'),
        tenants: count.describe('At how many tenants it could look.'),
        failed: count.describe('At how many it could not.'),
        repaired: z
          .array(z.strictObject({ tenant_id: text, checked_at: time }))
          .describe('Tenants whose counters broke the conservation law in these hours and were repaired.'),
      })
      .nullable()
      .describe('null: reconcile has not looked in these hours.'),
    dead_letters: z
      .strictObject({ count, last_at: time.nullable() })
      .nullable()
      .describe('Messages about runs that were delivered in vain in these hours. null: they are not kept.'),
  }),
  RunsInFlight: z.strictObject({
    as_of: time.describe('When the tenants’ rows were read.'),
    running: count.describe('How many that match have a slot, or had one and are not settled yet.'),
    queued: count.describe('How many that match wait for one.'),
    tenants: z.strictObject({
      read: count.describe('Of how many tenants the rows were read: 500 at most.'),
      failed: count.describe('How many others could not be read.'),
      more: z.boolean().describe('Whether there are others, whose runs are not here.'),
    }),
    runs: z.array(
      z.strictObject({
        tenant_id: text,
        run_id: text,
        pipeline: text,
        status: z.enum(['QUEUED', 'ADMITTED']),
        admitted_at: time,
        since: time.describe('Since when it waits, or has its slot.'),
        lease_expires_at: time
          .nullable()
          .describe('When it is given up at the latest. null while it waits in the queue.'),
        queue: queueOfRun,
      }),
    ),
    next_cursor: nextCursor,
  }),
  TenantActivity: z.strictObject({
    from: time,
    to: time,
    step_seconds: z.literal(activityStepSeconds),
    points: z
      .array(
        z.strictObject({
          at: time.describe('The first instant of a step.'),
          running: count.describe('The most runs that ran at once in the step.'),
          queued: count.describe('The most that waited in the queue at once.'),
        }),
      )
      .describe('Each step, oldest first; the last one is not over yet.'),
  }),
} as const;
