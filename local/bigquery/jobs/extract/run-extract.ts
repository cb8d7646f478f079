import { BigQueryError } from '../../bigquery-error';
import { fullTableName } from '../../store/reference-names';
import { sizeOfRows } from '../../store/schema/field-sizes';
import type { KeptOutcome, QueryRows } from '../job';
import type { ExtractConfiguration } from '../job-schemas';
import { parseUri } from '../load/source-files';
import { csvLines, jsonLines } from './file-lines';
import { writeFile } from './write-file';

/** The most that BigQuery writes into one file, in logical bytes. */
const largestFile = 1_000_000_000;

/**
 * Writes the rows of a table to a file. It appears as a whole, in place of one that was there before.
 * @param gcsDirectory gs://bucket/path is the file bucket/path below it
 * @throws BigQueryError `invalid` (the URI, or a table that its format cannot hold), `notImplemented`
 */
export async function runExtract(
  { schema, rows }: QueryRows,
  gcsDirectory: string,
  configuration: ExtractConfiguration,
): Promise<Pick<KeptOutcome, 'statistics'>> {
  const { compression = 'NONE', destinationFormat = 'CSV' } = configuration;
  if (!['NONE', 'GZIP'].includes(compression)) {
    throw new BigQueryError(
      'notImplemented',
      `Compression ${compression} is not supported locally: use GZIP.`,
    );
  }
  const target = extractTargetOf(configuration);
  const bytes = sizeOfRows(rows, schema);
  if (bytes > largestFile && !target.isSharded) {
    throw new BigQueryError(
      'invalid',
      `Table ${fullTableName({ projectId: '', ...configuration.sourceTable })} too large to be exported to a single file. Specify a uri including a * to shard export.`,
    );
  }
  const lines = linesOf({ schema, rows }, destinationFormat, configuration);
  await writeFile({ gcsDirectory, ...target }, lines, compression === 'GZIP');
  return { statistics: { extract: { destinationUriFileCounts: ['1'], inputBytes: String(bytes) } } };
}

function linesOf(table: QueryRows, format: string, configuration: ExtractConfiguration): Iterable<string> {
  if (format === 'CSV') return csvLines(table, configuration);
  if (format === 'NEWLINE_DELIMITED_JSON') return jsonLines(table);
  throw new BigQueryError(
    'notImplemented',
    `Destination format ${format} is not supported locally: use CSV or NEWLINE_DELIMITED_JSON.`,
  );
}

export interface ExtractTarget {
  /** The bucket, and the parts of the object's name. */
  readonly parts: readonly string[];
  readonly uri: string;
  /** Whether BigQuery may write more than one file. */
  readonly isSharded: boolean;
}

/** What BigQuery puts in place of the `*` for the first file. */
const firstShard = '000000000000';

/** The file that an extract writes. @throws BigQueryError */
function extractTargetOf({ destinationUri, destinationUris }: ExtractConfiguration): ExtractTarget {
  const uris = destinationUris ?? (destinationUri === undefined ? [] : [destinationUri]);
  const [uri, ...others] = uris;
  if (uri === undefined) {
    throw new BigQueryError('invalid', 'Extract configuration must specify at least one destination URI');
  }
  if (others.length > 0) {
    throw new BigQueryError('notImplemented', 'More than one destination URI is not supported locally.');
  }
  const { bucket, object } = parseUri(uri, 'destination');
  const stars = object.split('*').length - 1;
  if (stars > 1)
    throw new BigQueryError('invalid', `Invalid extract destination URI "${uri}". Only one * is allowed.`);
  return { parts: [bucket, ...object.replace('*', firstShard).split('/')], uri, isSharded: stars === 1 };
}
