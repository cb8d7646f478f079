import { BigQueryError } from '../../errors';
import { sizeOfRows } from '../../store/field-sizes';
import { tableName } from '../../store/names';
import type { JobOutcome, QueryRows } from '../job';
import type { ExtractConfiguration } from '../job-configuration';
import { csvLines } from './csv';
import { jsonLines } from './ndjson';
import { targetOf } from './target';
import { writeFile } from './write-file';

/** What BigQuery puts into one file at most, in logical bytes. */
const largestFile = 1_000_000_000;

/**
 * Writes the rows of a table to a file, which then is there as a whole, in place of one that was there before.
 * @param gcsDirectory gs://bucket/path is the file bucket/path below it
 * @throws BigQueryError `invalid` (the URI, or a table that its format cannot hold), `notImplemented`
 */
export async function runExtract(
  { schema, rows }: QueryRows,
  gcsDirectory: string,
  configuration: ExtractConfiguration,
): Promise<Pick<JobOutcome, 'statistics'>> {
  const { compression = 'NONE', destinationFormat = 'CSV' } = configuration;
  if (!['NONE', 'GZIP'].includes(compression)) {
    throw new BigQueryError(
      'notImplemented',
      `Compression ${compression} is not supported locally: use GZIP.`,
    );
  }
  const target = targetOf(configuration);
  const bytes = sizeOfRows(rows, schema);
  if (bytes > largestFile && !target.isSharded) {
    throw new BigQueryError(
      'invalid',
      `Table ${tableName({ projectId: '', ...configuration.sourceTable })} too large to be exported to a single file. Specify a uri including a * to shard export.`,
    );
  }
  const lines = linesOf({ schema, rows }, destinationFormat, configuration);
  await writeFile(gcsDirectory, target.path, lines, compression === 'GZIP');
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
