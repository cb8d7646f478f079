import { BigQueryError } from '../../bigquery-error';
import type { Field, Row, TableReference } from '../../model';
import { sizeOfRows } from '../../store/schema/field-sizes';
import { withoutDecorator } from '../../store/schema/partitions';
import { fieldsOfRest } from '../../store/schema/rest-schema';
import type { Store } from '../../store/store';
import { writeDestination } from '../destination';
import type { KeptOutcome, Upload } from '../job';
import type { LoadConfiguration } from '../job-schemas';
import { createBadRecords, fileError, type LoadFormat } from './load-format';
import { createParquetFormat } from './parquet/parquet-format';
import { readCsv } from './read-csv';
import { readNdjson } from './read-ndjson';
import { findSources } from './source-files';

const formats: Readonly<Record<string, () => LoadFormat>> = {
  CSV: () => ({ read: readCsv }),
  NEWLINE_DELIMITED_JSON: () => ({ read: readNdjson }),
  PARQUET: createParquetFormat,
};

interface Places {
  /** gs://bucket/path is the file bucket/path below it. */
  readonly gcsDirectory: string;
  /** Read instead of those files. */
  readonly upload?: Upload | undefined;
}

/**
 * Reads files into a table: all of their rows in one commit, or none.
 * @throws BigQueryError `notFound` (a file, dataset or table), `invalid` (a row, or the configuration),
 *   `duplicate`
 */
export async function runLoad(
  store: Store,
  places: Places,
  configuration: LoadConfiguration,
): Promise<Pick<KeptOutcome, 'statistics' | 'errors'>> {
  const format = formats[configuration.sourceFormat]?.();
  if (format === undefined) {
    throw new BigQueryError(
      'notImplemented',
      `Source format ${configuration.sourceFormat} is not supported locally: use ${Object.keys(formats).join(', ')}.`,
    );
  }
  try {
    return await loadAs(format, store, places, configuration);
  } finally {
    format.close?.();
  }
}

async function loadAs(
  format: LoadFormat,
  store: Store,
  { gcsDirectory, upload }: Places,
  configuration: LoadConfiguration,
): Promise<Pick<KeptOutcome, 'statistics' | 'errors'>> {
  const table = { projectId: store.projectId, ...configuration.destinationTable };
  const given =
    format.fieldsOf === undefined ? schemaOf(store, table, configuration) : givenSchema(configuration);
  const files = upload
    ? [{ uri: 'upload', path: upload.path, bytes: upload.bytes }]
    : await findSources(gcsDirectory, configuration.sourceUris);
  await format.check?.(files, configuration);
  const fields = given ?? (await format.fieldsOf?.(store, files, configuration)) ?? [];
  const bad = createBadRecords(configuration.maxBadRecords ?? 0);
  const rows: Row[] = [];
  for (const file of files) {
    try {
      for await (const row of format.read(file, fields, configuration, bad)) rows.push(row);
    } catch (error) {
      throw isGzipFault(error) ? brokenGzip(file.uri) : error;
    }
  }
  await writeDestination(store, destinationOf(table, configuration), fields, rows);
  return {
    statistics: {
      load: {
        inputFiles: String(files.length),
        inputFileBytes: String(files.reduce((sum, { bytes }) => sum + bytes, 0)),
        outputRows: String(rows.length),
        outputBytes: String(sizeOfRows(rows, fields)),
        badRecords: String(bad.count),
      },
    },
    ...(bad.faults.length > 0 && { errors: bad.faults }),
  };
}

const isGzipFault = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code));

const brokenGzip = (uri: string): BigQueryError =>
  fileError('The file begins like gzip, and cannot be unpacked.', uri);

const givenSchema = ({ schema }: LoadConfiguration): readonly Field[] | undefined =>
  schema?.fields !== undefined && schema.fields.length > 0 ? fieldsOfRest(schema) : undefined;

function schemaOf(store: Store, table: TableReference, configuration: LoadConfiguration): readonly Field[] {
  const given = givenSchema(configuration);
  if (given !== undefined) return given;
  const { autodetect } = configuration;
  if (autodetect === true) {
    throw new BigQueryError(
      'notImplemented',
      'Schema auto-detection is not supported locally: give a schema.',
    );
  }
  const existing = store.table(withoutDecorator(table).table)?.definition.schema;
  if (existing === undefined) throw new BigQueryError('invalid', 'No schema specified on job or table.');
  return existing;
}

function destinationOf(table: TableReference, configuration: LoadConfiguration) {
  const { timePartitioning, rangePartitioning, clustering, writeDisposition, createDisposition } =
    configuration;
  const { schemaUpdateOptions: updates } = configuration;
  return {
    table,
    write: writeDisposition ?? ('WRITE_APPEND' as const),
    create: createDisposition ?? ('CREATE_IF_NEEDED' as const),
    updates,
    options: {
      ...(timePartitioning && { timePartitioning }),
      ...(rangePartitioning && { rangePartitioning }),
      ...(clustering && { clustering }),
    },
  };
}
