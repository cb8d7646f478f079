import { z } from 'zod';
import { rerunSchema } from '../../../../functions/run/again/rerun-routes';
import { runStatuses } from '../../../../shared/sql/runs/recorded-runs';
import type { OperationText } from '../operation';
import { cursor, from, limit, tenantOfAdmins, to } from './parameters';
import { pipelineOperations } from './pipelines';
import { resultOperations } from './results';

const prefer = {
  Prefer: {
    description:
      '`wait=30`: the body comes when the run is over, or after so many seconds (55 at most). `Preference-Applied` says that it will; it does not where too many wait already.',
    schema: { type: 'string' },
  },
};

const idempotencyKey = {
  'Idempotency-Key': {
    description:
      'With it a request can be repeated at will: the same run, the same answer, counted once, for ever.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};

const run = '/api/v1/pipelines/runs/{run_id}';

export const runOperations: readonly OperationText[] = [
  {
    id: 'startRun',
    method: 'POST',
    path: '/api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}',
    tag: 'Starting runs',
    summary: 'Starts a run',
    description:
      'The body is the pipeline’s parameters as an object; none, if it has none. 202 means that the run is admitted and counted, and will be executed: at once (ADMITTED), or when it has its turn in the queue (QUEUED).',
    headers: {
      ...idempotencyKey,
      ...prefer,
    },
    query: {
      dry_run: {
        description:
          'With true nothing is started, counted, published or written: the answer says what would be, and what it would cost.',
        schema: { type: 'boolean', default: false },
      },
      priority: {
        description: 'Seconds of head start in the queue, where it has to wait.',
        schema: { type: 'integer', minimum: 0, maximum: 3_600, default: 0 },
      },
      queue_ttl: {
        description:
          "How long it may wait in the queue, in seconds; its pipeline's queue_ttl_seconds if not given.",
        schema: { type: 'integer', minimum: 1, maximum: 604_800 },
      },
      watermark: {
        description:
          'Of a pipeline with a watermark: where the run begins, whatever is recorded. How far it came is then not recorded.',
        schema: { type: 'string', maxLength: 4_096 },
      },
      record_watermark: {
        description: 'With a watermark: true has it recorded how far the run came.',
        schema: { type: 'boolean', default: false },
      },
    },
    body: { name: 'RunParameters', schema: z.record(z.string(), z.unknown()), isRequired: false },
    answers: [
      {
        status: 200,
        description: 'With dry_run: what the run would do. What admission would refuse is told in it',
        body: { name: 'DryRun' },
        headers: ['RateLimit', 'RateLimit-Policy'],
      },
      {
        status: 202,
        description: 'Admitted',
        body: { name: 'StartedRun' },
        headers: ['Location', 'Preference-Applied', 'RateLimit', 'RateLimit-Policy'],
      },
    ],
    problems: [
      'pipeline_not_allowed',
      'tenant_inactive',
      'pipeline_not_found',
      'tenant_not_found',
      'payload_too_large',
      'unsupported_media_type',
      'idempotency_key_reused',
      'monthly_quota_exceeded',
      'byte_quota_exceeded',
      'concurrent_limit_reached',
      'concurrency_key_busy',
      'queue_full',
    ],
  },
  {
    id: 'listRuns',
    method: 'GET',
    path: '/api/v1/pipelines/runs',
    tag: 'Runs',
    summary: 'The tenant’s runs, newest first, page by page',
    query: {
      tenant: tenantOfAdmins,
      status: {
        description: 'Runs of this status only.',
        schema: { type: 'string', enum: [...runStatuses] },
      },
      pipeline: {
        description: 'Runs of this pipeline only: provider/domain/pipeline.',
        schema: { type: 'string' },
      },
      from,
      to,
      limit: limit(50, 200),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'RunList' }, headers: ['Link'] }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showRun',
    method: 'GET',
    path: run,
    tag: 'Runs',
    summary: 'A run with its steps and checks',
    query: { tenant: tenantOfAdmins },
    headers: prefer,
    answers: [
      { status: 200, description: 'The run', body: { name: 'Run' }, headers: ['Preference-Applied'] },
    ],
    problems: ['run_not_found'],
  },
  {
    id: 'followRun',
    method: 'GET',
    path: `${run}/events`,
    tag: 'Runs',
    summary: 'A run’s events until it is over',
    description:
      'Server-Sent Events: `run` (RunEventData) at the beginning, `step` (StepEventData), `check` (CheckEventData), and `end` (RunEventData).',
    query: { tenant: tenantOfAdmins },
    headers: {
      'Last-Event-ID': {
        description: 'The id of the last event that was heard: the stream goes on after it.',
        schema: { type: 'string', maxLength: 12_000 },
      },
    },
    answers: [
      { status: 200, description: 'The stream', body: { mediaType: 'text/event-stream' } },
      { status: 204, description: 'All has been heard: there is nothing to connect for again' },
    ],
    problems: ['run_not_found', 'too_many_streams'],
  },
  {
    id: 'cancelRun',
    method: 'POST',
    path: `${run}/cancel`,
    tag: 'Runs',
    summary: 'Cancels a run',
    query: { tenant: tenantOfAdmins },
    answers: [
      { status: 202, description: 'It is cancelled', body: { name: 'CancelledRun' } },
      { status: 200, description: 'It was over, with this status', body: { name: 'CancelledRun' } },
    ],
    problems: ['pipeline_not_allowed', 'run_not_found', 'payload_too_large', 'unsupported_media_type'],
  },
  ...resultOperations,
  {
    id: 'rerunRun',
    method: 'POST',
    path: `${run}/rerun`,
    tag: 'Runs',
    summary: 'Does a run again that is over',
    description:
      'A new run with the parameters as they were recorded, admitted and counted like any. `from: failed_step` leaves out the steps that have completed, if they are still the same text, and no other run has written to a table that they have written whole: else `steps_changed` says what has changed. `watermark` is where a pipeline with a watermark begins; how far it came is then recorded only with `record_watermark`.',
    headers: idempotencyKey,
    body: { name: 'RerunRequest', schema: rerunSchema, isRequired: false },
    answers: [
      {
        status: 202,
        description: 'Admitted',
        body: { name: 'Rerun' },
        headers: ['Location', 'RateLimit', 'RateLimit-Policy'],
      },
    ],
    problems: [
      'pipeline_not_allowed',
      'tenant_inactive',
      'pipeline_not_found',
      'run_not_found',
      'tenant_not_found',
      'run_not_over',
      'run_not_failed',
      'steps_changed',
      'payload_too_large',
      'unsupported_media_type',
      'idempotency_key_reused',
      'monthly_quota_exceeded',
      'byte_quota_exceeded',
      'concurrent_limit_reached',
    ],
  },
  ...pipelineOperations,
];
