import { createHash } from 'node:crypto';
import { columnMatchOf } from '../../../definitions/schemas/file-options-schema';
import type { TableName } from '../../../pipelines/rules/run-sources';
import { traceLabel } from '../../../telemetry/context';
import type { ExtractWork, JobRequest, LoadWork, PartitionedTable, QueryWork } from './job-request';

/**
 * BigQuery's JobConfiguration: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfiguration
 */
export function toJobConfiguration(request: JobRequest, projectId: string) {
  const { work } = request;
  const common = {
    labels: Object.fromEntries(
      Object.entries({ ...request.labels, ...traceLabel() }).map(([key, value]) => [
        key,
        toLabelValue(value),
      ]),
    ),
    jobTimeoutMs: String(Math.max(1, Math.ceil(request.timeoutMs))),
  };
  const dataset = { projectId, datasetId: request.datasetId };
  if (work.kind === 'extract') return { ...common, extract: toExtractConfiguration(work, dataset) };
  if (work.kind === 'load') {
    const load = { sourceUris: [...work.sourceUris], ...toLoadConfiguration(work, dataset) };
    return { ...common, load };
  }
  if (work.kind === 'upload') return { ...common, load: toLoadConfiguration(work, dataset) };
  return { ...common, query: toQueryConfiguration(work, dataset) };
}

/** The configuration of a dry run of the query's text alone, without what it would write to. */
export function toDryRunConfiguration(
  { datasetId }: Pick<JobRequest, 'datasetId'>,
  work: QueryWork,
  projectId: string,
) {
  const query: QueryWork = { kind: 'query', sql: work.sql, parameters: work.parameters };
  return { dryRun: true, query: toQueryConfiguration(query, { projectId, datasetId }) };
}

interface DatasetReference {
  readonly projectId: string;
  readonly datasetId: string;
}

function toQueryConfiguration(work: QueryWork, dataset: DatasetReference) {
  return {
    query: work.sql,
    useLegacySql: false,
    defaultDataset: dataset,
    ...(work.parameters.length > 0 && {
      parameterMode: 'NAMED',
      queryParameters: structuredClone([...work.parameters]),
    }),
    ...(work.destination && toDestination(work.destination, dataset)),
    ...(work.byteLimit && { maximumBytesBilled: String(work.byteLimit.bytes) }),
  };
}

/**
 * Unless the step says otherwise, lists become arrays and enums become texts, as their writers meant them. By
 * default BigQuery shows the records and bytes in which Parquet stores them.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#ParquetOptions
 */
const parquetOptionsOf = ({ parquet = {} }: LoadWork['step']) => ({
  enableListInference: parquet.list_inference ?? true,
  enumAsString: parquet.enum_as_string ?? true,
});

function toLoadConfiguration(
  { step, destination }: Pick<LoadWork, 'step' | 'destination'>,
  dataset: DatasetReference,
) {
  const csv = step.csv ?? {};
  return {
    sourceFormat: step.format,
    ...(step.format === 'PARQUET' && { parquetOptions: parquetOptionsOf(step) }),
    ...(step.schema && { schema: { fields: step.schema } }),
    ...toDestination(destination, dataset),
    ...withoutUndefined({
      maxBadRecords: step.max_bad_records,
      ignoreUnknownValues: step.ignore_unknown_values,
      skipLeadingRows: csv.skip_leading_rows,
      fieldDelimiter: csv.field_delimiter,
      quote: csv.quote,
      nullMarker: csv.null_marker,
      nullMarkers: csv.null_markers,
      sourceColumnMatch: columnMatchOf(step),
      timeZone: step.time_zone,
      dateFormat: step.date_format,
      datetimeFormat: step.datetime_format,
      timeFormat: step.time_format,
      timestampFormat: step.timestamp_format,
      decimalTargetTypes: step.decimal_target_types,
      schemaUpdateOptions: step.schema_update_options,
      allowQuotedNewlines: csv.allow_quoted_newlines,
      allowJaggedRows: csv.allow_jagged_rows,
      encoding: csv.encoding,
    }),
  };
}

function toExtractConfiguration({ source, destinationUri, step }: ExtractWork, dataset: DatasetReference) {
  return {
    sourceTable: sourceTable(source, dataset),
    destinationUris: [destinationUri],
    destinationFormat: step.format,
    compression: step.compression,
    ...(step.csv && { printHeader: step.csv.header, fieldDelimiter: step.csv.field_delimiter }),
  };
}

const sourceTable = (source: ExtractWork['source'], dataset: DatasetReference): TableName =>
  typeof source === 'string' ? { ...dataset, tableId: source } : source;

function toDestination(destination: PartitionedTable, dataset: DatasetReference) {
  const { table, partitionId } = destination;
  return {
    destinationTable: { ...dataset, tableId: partitionId === undefined ? table : `${table}$${partitionId}` },
    createDisposition: 'CREATE_IF_NEEDED',
    writeDisposition: destination.write_disposition,
    ...(destination.time_partitioning && { timePartitioning: destination.time_partitioning }),
    ...(destination.clustering && { clustering: { fields: destination.clustering } }),
  };
}

const longestLabel = 63;

/**
 * A label's value: lower-case letters, digits, _ and -, at most 63 characters
 * (https://cloud.google.com/bigquery/docs/labels-intro#requirements). One that is too long is cut and ends
 * with a digest of the whole, so that two of them stay different.
 */
export function toLabelValue(value: string): string {
  const allowed = value.toLowerCase().replace(/[^a-z0-9_-]/g, '-');
  if (allowed.length <= longestLabel) return allowed;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return `${allowed.slice(0, longestLabel - 9)}-${digest}`;
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.assign({}, ...entries.map(([key, value]) => ({ [key]: value })));
}
