import { z } from 'zod';
import { problemCodes } from '../../../shared/errors';
import { endedStatuses } from '../../../shared/sql/control/list-all-runs';
import { scopes } from '../../../shared/tenants/rules/scopes';
import { answerParts } from './answer-parts';
import { dryRunAnswers } from './answers/dry-run-answers';
import { offboardingAnswers } from './answers/offboarding-answers';
import { overviewAnswers } from './answers/overview-answers';
import { pipelineAnswers } from './answers/pipeline-answers';
import { resultAnswers } from './answers/result-answers';
import { scheduleAnswers } from './answers/schedule-answers';
import { webhookAnswers } from './answers/webhook-answers';

/*
 * What the HTTP interface answers. No function loads these: tests hold every answer that they receive against
 * them (test/support/documented-answers.ts), and openapi.json and the client's types are made of them.
 */

const {
  text,
  time,
  count,
  quota,
  quotas,
  runStatus,
  startedInQueue,
  runSummary,
  step,
  check,
  run,
  pricePerTib,
  currency,
  usage,
  nextCursor,
  apiKey,
  tenant,
  listedKey,
  operation,
} = answerParts;

const price = { bigquery_price_per_tib: pricePerTib, currency };
const wholeRun = run.extend({ ...price, steps: z.array(step), checks: z.array(check) });
const overwritten = z.strictObject({ from: quota, to: quota });

export const answerSchemas = {
  OnboardedTenant: z.strictObject({
    tenant_id: text,
    dataset: text.describe("The tenant's BigQuery dataset."),
    location: text,
    tables: z.array(text).describe('The metadata tables that were made.'),
    subscription_tier: text,
    is_active: z.literal(true),
    ...quotas,
    api_key: text.describe('Shown once, here.'),
    api_key_id: text,
    created_at: time,
    dryrun_status: z.enum(['COMPLETED', 'FAILED', 'SKIPPED']),
    dryrun_error: z.strictObject({ code: text, message: text, step: text.nullable() }).nullable(),
  }),
  StartedRun: z.strictObject({
    run_id: text,
    tenant_id: text,
    pipeline: text,
    status: runStatus,
    queue: startedInQueue.optional().describe('Where it waits, if it is QUEUED.'),
    run: wholeRun
      .optional()
      .describe('As it was when the wait was over. Only with `Prefer: wait=N` and the scope `read`.'),
  }),
  Rerun: z.strictObject({
    run_id: text,
    tenant_id: text,
    pipeline: text,
    status: runStatus,
    queue: startedInQueue.optional().describe('Where it waits, if it is QUEUED.'),
    rerun_of: text,
  }),
  Run: wholeRun,
  RunList: z.strictObject({ runs: z.array(runSummary), next_cursor: nextCursor }),
  AllRunsList: z.strictObject({
    runs: z.array(
      runSummary.omit({ error_message: true }).extend({
        status: z.enum(endedStatuses),
        ended_at: time,
        actor_kind: text.nullable().describe('Who started it: key, token or schedule.'),
        actor: text.nullable().describe('The id of that API key.'),
      }),
    ),
    next_cursor: nextCursor,
  }),
  ...dryRunAnswers,
  ...resultAnswers,
  CancelledRun: z.strictObject({ run_id: text, tenant_id: text, status: runStatus }),
  ...pipelineAnswers,
  Tenant: tenant,
  ChangedQuotas: tenant.extend({
    overwritten: z
      .strictObject({
        max_pipelines_per_month: overwritten.optional(),
        max_concurrent_pipelines: overwritten.optional(),
        max_bytes_billed_per_month: overwritten.optional(),
        max_queued_pipelines: z.strictObject({ from: count, to: count }).optional(),
      })
      .describe('Which of the tenant’s own quotas the tier has overwritten.'),
  }),
  ...offboardingAnswers,
  ...overviewAnswers,
  ...scheduleAnswers,
  TenantList: z.strictObject({
    tenants: z.array(
      z.strictObject({
        tenant_id: text,
        company_name: text,
        subscription_tier: text,
        is_active: z.boolean(),
        ...quotas,
        bytes_billed_this_month: count,
        pipeline_runs_this_month: count,
        current_running_pipelines: count,
        last_pipeline_run_at: time.nullable(),
        created_at: time,
      }),
    ),
    next_cursor: nextCursor,
  }),
  Identity: z
    .union([
      z.strictObject({
        kind: z.literal('admin'),
        name: text
          .nullable()
          .describe('Of a key its name, of a person the e-mail address. null: admin calls are open here.'),
        may_change: z.boolean().describe('false: a viewer, who may only read.'),
      }),
      z.strictObject({
        kind: z.literal('tenant'),
        tenant_id: text,
        key_id: text.describe('The id of the key; of a token, that of the key that made it.'),
        scopes: z.array(z.enum(scopes)),
        pipelines: z.array(text).describe('Which pipelines it is for, as patterns. Empty: all.'),
        run_id: text.nullable().describe('The only run that a token is for. null: all of the tenant’s.'),
        expires_at: time.nullable().describe('null: never.'),
      }),
    ])
    .describe('Who the caller is.'),
  NewApiKey: z.strictObject({ api_key: text.describe('Shown once, here.'), ...apiKey }),
  Token: z.strictObject({
    token: text.describe('Shown once, here.'),
    token_type: z.literal('Bearer').describe('It is sent as `Authorization: Bearer <token>`.'),
    api_key_id: text.describe('The key that made it.'),
    scopes: z.array(z.enum(scopes)),
    pipelines: z.array(text).describe('As its key has them.'),
    run_id: text.nullable().describe('The only run that it is for. null: all of the tenant’s.'),
    expires_at: time,
  }),
  RotatedApiKey: z.strictObject({
    api_key: text.describe('Shown once, here.'),
    ...apiKey,
    replaced: z.strictObject({
      api_key_id: text,
      ends_at: time.describe('When the old key ends.'),
    }),
  }),
  ApiKeyList: z.strictObject({
    api_keys: z.array(listedKey),
  }),
  AuditLog: z.strictObject({
    entries: z.array(
      z.strictObject({
        audit_id: text,
        occurred_at: time,
        request_id: text.nullable().describe('The call’s X-Request-Id.'),
        actor_kind: z.enum(['admin', 'person', 'key', 'token', 'schedule']),
        actor: text.describe('An admin’s name, a person’s e-mail address, or the id of a key or a schedule.'),
        address: text.nullable().describe('The client’s.'),
        action: text.describe('The name of the call in openapi.json.'),
        tenant_id: text.nullable(),
        target: text.nullable().describe('The id of a key or a run.'),
        before: z.record(z.string(), z.unknown()).nullable().describe('null: there was nothing.'),
        after: z.record(z.string(), z.unknown()).nullable().describe('null: there is nothing.'),
      }),
    ),
    next_cursor: nextCursor,
  }),
  ...webhookAnswers,
  TenantUsage: z.strictObject({
    tenant_id: text,
    from: time,
    to: time.nullable().describe('null: until now.'),
    ...price,
    quota: z.strictObject({
      max_pipelines_per_month: quota,
      pipeline_runs_this_month: count,
      percent_used: z.number().nullable().describe('null: there is no quota.'),
    }),
    forecast: z
      .strictObject({
        month: text,
        method: z.literal('linear').describe('As many for each part to come as for the part that is gone.'),
        pipeline_runs: count,
        percent_of_quota: z.number().nullable(),
      })
      .nullable()
      .describe("To the month's end. null on its first day."),
    ...usage,
  }),
  AllUsage: z.strictObject({
    month: text.nullable().describe('null: `from` or `to` was asked for.'),
    from: time,
    to: time.nullable().describe('null: until now.'),
    ...price,
    tenants: z.array(z.strictObject({ tenant_id: text, ...usage })),
    next_cursor: nextCursor,
  }),
  BillingExport: z.strictObject({
    month: text,
    status: z.enum(['preliminary', 'final']).describe('preliminary: runs of the month may still end.'),
    format: z.enum(['stripe', 'stripe_stream', 'openmeter', 'cloudevents']),
    events: z
      .array(z.record(z.string(), z.unknown()))
      .describe('As the billing system takes them: one for each run that completed.'),
    next_cursor: nextCursor,
  }),
  Operation: operation,
  OperationList: z.strictObject({ operations: z.array(operation), next_cursor: nextCursor }),
  BulkCancelCount: z.strictObject({
    dry_run: z.literal(true),
    runs: count.describe('How many runs in flight match.'),
    tenants: count.describe('Of how many tenants they are.'),
    is_complete: z
      .boolean()
      .describe('false: not all tenants could be looked at in time, and there may be more.'),
  }),
  Health: z.strictObject({ status: z.literal('ok') }),
  Readiness: z.strictObject({
    status: z.enum(['ok', 'unavailable']),
    bigquery: z.enum(['ok', 'unreachable']),
    pubsub: z.enum(['ok', 'unreachable']),
  }),
  Problem: z
    .looseObject({
      type: text.describe('urn:tenant-pipelines:problem:<code>'),
      title: text,
      status: z.int().min(400).max(599),
      detail: text.describe('What was given and what was expected, for people.'),
      instance: text.optional().describe('The path that was called.'),
      code: z.enum(problemCodes).describe('For programs.'),
      errors: z
        .array(z.strictObject({ field: text, message: text }))
        .optional()
        .describe('What is wrong with each field, the first 20.'),
      errors_left_out: count.optional().describe('How many more there are.'),
    })
    .describe('Why a call was refused (RFC 9457).'),
} as const;

/** The data of events in a run's stream. */
export const runEventSchemas = { RunEventData: run, StepEventData: step, CheckEventData: check } as const;

export type AnswerName = keyof typeof answerSchemas;
