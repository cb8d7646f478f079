import { createHash } from 'node:crypto';
import type { ExportStep, LoadStep, TableDestination } from '../../../definitions/schemas/pipeline-schema';
import type { Reach, UriAuthor } from '../../../pipelines/rules/allowed-sources';
import type { ByteLimit } from '../../../pipelines/rules/byte-limit';
import type { QueryParameter } from '../../../pipelines/rules/pipeline-parameters';
import { traceLabel } from '../../../telemetry/context';

export interface QueryWork {
  readonly kind: 'query';
  readonly sql: string;
  readonly parameters: readonly QueryParameter[];
  readonly destination?: PartitionedTable | undefined;
  /** Instead of a destination: the table that the rows are merged into. */
  readonly merge?: Merge | undefined;
  readonly byteLimit?: ByteLimit | undefined;
  /** Whether the outcome carries the first rows of the result. */
  readonly wantsRows?: boolean;
  /** Whether the outcome names the table that holds the result, and counts its rows. */
  readonly wantsResultTable?: boolean;
}

export interface TableReference {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

/** A table, or the one partition of it that is written to, by its id. */
export type PartitionedTable = TableDestination & { readonly partitionId?: string | undefined };

/** A table, and the columns by which its rows are the same. */
export type Merge = Omit<TableDestination, 'write_disposition'> & { readonly keys: readonly string[] };

export interface ExtractWork {
  readonly kind: 'extract';
  /** The tenant's table by this name, or where a query's result is. */
  readonly source: string | TableReference;
  readonly destinationUri: string;
  readonly step: Pick<ExportStep, 'format' | 'compression' | 'csv'>;
}

export interface LoadWork {
  readonly kind: 'load';
  readonly sourceUris: readonly string[];
  readonly urisFrom: UriAuthor;
  readonly step: Pick<LoadStep, 'format' | 'schema' | 'csv' | 'max_bad_records' | 'ignore_unknown_values'>;
  readonly destination: PartitionedTable;
}

export interface UploadWork {
  readonly kind: 'upload';
  /** Makes the file; called only if there is no job yet. What it throws is the attempt's failure. */
  readonly file: () => Promise<string>;
  readonly step: LoadWork['step'];
  readonly destination: PartitionedTable;
}

export interface JobRequest {
  /** Names the effect: a second request with the same id attaches to the first one's job. */
  readonly jobId: string;
  /** The tenant's dataset: unqualified names are its tables, and destinations lie in it. */
  readonly datasetId: string;
  /** Where the dataset is. Unless given, BigQuery finds out by itself, and an attachment by one request more. */
  readonly location?: string | undefined;
  /** From the moment of the call; then the job is cancelled. */
  readonly timeoutMs: number;
  /** Of a job that was started before, so many milliseconds ago: how long it may still run. Unless given, `timeoutMs`. */
  readonly remainingMs?: ((ageMs: number) => number) | undefined;
  /** Starts nothing: where there is no job, the outcome is unknown by a failure of kind `not_found`. */
  readonly attachOnly?: boolean | undefined;
  /** Once it is aborted the job is cancelled. */
  readonly cancelWhen?: AbortSignal | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** What the job may read. 'anything' is for the control plane's own statements. */
  readonly reads: Reach | 'anything';
  readonly work: QueryWork | LoadWork | ExtractWork | UploadWork;
}

/** BigQuery's JobConfiguration: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfiguration */
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

/** Of a dry run of a query's own text, without anything that it would write to. */
export function toDryRunConfiguration({ datasetId }: JobRequest, work: QueryWork, projectId: string) {
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
 * Lists become arrays and names of enums texts, as their writers meant them; by default BigQuery shows the records and
 * bytes that they are stored as. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#ParquetOptions
 */
const parquetOptions = { enableListInference: true, enumAsString: true } as const;

function toLoadConfiguration(
  { step, destination }: Pick<LoadWork, 'step' | 'destination'>,
  dataset: DatasetReference,
) {
  const csv = step.csv ?? {};
  return {
    sourceFormat: step.format,
    ...(step.format === 'PARQUET' && { parquetOptions }),
    ...(step.schema && { schema: { fields: step.schema } }),
    ...toDestination(destination, dataset),
    ...withoutUndefined({
      maxBadRecords: step.max_bad_records,
      ignoreUnknownValues: step.ignore_unknown_values,
      skipLeadingRows: csv.skip_leading_rows,
      fieldDelimiter: csv.field_delimiter,
      quote: csv.quote,
      nullMarker: csv.null_marker,
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

const sourceTable = (source: ExtractWork['source'], dataset: DatasetReference): TableReference =>
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
 * (https://cloud.google.com/bigquery/docs/labels-intro#requirements). One that is too long ends with a digest of the
 * whole, so that two of them stay apart.
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
