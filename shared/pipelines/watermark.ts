import { z } from 'zod';
import type { QueryStep, WatermarkDefinition } from '../definitions/schemas/pipeline-schema';
import { retriedByDefault } from '../google/bigquery/failures';
import type { ResultRow } from '../google/bigquery/jobs/job-outcome';
import type { QueryWork } from '../google/bigquery/jobs/job-request';
import { readWatermark } from '../sql/runs/read-watermark';
import { executeAction } from './execute-step';
import type { RunToExecute, StepContext, StepError, StepOutcome } from './execution';
import {
  inputsWithWatermark,
  parseWatermark,
  watermarkReadId,
  watermarkReadWork,
  watermarkRecordId,
  watermarkRecordWork,
  watermarkValue,
} from './watermark-queries';

/**
 * A watermark is read before a run's first step, and the next one is queried after its last step, each by a
 * job whose id is derived from the run's. So every execution of the run reads what the first one read, whatever
 * other runs record meanwhile, and records what the first one found. Runs that overlap both begin where the
 * last one before them ended.
 */

/**
 * The run with its watermark as a parameter; no run if the look-up failed. A run that begins with a value that it was
 * given looks nothing up.
 */
export async function withWatermark(
  context: StepContext,
  watermark: WatermarkDefinition,
): Promise<{ readonly outcome?: StepOutcome; readonly run?: RunToExecute | undefined }> {
  const { run } = context;
  const given = givenWatermark(run, watermark);
  if (given !== undefined) return { run: { ...run, ...inputsWithWatermark(run, given) } };
  const { outcome, value } = await readRecorded(context, watermark);
  return outcome.status === 'FAILED'
    ? { outcome }
    : { outcome, run: { ...run, ...inputsWithWatermark(run, value) } };
}

/** The value that the run was told to begin with, or that the steps which it does not do again have begun with. */
function givenWatermark({ instructions = {} }: RunToExecute, watermark: WatermarkDefinition) {
  const text = instructions.watermark?.from ?? instructions.resume?.watermark;
  const parsed = text === undefined ? undefined : parseWatermark(watermark, text);
  return parsed?.ok ? parsed.value : undefined;
}

/** What the last completed run has recorded, or what the definition begins with. */
async function readRecorded(context: StepContext, watermark: WatermarkDefinition) {
  const { run, tools } = context;
  let { value } = watermarkValue(watermark, undefined);
  const { outcome } = await ask(context, watermarkReadId, watermarkReadWork(run), ([row]) => {
    const recorded = row && readWatermark.row.parse(row).watermark;
    const read = watermarkValue(watermark, recorded);
    if (read.isOfOtherType) {
      const message = 'The recorded watermark is of another type than the pipeline declares: it begins anew';
      tools.log('WARNING', message, { tenant_id: run.tenantId, run_id: run.runId, watermark: recorded });
    }
    value = read.value;
    return String(value);
  });
  return { outcome, value };
}

/**
 * Whether a run that has completed its steps records how far it came. One that was told where to begin does so if it
 * was told that as well; one that goes on after another, if no run has recorded anything since that one began: else
 * the watermark could go back.
 */
export async function recordsWatermark(
  context: StepContext,
  watermark: WatermarkDefinition,
): Promise<{ readonly records: boolean; readonly outcome?: StepOutcome }> {
  const { instructions = {} } = context.run;
  if (instructions.watermark !== undefined) return { records: instructions.watermark.record };
  const begun = givenWatermark(context.run, watermark);
  if (begun === undefined) return { records: true };
  const { outcome, value } = await readRecorded(context, watermark);
  return { records: value === begun, outcome };
}

/** Queries the value to record; undefined if it is NULL. */
export async function nextWatermark(
  context: StepContext,
  watermark: WatermarkDefinition,
): Promise<{ readonly outcome: StepOutcome; readonly value?: string | undefined }> {
  const { run } = context;
  const { outcome, rows } = await ask(context, watermarkRecordId, watermarkRecordWork(run, watermark));
  if (outcome.status === 'FAILED') return { outcome };
  const { value } = valueSchema.parse(rows[0]);
  if (value === null) return { outcome };
  const parsed = parseWatermark(watermark, value);
  if (parsed.ok) return { outcome, value: String(parsed.value) };
  const error: StepError = { code: 'invalid_data', message: parsed.message };
  return { outcome: { ...outcome, status: 'FAILED', error } };
}

const valueSchema = z.object({ value: z.string().nullable() });

/**
 * Runs a query like a step. Its id, which no step can have, is also the one in the records. The definition's
 * query may read what its steps may; the look-up in the ledger is the control plane's own.
 */
async function ask(
  context: StepContext,
  id: typeof watermarkReadId | typeof watermarkRecordId,
  work: QueryWork,
  readFrom?: (rows: readonly ResultRow[]) => string,
) {
  const { tools } = context;
  const step: QueryStep = { id, type: 'query', needs: [], sql: work.sql, retry };
  let rows: readonly ResultRow[] = [];
  const outcome = await executeAction(context, step, {
    isJob: true,
    perform: async (request, signal) => {
      const reads = id === watermarkReadId ? 'anything' : request.reads;
      const job = await tools.runJob({ ...request, reads, work }, signal);
      if (job.status !== 'completed') return job;
      rows = job.rows;
      return readFrom === undefined ? job : { ...job, watermark: readFrom(rows) };
    },
  });
  return { outcome, rows };
}

const retry = {
  max_attempts: 3,
  initial_backoff_seconds: 1,
  max_backoff_seconds: 30,
  retry_on: [...retriedByDefault],
};
