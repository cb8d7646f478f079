import type { WatermarkDefinition } from '../definitions/schemas/pipeline-schema';
import type { QueryWork } from '../google/bigquery/jobs/job-request';
import { readWatermark } from '../sql/runs/read-watermark';
import type { RunInputs } from './execution';
import { byteLimitOfStep } from './rules/byte-limit';
import { parseParameterValue } from './rules/parameter-values';
import { sqlParametersOf, toQueryParameters, watermarkName } from './rules/pipeline-parameters';

/** Ids that no step can have. They name the queries in the records. */
export const watermarkReadId = 'watermark-read';
export const watermarkRecordId = 'watermark-record';

/** What looks up how far the last run came: the control plane's own query of the ledger. */
export const watermarkReadWork = (run: RunInputs): QueryWork => ({
  kind: 'query',
  sql: readWatermark.sql,
  parameters: [text('tenant_id', run.tenantId), text('pipeline', run.definition.path)],
  wantsRows: true,
});

const text = (name: string, value: string) => ({
  name,
  parameterType: { type: 'STRING' as const },
  parameterValue: { value },
});

/** What finds the value to record. It may read what the definition's steps may. */
export const watermarkRecordWork = (run: RunInputs, watermark: WatermarkDefinition): QueryWork => ({
  kind: 'query',
  sql: valueAsText(watermark),
  parameters: toQueryParameters(run.definition.parameters, run.parameters),
  byteLimit: byteLimitOfStep(undefined, run.byteLimit),
  wantsRows: true,
});

/** Where a run begins: where the last one ended, or at the beginning if that is of another type by now. */
export function watermarkValue(watermark: WatermarkDefinition, recorded: string | undefined) {
  const parsed = recorded === undefined ? undefined : parseWatermark(watermark, recorded);
  const value = parsed?.ok ? parsed.value : initialOf(watermark);
  return { value, isOfOtherType: parsed?.ok === false };
}

/** The run's definition and parameters, with its watermark among the parameters. */
export const inputsWithWatermark = (run: RunInputs, value: string | number | boolean) => ({
  definition: { ...run.definition, parameters: sqlParametersOf(run.definition) },
  parameters: { ...run.parameters, [watermarkName]: value },
});

/** The definition's query gives one value. As text it is exact, and the same in every client. */
function valueAsText({ type, sql }: WatermarkDefinition): string {
  const value = `CAST((\n${sql}\n) AS ${type})`;
  if (type === 'TIMESTAMP')
    return `SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${value}, 'UTC') AS value`;
  return `SELECT CAST(${value} AS STRING) AS value`;
}

export const parseWatermark = ({ type }: WatermarkDefinition, value: string | number) =>
  parseParameterValue(watermarkName, { type, description: '' }, value);

function initialOf(watermark: WatermarkDefinition): string | number | boolean {
  const parsed = parseWatermark(watermark, watermark.initial);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.message);
}
