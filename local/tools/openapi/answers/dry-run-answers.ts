import { z } from 'zod';
import { problemCodes } from '../../../../shared/errors';
import { estimateAccuracies } from '../../../../shared/google/bigquery/jobs/estimate-query';
import { planStatuses } from '../../../../shared/pipelines/plan/step-plan';
import { answerParts } from '../answer-parts';

const { text, count, pricePerTib, currency } = answerParts;

const cost = z.number().describe("Of the bytes billed, at the deployment's price.");
const notKnown = 'null: not known.';

/** A planned step. */
const plannedStep = z.strictObject({
  step_id: text.describe('`watermark-read` and `watermark-record` are of a pipeline’s watermark.'),
  type: text,
  status: z
    .enum(planStatuses)
    .describe(
      'ESTIMATED: BigQuery takes its query, and has said what it would read. NOT_BILLED: it runs no query, and nothing is known to be wrong with it. NOT_KNOWN: what it reads is only there once steps before it have run, or a dry run may not look at it. WOULD_FAIL: it would fail as everything is now.',
    ),
  bytes_processed: count.nullable().describe(notKnown),
  bytes_billed: count.nullable().describe(`Whole MiB, at least 10 for each table that it reads. ${notKnown}`),
  accuracy: z
    .enum(estimateAccuracies)
    .nullable()
    .describe(
      'Of bytes_processed. UPPER_BOUND: clustered tables may take less. LOWER_BOUND: it takes at least so much.',
    ),
  estimated_bigquery_cost: cost.nullable(),
  maximum_bytes_billed: count
    .nullable()
    .describe("The step's own limit, its tier's, or what is left of the byte budget. null: there is none."),
  reads_tables_of: z.array(text).describe('The steps before it that write to tables that it reads.'),
  files: z
    .array(
      z.strictObject({
        uri: text,
        files: count.nullable().describe('How many there are. null: a dry run may not look.'),
        bytes: count.nullable(),
      }),
    )
    .nullable()
    .describe('What it loads. null: it loads no files.'),
  error_code: text.nullable().describe('Of a run that failed with it, or `not_yet_known`.'),
  error_message: text.nullable(),
  warnings: z.array(text),
});

export const dryRunAnswers = {
  DryRun: z.strictObject({
    dry_run: z.literal(true),
    tenant_id: text,
    pipeline: text,
    parameters: z.record(z.string(), z.unknown()).describe('With the defaults filled in.'),
    watermark: text.nullable().describe('Where the run would begin. null: the pipeline has no watermark.'),
    admission: z.strictObject({
      status: z.enum(['ADMITTED', 'QUEUED', 'REFUSED']).describe('What a start would be answered now.'),
      refusal: z
        .looseObject({
          code: z.enum(problemCodes),
          status: z.int().min(400).max(599),
          detail: text,
          retry_after_seconds: count.nullable(),
        })
        .nullable()
        .describe('As the problem would be, with its numbers.'),
      cancels: text
        .nullable()
        .describe('The run whose place it would take, of a pipeline with at_limit: cancel_oldest.'),
    }),
    would_fail: z.boolean().describe('Whether a step would fail as everything is now.'),
    is_complete: z.boolean().describe('Whether the bytes of all steps are known: else the sums are too low.'),
    bytes_processed: count,
    bytes_billed: count,
    estimated_bigquery_cost: cost,
    bigquery_price_per_tib: pricePerTib,
    currency,
    steps: z.array(plannedStep).describe('In the order of the definition.'),
  }),
} as const;
