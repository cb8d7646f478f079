import { BigQueryError } from '../../../bigquery-error';
import type { Field, TableReference } from '../../../model';
import { fullTableName } from '../../../store/reference-names';
import { withoutDecorator } from '../../../store/schema/partitions';
import { fieldsOfRest, restSchema } from '../../../store/schema/rest-schema';
import { updatedSchema } from '../../../store/schema/schema-updates';
import type { Store } from '../../../store/store';
import type { LoadConfiguration } from '../../job-schemas';
import type { LoadFormat } from '../load-format';
import type { SourceFile } from '../source-files';
import { createParquetReader, type ParquetReader } from './reader';

/**
 * Parquet files: BigQuery takes their schema from the one whose name is the last in the alphabet
 * (https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_schemas). Bad records
 * are never left out of them: `maxBadRecords` is for CSV and JSON.
 */
export function createParquetFormat(): LoadFormat {
  const reader = createParquetReader();
  return {
    async check(files, configuration) {
      const firsts = new Map<string, Described>();
      const several = patternsOfSeveral(files);
      for (const file of files) {
        const { pattern } = file;
        if (pattern === undefined || !several.has(pattern)) continue;
        const described = { uri: file.uri, columns: await describe(reader, file, configuration) };
        const first = firsts.get(pattern);
        if (first === undefined) firsts.set(pattern, described);
        else checkSame(pattern, first, described);
      }
    },
    async fieldsOf(store, files, configuration) {
      const [last, ...others] = files.toSorted((one, other) => (one.uri < other.uri ? 1 : -1));
      if (last === undefined) return [];
      const fields = await detect(reader, last, configuration);
      for (const file of others) checkModes(fields, await detect(reader, file, configuration), '', file);
      return fieldsFor(store, fields, configuration);
    },
    async *read(file, fields, { ignoreUnknownValues, decimalTargetTypes, parquetOptions }) {
      const ignoreUnknown = ignoreUnknownValues === true;
      const rules = { decimalTargetTypes, parquetOptions };
      const request = { kind: 'rows', path: file.path, rules, fields, ignoreUnknown } as const;
      for await (const message of reader.ask(request, file)) {
        if (message.kind === 'rows') yield* message.rows;
      }
    },
    close: reader.close,
  };
}

/** @throws BigQueryError `invalid`, also for names that no column may have */
async function detect(
  reader: ParquetReader,
  file: SourceFile,
  { decimalTargetTypes, parquetOptions }: LoadConfiguration,
): Promise<Field[]> {
  const request = { kind: 'fields', path: file.path, rules: { decimalTargetTypes, parquetOptions } } as const;
  for await (const message of reader.ask(request, file)) {
    if (message.kind === 'fields') return checked(message.fields, file);
  }
  return [];
}

function checked(fields: readonly Field[], { uri }: SourceFile): Field[] {
  try {
    return fieldsOfRest(restSchema.parse({ fields }));
  } catch (error) {
    if (!(error instanceof BigQueryError)) throw error;
    const message = `Error while reading data, error message: ${error.message} File: ${uri}`;
    throw new BigQueryError(error.reason, message, uri);
  }
}

function patternsOfSeveral(files: readonly SourceFile[]): ReadonlySet<string> {
  const found = files.flatMap(({ pattern }) => pattern ?? []);
  return new Set(found.filter((pattern, index) => found.indexOf(pattern) < index));
}

interface Described {
  readonly uri: string;
  /** Undefined where the file has no schema that can be told: reading it will say why. */
  readonly columns: readonly string[] | undefined;
}

/** The columns of a file in words, with their types and modes, in the file's order. */
async function describe(
  reader: ParquetReader,
  file: SourceFile,
  configuration: LoadConfiguration,
): Promise<readonly string[] | undefined> {
  try {
    return (await detect(reader, file, configuration)).map(inWords);
  } catch (error) {
    if (error instanceof BigQueryError) return undefined;
    throw error;
  }
}

const inWords = ({ name, type, mode, fields }: Field): string =>
  `${name} ${mode} ${type}${fields === undefined ? '' : ` (${fields.map(inWords).join(', ')})`}`;

/**
 * "You can't use a wildcard in the Cloud Storage URI if any of the files to be loaded have different schemas. Any
 * difference in the position of columns qualifies as a different schema."
 * (https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#limitations)
 */
function checkSame(pattern: string, first: Described, other: Described): void {
  if (first.columns === undefined || other.columns === undefined) return;
  const length = Math.max(first.columns.length, other.columns.length);
  for (let at = 0; at < length; at++) {
    const [one, two] = [first.columns[at] ?? 'none', other.columns[at] ?? 'none'];
    if (one === two) continue;
    throw new BigQueryError(
      'invalid',
      `Error while reading data, error message: The files of ${pattern} have different schemas: column ${at + 1} is ${one} in ${first.uri}, and ${two} in ${other.uri}. Load them by their names, or one after the other. File: ${other.uri}`,
      other.uri,
    );
  }
}

/** A field that is in several files must have one mode in all of them. */
function checkModes(
  expected: readonly Field[],
  found: readonly Field[],
  prefix: string,
  file: SourceFile,
): void {
  const byName = new Map(found.map((field) => [field.name.toLowerCase(), field]));
  for (const field of expected) {
    const other = byName.get(field.name.toLowerCase());
    if (other === undefined) continue;
    if (other.mode !== field.mode) {
      throw new BigQueryError(
        'invalid',
        `Error while reading data, error message: Provided schema is not compatible with the file '${file.uri}'. Field '${prefix}${field.name}' is specified as ${field.mode} in provided schema which does not match ${other.mode} as specified in the file.`,
        file.uri,
      );
    }
    checkModes(field.fields ?? [], other.fields ?? [], `${prefix}${field.name}.`, file);
  }
}

/** The rows' fields: those of the table that they are added to, else those of the file. */
function fieldsFor(
  store: Store,
  fields: readonly Field[],
  configuration: LoadConfiguration,
): readonly Field[] {
  const { table, partition } = withoutDecorator({
    projectId: store.projectId,
    ...configuration.destinationTable,
  });
  const existing = store.table(table)?.definition.schema;
  const isMadeAnew = configuration.writeDisposition === 'WRITE_TRUNCATE' && partition === undefined;
  if (existing === undefined || isMadeAnew) return fields;
  const updated = updatedSchema(existing, fields, configuration.schemaUpdateOptions);
  checkAppendable(table, updated, fields);
  return updated;
}

/**
 * Checks that a file's rows can be added to a table: all of its columns, nested ones too, are the table's, of
 * the same types, and none that the table requires is nullable or missing.
 * @throws BigQueryError `invalid`, `Provided Schema does not match Table …`
 */
function checkAppendable(
  table: TableReference,
  existing: readonly Field[],
  fields: readonly Field[],
  prefix = '',
): void {
  const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  for (const field of existing) {
    const given = byName.get(field.name.toLowerCase());
    const path = prefix + field.name;
    byName.delete(field.name.toLowerCase());
    if (given !== undefined) checkField(table, path, field, given);
    else if (field.mode === 'REQUIRED') throw mismatch(table, `Field ${path} is missing in new schema`);
  }
  const [added] = byName.values();
  if (added === undefined) return;
  throw mismatch(table, `Cannot add fields (field: ${prefix}${added.name})`);
}

function checkField(table: TableReference, path: string, field: Field, given: Field): void {
  if (given.type !== field.type) {
    throw mismatch(table, `Field ${path} has changed type from ${field.type} to ${given.type}`);
  }
  // A column that is never null fits where nulls are allowed.
  if (given.mode !== field.mode && (given.mode !== 'REQUIRED' || field.mode === 'REPEATED')) {
    throw mismatch(table, `Field ${path} has changed mode from ${field.mode} to ${given.mode}`);
  }
  checkAppendable(table, field.fields ?? [], given.fields ?? [], `${path}.`);
}

const mismatch = (table: TableReference, detail: string): BigQueryError =>
  new BigQueryError('invalid', `Provided Schema does not match Table ${fullTableName(table)}. ${detail}`);
