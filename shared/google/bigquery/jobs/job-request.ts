import type { ExportStep, LoadStep, TableDestination } from '../../../definitions/schemas/pipeline-schema';
import type { ByteLimit } from '../../../pipelines/rules/byte-limit';
import type { NamedQueryParameter } from '../../../pipelines/rules/pipeline-parameters';
import type { RunSources, TableName, UriAuthor } from '../../../pipelines/rules/run-sources';

/** A query, and what becomes of its rows. */
export interface QueryWork {
  readonly kind: 'query';
  readonly sql: string;
  readonly parameters: readonly NamedQueryParameter[];
  readonly destination?: PartitionedTable | undefined;
  /** Instead of a destination: the table that the rows are merged into. */
  readonly merge?: Merge | undefined;
  readonly byteLimit?: ByteLimit | undefined;
  /** Whether the outcome carries the first rows of the result. */
  readonly wantsRows?: boolean;
  /** Whether the outcome names the table that holds the result, and counts its rows. */
  readonly wantsResultTable?: boolean;
}

/** A table, or the one partition of it, by its id, that is written to. */
export type PartitionedTable = TableDestination & { readonly partitionId?: string | undefined };

/** A table, and the columns that identify its rows. */
export type Merge = Omit<TableDestination, 'write_disposition'> & { readonly keys: readonly string[] };

/** A table, or a query's result, written to files. */
export interface ExtractWork {
  readonly kind: 'extract';
  /** The name of a table of the tenant, or the table that holds a query's result. */
  readonly source: string | TableName;
  readonly destinationUri: string;
  readonly step: Pick<ExportStep, 'format' | 'compression' | 'csv'>;
}

/** Files loaded into a table. */
export interface LoadWork {
  readonly kind: 'load';
  readonly sourceUris: readonly string[];
  readonly urisFrom: UriAuthor;
  readonly step: Omit<
    LoadStep,
    | 'type'
    | 'id'
    | 'needs'
    | 'retry'
    | 'timeout_seconds'
    | 'destination'
    | 'source_uris'
    | 'source_uri_parameter'
    | 'sample_file'
  >;
  readonly destination: PartitionedTable;
}

/** A local file loaded into a table. */
export interface UploadWork {
  readonly kind: 'upload';
  /** Makes the file, only if there is no job yet, and resolves to its path. It may throw a KnownFailure. */
  readonly file: () => Promise<string>;
  readonly step: LoadWork['step'];
  readonly destination: PartitionedTable;
}

export interface JobRequest {
  /** Names the effect: a second request with the same id attaches to the first one's job. */
  readonly jobId: string;
  /** The tenant's dataset: unqualified names are its tables, and destinations lie in it. */
  readonly datasetId: string;
  /** Where the dataset is. If absent it is asked for, once in an instance. */
  readonly location?: string | undefined;
  /** Counted from the call. After that the job is cancelled. */
  readonly timeoutMs: number;
  /** How long a job that was started `ageMs` ago may still run, in milliseconds. If absent: `timeoutMs`. */
  readonly remainingMs?: ((ageMs: number) => number) | undefined;
  /** Starts nothing. If there is no job, the outcome is unknown, with a failure of kind `not_found`. */
  readonly attachOnly?: boolean | undefined;
  /** Once it is aborted, the job is cancelled. */
  readonly cancelWhen?: AbortSignal | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** What the job may read. 'anything' is for the control plane's own statements. */
  readonly reads: RunSources | 'anything';
  readonly work: QueryWork | LoadWork | ExtractWork | UploadWork;
}
