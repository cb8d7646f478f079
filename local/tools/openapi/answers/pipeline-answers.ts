import { z } from 'zod';
import { stepTypes } from '../../../../shared/definitions/schemas/pipeline-schema';
import { watermarkTypes } from '../../../../shared/definitions/schemas/watermark-schema';
import { atLimits } from '../../../../shared/runs/rules/admission-rules';
import { answerParts } from '../answer-parts';

const { text, time, count, parameter } = answerParts;

const inCatalogue = {
  pipeline: text.describe('provider/domain/pipeline'),
  description: text,
  timeout_seconds: count.describe('From the start of its first step.'),
  parameters: z.record(z.string(), parameter),
};

const definedStep = z.strictObject({
  id: text,
  type: z.enum(stepTypes),
  needs: z.array(text).describe('The steps that must be done first.'),
  timeout_seconds: count.nullable().describe('null: that of the pipeline alone.'),
  retry: z.strictObject({
    max_attempts: count,
    initial_backoff_seconds: z.number(),
    max_backoff_seconds: z.number(),
    retry_on: z.array(text).describe('Error codes after which it is attempted again.'),
  }),
  sql: text.nullable().describe('Of query steps, and of exports of a query.'),
  table: text.nullable().describe('The table that a quality step checks, or an export step writes out.'),
  destination: text
    .nullable()
    .describe(
      'The table in the tenant’s dataset that it writes; of an export the URI of its files, of a notification its topic.',
    ),
  write_disposition: text.nullable().describe('Of a table: what becomes of the rows that are there.'),
  source_uris: z.array(text).describe('The files that it loads, or the URL that it asks.'),
  source_uri_parameter: text.nullable().describe('The parameter that names the file which it loads.'),
  checks: z
    .array(
      z.strictObject({
        name: text,
        type: text,
        severity: z.enum(['error', 'warn']).describe('error: the run fails where the check does.'),
      }),
    )
    .describe('Of a quality step.'),
});

/** The catalogue, definitions, and how pipelines' runs end. */
export const pipelineAnswers = {
  Catalogue: z.strictObject({ pipelines: z.array(z.strictObject(inCatalogue)) }),
  Pipeline: z.strictObject({
    ...inCatalogue,
    at_limit: z.enum(atLimits).describe('What a start does where there is no slot for it.'),
    concurrency: z
      .strictObject({ key: text, limit: count })
      .nullable()
      .describe('How many runs with one value of a parameter may run at once. null: no such bound.'),
    slots: count.describe('How much of the concurrent quota a run takes.'),
    queue_ttl_seconds: count.describe('How long a run may wait in the queue.'),
    needs_pipeline: z.array(text).describe('The pipelines whose tables it reads.'),
    watermark: z
      .strictObject({ type: z.enum(watermarkTypes), initial: z.union([text, z.int()]), sql: text })
      .nullable()
      .describe('What each completed run hands on to the next. null: nothing.'),
    steps: z.array(definedStep),
  }),
  PipelineStatistics: z.strictObject({
    from: time,
    to: time,
    pipelines: z
      .array(
        z.strictObject({
          pipeline: text,
          runs: count.describe('Those that are over.'),
          completed: count,
          failed: count,
          cancelled: count,
          success_rate: z
            .number()
            .nullable()
            .describe('Which part of those completed that were not cancelled, 0 to 1. null: there are none.'),
          p50_ms: count.nullable().describe('The median duration of those that completed, about.'),
          p95_ms: count.nullable().describe('What 95 of 100 of them stay below, about.'),
          last_run_at: time.describe('When the last one was admitted.'),
          last_failed_at: time.nullable().describe('When the last one that failed ended.'),
        }),
      )
      .describe('By name; without those that have had no run.'),
  }),
} as const;
