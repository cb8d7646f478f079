import { z } from 'zod';
import { parameterTypes } from '../../../shared/definitions/schemas/pipeline-schema';
import { operationStates } from '../../../shared/operations/rules/operation';
import { runStatuses } from '../../../shared/sql/runs/recorded-runs';
import { scopes } from '../../../shared/tenants/rules/scopes';

const text = z.string();
const time = z.iso.datetime().describe('UTC, RFC 3339.');
const count = z.int().min(0);
const quota = count.nullable().describe('null: unlimited.');
const quotas = {
  max_pipelines_per_month: quota,
  max_concurrent_pipelines: quota,
  max_bytes_billed_per_month: quota,
  max_queued_pipelines: count.describe('Runs that may wait in the queue at once. 0: there is none.'),
};
const runStatus = z.enum(runStatuses);
const queuePlace = {
  place: z.int().min(1).describe('Its place in the queue, from 1.'),
  estimated_wait_seconds: count.nullable().describe('By how long runs took lately. null: not known.'),
};
const queueOfRun = z
  .strictObject({
    ...queuePlace,
    until: time.nullable().describe('When it ends as FAILED (queue_expired) if it still waits.'),
  })
  .nullable()
  .describe('Where it waits. null: it does not.');
/** Where a run waits. */
const startedInQueue = z.strictObject(queuePlace);

const runState = {
  status: runStatus.describe('QUEUED while it waits for a slot, ADMITTED until it is over.'),
  error_code: text.nullable(),
  error_message: text.nullable(),
  failed_step: text.nullable(),
  admitted_at: time,
  started_at: time.nullable(),
  ended_at: time.nullable(),
  duration_ms: count.nullable().describe('Milliseconds from its start to its end.'),
  rows_written: count.nullable(),
  bytes_processed: count.nullable(),
  bytes_billed: count.nullable(),
};
const runIdentity = {
  run_id: text,
  tenant_id: text,
  pipeline: text.describe('provider/domain/pipeline'),
  trigger: text.nullable().describe('Who started it: api or scheduler.'),
};
const runSummary = z.strictObject({ ...runIdentity, ...runState });

const usedByAttempt = {
  rows_written: count.nullable(),
  bytes_processed: count.nullable(),
  bytes_billed: count.nullable(),
  error_code: text.nullable(),
  error_message: text.nullable(),
};
const attempt = z.strictObject({
  attempt: z.int().min(1),
  status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']),
  started_at: time.nullable(),
  ended_at: time.nullable().describe('null while it runs.'),
  ...usedByAttempt,
  job: z
    .strictObject({ project_id: text, location: text, job_id: text })
    .nullable()
    .optional()
    .describe('Its BigQuery job, for admins only. null: it has none, or could not be told.'),
});
const step = z.strictObject({
  step_id: text,
  type: text,
  status: z.enum(['PENDING', 'RUNNING', 'COMPLETED', 'FAILED']),
  attempts: count.describe('How many attempts have ended.'),
  attempt_details: z
    .array(attempt)
    .describe('Each attempt that has ended, and the one that is under way, as far as it is a BigQuery job.'),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  duration_ms: count.nullable(),
  ...usedByAttempt,
  bad_records: count.nullable().describe('Rows of files that its last attempt left out.'),
  file_format: text.nullable().describe('What its files turned out to be, such as FOCUS 1.2.'),
  warnings: z.array(text),
  reused_from: text
    .nullable()
    .describe('The run that has done the step, where this one goes on after it and has left it out.'),
});
const check = z.strictObject({
  step_id: text,
  check_name: text,
  type: text,
  severity: text.describe('error fails the run, warn does not.'),
  passed: z.boolean().nullable(),
  observed: text.nullable(),
  expected: text.nullable(),
  failing_rows: count.nullable(),
  message: text.nullable(),
});
const run = z.strictObject({
  ...runIdentity,
  ...runState,
  parameters: z.record(z.string(), z.unknown()).nullable().describe('With the defaults filled in.'),
  started_by: z
    .strictObject({
      actor_kind: text.nullable().describe('key, token or schedule, or admin.'),
      actor: text.describe(
        'The id of the API key, of that which the token was made with, or of the schedule.',
      ),
      name: text
        .nullable()
        .describe('What that key is called. null: it has no name, is gone, could not be read, or is no key.'),
      address: text.nullable().describe("The client's address."),
      request_id: text.nullable().describe('The X-Request-Id of that call.'),
    })
    .nullable()
    .describe('Who started it. null: that was not kept yet when it was started.'),
  watermark: text.nullable(),
  watermark_from: text
    .nullable()
    .describe('The watermark that it was told to begin with. null: with the one that was recorded.'),
  rerun_of: text.nullable().describe('The run that it does again.'),
  reruns: z.array(text).describe('The runs that do this one again, oldest first, at most 100.'),
  operation_id: text.nullable().describe('The operation that has started it, such as a backfill.'),
  handed_on_at: time.nullable().describe('When it left the queue. null: it did not wait, or still does.'),
  lease_expires_at: time.nullable().describe('While it is in flight: when it is given up at the latest.'),
  queue: queueOfRun,
  warnings: z.array(text).describe('Of its steps, each with its step.'),
});

const measures = {
  runs: count,
  runs_by_status: z.strictObject({
    COMPLETED: count,
    FAILED: count,
    CANCELLED: count,
    ADMITTED: count,
    QUEUED: count,
  }),
  slot_ms: count.describe('Milliseconds with a slot, of finished runs: without their time in the queue.'),
  duration_ms: count.describe("Milliseconds from the first step's start to the outcome."),
  duration_ms_p50: count.nullable().describe('The median, about. null: no run has a duration.'),
  duration_ms_p95: count.nullable().describe('95 of 100 runs take less, about.'),
  rows_written: count,
  bytes_processed: count,
  bytes_billed: count,
  estimated_bigquery_cost: z.number().describe("Of the bytes billed, at the deployment's price."),
};
const usageLine = z.strictObject({
  month: text.optional().describe('Such as 2026-11, UTC.'),
  day: text.optional().describe('Such as 2026-11-30, UTC, in place of the month: with granularity=day.'),
  pipeline: text.optional(),
  status: text.optional().describe('In place of the pipeline: with group_by=status.'),
  ...measures,
});
const pricePerTib = z.number().describe('What the estimates take BigQuery to cost for each TiB billed.');
const currency = text.describe('Of the costs, as ISO 4217 names it.');
const usage = { total: z.strictObject(measures), usage: z.array(usageLine) };
const etag = text.describe('Names its version: sent as If-Match, a change that comes too late is refused.');
const nextCursor = text.nullable().describe('The `cursor` of the next page; null on the last one.');

const parameter = z.strictObject({
  type: z.enum(parameterTypes),
  description: text,
  required: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  example: z.union([z.string(), z.number(), z.boolean()]).optional(),
  pattern: text.optional(),
});

const apiKey = {
  api_key_id: text,
  last_four: text.nullable().describe('Its last four characters. null: it was made before these were kept.'),
  name: text.nullable(),
  scopes: z.array(z.enum(scopes)).describe('What it may do.'),
  pipelines: z
    .array(text)
    .describe('What it may start: provider/domain/pipeline or provider/domain/*. None: all pipelines.'),
  created_at: time,
  expires_at: time.nullable().describe('null: never.'),
};

const tenant = z.strictObject({
  tenant_id: text,
  company_name: text,
  contact_email: text.nullable(),
  subscription_tier: text,
  is_active: z.boolean(),
  suspended_at: time.nullable(),
  suspension_reason: text.nullable().describe('For operators: a tenant’s keys are told null.'),
  suspension_public_reason: text.nullable().describe('What the tenant is told of it.'),
  offboarding_at: time.nullable().describe('When its offboarding began.'),
  notes: text.nullable(),
  created_at: time,
  updated_at: time,
  quotas: z.strictObject({
    ...quotas,
    alert_at_percent: z
      .array(count)
      .describe('Shares of the monthly quotas at which `quota.threshold` is published.'),
  }),
  usage: z.strictObject({
    pipeline_runs_count: count.describe('Of all time.'),
    pipeline_runs_this_month: count,
    current_running_pipelines: count,
    monthly_runs_left: quota,
    bytes_billed_this_month: count.describe('Of runs that are over.'),
    bytes_left: quota,
    concurrent_runs_left: quota,
    last_pipeline_run_at: time.nullable(),
    quota_reset_date: z.iso.date().describe('The day on which the count of the month began anew last.'),
    next_reset_at: time,
  }),
  active_runs_count: count,
  queued_runs_count: count.describe('How many of them wait in the queue.'),
  active_runs: z
    .array(
      z.strictObject({
        run_id: text,
        pipeline: text,
        trigger: text.nullable(),
        admitted_at: time,
        status: z.enum(['QUEUED', 'ADMITTED']),
        lease_expires_at: time.nullable().describe('null while it waits in the queue.'),
      }),
    )
    .describe('The oldest of the runs in flight.'),
});

const listedKey = z.strictObject({
  ...apiKey,
  created_by: text.nullable().describe('onboard, admin, or the id of a key.'),
  last_used_at: time.nullable().describe('The hour of its last use. null: none was noted.'),
  revoked_at: time.nullable(),
  replaces: text
    .nullable()
    .describe(
      'The id of the key in whose place a rotation has made it. null: of none, or it was not kept yet.',
    ),
  replaced_by: text.nullable().describe('The id of the key that a rotation has made in its place last.'),
});

const operation = z.strictObject({
  operation_id: text,
  kind: text.describe('What is done: bulk-cancel, bulk-rerun or backfill.'),
  tenant_id: text.nullable().describe('The tenant that it is confined to. null: all tenants.'),
  state: z
    .enum(operationStates)
    .describe('waiting until it is begun; paused until it is resumed; done, failed or aborted at its end.'),
  started_by: z.strictObject({ kind: z.enum(['admin', 'person', 'key', 'token']), id: text }),
  filter: z.record(z.string(), z.unknown()).describe('What it concerns. null lets all pass.'),
  reason: text.nullable(),
  total: count.nullable().describe('How many items it has, such as runs. null: they are still looked for.'),
  done: count,
  skipped: count.describe(
    'Of which there was nothing to do any more, such as runs that had ended by themselves.',
  ),
  failed: count,
  problems: z
    .array(z.strictObject({ tenant_id: text.nullable(), item_id: text.nullable(), message: text }))
    .describe('Of the first ten items that failed, and why all of it failed or is paused.'),
  started_at: time,
  updated_at: time.describe('When it moved last.'),
  ended_at: time.nullable(),
});

/** What several answers are made of. */
export const answerParts = {
  text,
  time,
  count,
  etag,
  quota,
  quotas,
  runStatus,
  startedInQueue,
  queueOfRun,
  runSummary,
  step,
  check,
  run,
  pricePerTib,
  currency,
  usage,
  nextCursor,
  parameter,
  apiKey,
  tenant,
  listedKey,
  operation,
};
