import { z } from 'zod';
import type { QueryStep, WatermarkDefinition } from '../definitions/schemas/pipeline-schema';
import { retriedByDefault } from '../google/bigquery/failures';
import type { ResultRow } from '../google/bigquery/jobs/job-outcome';
import type { QueryWork } from '../google/bigquery/jobs/job-request';
import { readWatermark } from '../sql/runs/read-watermark';
import { executeAction } from './execute-step';
import type { RunToExecute, StepContext, StepError, StepOutcome } from './execution';
import { byteLimitOfStep } from './rules/byte-limit';
import { parseParameterValue } from './rules/parameter-values';
import { sqlParametersOf, toQueryParameters, watermarkName } from './rules/pipeline-parameters';

/**
 * A watermark is read before a run's first step, and the next one is queried after its last step, each by a
 * job whose id is derived from the run's. So every execution of the run reads what the first one read, whatever
 * other runs record meanwhile, and records what the first one found. Runs that overlap both begin where the
 * last one before them ended.
 */

/** The run with its watermark as a parameter; no run if the look-up failed. */
export async function withWatermark(
  context: StepContext,
  watermark: WatermarkDefinition,
): Promise<{ readonly outcome: StepOutcome; readonly run?: RunToExecute | undefined }> {
  const { run, tools } = context;
  const { outcome, rows } = await ask(context, 'watermark-read', {
    kind: 'query',
    sql: readWatermark.sql,
    parameters: [text('tenant_id', run.tenantId), text('pipeline', run.definition.path)],
    wantsRows: true,
  });
  if (outcome.status === 'FAILED') return { outcome };
  const recorded = rows[0] && readWatermark.row.parse(rows[0]).watermark;
  const parsed = recorded === undefined ? undefined : parse(watermark, recorded);
  if (parsed?.ok === false) {
    const message = 'The recorded watermark is of another type than the pipeline declares: it begins anew';
    tools.log('WARNING', message, { tenant_id: run.tenantId, run_id: run.runId, watermark: recorded });
  }
  const value = parsed?.ok ? parsed.value : initialOf(watermark);
  const definition = { ...run.definition, parameters: sqlParametersOf(run.definition) };
  const parameters = { ...run.parameters, [watermarkName]: value };
  return { outcome, run: { ...run, definition, parameters } };
}

const text = (name: string, value: string) => ({
  name,
  parameterType: { type: 'STRING' as const },
  parameterValue: { value },
});

/** Queries the value to record; undefined if it is NULL. */
export async function nextWatermark(
  context: StepContext,
  watermark: WatermarkDefinition,
): Promise<{ readonly outcome: StepOutcome; readonly value?: string | undefined }> {
  const { run } = context;
  const { outcome, rows } = await ask(context, 'watermark-record', {
    kind: 'query',
    sql: valueAsText(watermark),
    parameters: toQueryParameters(run.definition.parameters, run.parameters),
    byteLimit: byteLimitOfStep(undefined, run.byteLimit),
    wantsRows: true,
  });
  if (outcome.status === 'FAILED') return { outcome };
  const { value } = valueSchema.parse(rows[0]);
  if (value === null) return { outcome };
  const parsed = parse(watermark, value);
  if (parsed.ok) return { outcome, value: String(parsed.value) };
  const error: StepError = { code: 'invalid_data', message: parsed.message };
  return { outcome: { ...outcome, status: 'FAILED', error } };
}

const valueSchema = z.object({ value: z.string().nullable() });

/** The definition's query gives one value. As text it is exact, and the same in every client. */
function valueAsText({ type, sql }: WatermarkDefinition): string {
  const value = `CAST((\n${sql}\n) AS ${type})`;
  if (type === 'TIMESTAMP')
    return `SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${value}, 'UTC') AS value`;
  return `SELECT CAST(${value} AS STRING) AS value`;
}

const parse = ({ type }: WatermarkDefinition, value: string | number) =>
  parseParameterValue(watermarkName, { type, description: '' }, value);

function initialOf(watermark: WatermarkDefinition): string | number | boolean {
  const parsed = parse(watermark, watermark.initial);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.message);
}

/**
 * Runs a query like a step. Its id, which no step can have, is also the one in the records. The definition's
 * query may read what its steps may; the look-up in the ledger is the control plane's own.
 */
async function ask(context: StepContext, id: 'watermark-read' | 'watermark-record', work: QueryWork) {
  const { tools } = context;
  const step: QueryStep = { id, type: 'query', needs: [], sql: work.sql, retry };
  let rows: readonly ResultRow[] = [];
  const outcome = await executeAction(context, step, {
    isJob: true,
    perform: async (request, signal) => {
      const reads = id === 'watermark-read' ? 'anything' : request.reads;
      const job = await tools.runJob({ ...request, reads, work }, signal);
      if (job.status === 'completed') rows = job.rows;
      return job;
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
