import { CsvError, type Info, type Options, parse } from 'csv-parse';
import { BigQueryError } from '../../bigquery-error';
import type { Field, Row } from '../../model';
import type { LoadConfiguration } from '../job-schemas';
import { type CsvColumns, columnFinder, goesByName } from './csv-columns';
import { type CsvRecord, type CsvRules, missingQuote, parsingFault, rowOf, rulesOf } from './csv-row';
import { type BadRecords, fileError, rowError } from './load-format';
import { openText } from './open-text';
import type { SourceFile } from './source-files';

/** With `info` and `raw`: a `cast` per field would take most of a load's time. */
interface Parsed {
  readonly info: Info;
  readonly record: readonly string[];
  /** The record as it stands in the file, with the empty lines before it. */
  readonly raw: string;
}

/**
 * The rows of a CSV file, as they are read. Fields meet columns by position, or by the names in the header.
 * @throws BigQueryError `invalid` for options that make no sense, when there are too many bad records, for a
 *   header that does not fit, and where quotes do not match: what follows cannot be told apart, so that is
 *   never one bad record among good ones
 */
export async function* readCsv(
  file: SourceFile,
  fields: readonly Field[],
  configuration: LoadConfiguration,
  bad: BadRecords,
): AsyncGenerator<Row> {
  checkFlat(fields);
  const rules = rulesOf(configuration);
  const findColumns = columnFinder(fields, configuration);
  const byName = goesByName(configuration);
  let columns: CsvColumns | undefined;
  let toSkip = configuration.skipLeadingRows ?? 0;
  let header: readonly string[] | undefined;
  try {
    for await (const { line, ...record } of recordsOf(file, rules, configuration)) {
      if (toSkip > 0) {
        toSkip--;
        if (byName) header = record.record;
        continue;
      }
      columns ??= checkedColumns(findColumns(header), file);
      const row = rowOf(record, columns, rules);
      if ('detail' in row) bad.add(row, { uri: file.uri, line, position: record.position });
      else yield row;
    }
    // A header that does not fit is told in a file without rows, too.
    if (header !== undefined) checkedColumns(findColumns(header), file);
  } catch (error) {
    throw error instanceof CsvError ? await unreadable(error, file, rules, configuration) : error;
  }
}

function checkedColumns(found: CsvColumns | { readonly problem: string }, { uri }: SourceFile): CsvColumns {
  if (!('problem' in found)) return found;
  throw fileError(`${found.problem}.`, uri);
}

interface PlacedRecord extends CsvRecord {
  readonly line: number;
}

/** The records, each with where it begins: behind the empty lines before it. */
async function* recordsOf(
  file: SourceFile,
  rules: CsvRules,
  configuration: LoadConfiguration,
  more: Options = {},
): AsyncGenerator<PlacedRecord> {
  let [bytes, lines] = [0, 0];
  for await (const { info, record, raw } of await parsedRecords(file, rules, configuration, more)) {
    const empty = /^[\r\n]*/.exec(raw)?.[0] ?? '';
    yield { record, raw, position: bytes + empty.length, line: lines + linesIn(empty) + 1 };
    bytes = info.bytes;
    lines += linesIn(raw);
  }
}

/** How many lines end in a text. The parser counts a break of two characters within quotes twice. */
function linesIn(text: string): number {
  if (text === '') return 0;
  const isPlain = text.indexOf('\n') === text.length - 1 && !text.includes('\r');
  return isPlain ? 1 : (text.match(/\r\n|\r|\n/g)?.length ?? 0);
}

async function parsedRecords(
  file: SourceFile,
  { delimiter, quote }: CsvRules,
  configuration: LoadConfiguration,
  more: Options,
): Promise<AsyncIterable<Parsed>> {
  const { stream, encoding } = await openText(file, configuration.encoding);
  const parser = parse({
    delimiter,
    encoding,
    quote: quote === '' ? null : quote,
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // One file may mix them; of its own accord the parser takes the first that it finds for all.
    record_delimiter: ['\r\n', '\n', '\r'],
    ...more,
  });
  stream.on('error', (error) => parser.destroy(error));
  parser.on('close', () => stream.destroy());
  return stream.pipe(parser);
}

const messageOfCode: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: missingQuote,
  CSV_INVALID_CLOSING_QUOTE: 'Data between close double quote (") and field separator.',
};

/**
 * The parser fails before the records that it has read are taken, so where the broken one begins is found by
 * reading again up to the one before.
 */
async function unreadable(
  error: CsvError,
  file: SourceFile,
  rules: CsvRules,
  configuration: LoadConfiguration,
): Promise<BigQueryError> {
  const { code, message } = error;
  const before = 'records' in error ? Number(error.records) : 0;
  let [position, line] = [0, 1];
  if (before > 0) {
    const read = await parsedRecords(file, rules, configuration, { to: before });
    for await (const { info, raw } of read) [position, line] = [info.bytes, line + linesIn(raw)];
  }
  return rowError(parsingFault(position, messageOfCode[code] ?? message), { uri: file.uri, line, position });
}

function checkFlat(fields: readonly Field[]): void {
  const nested = fields.find(({ type, mode }) => type === 'RECORD' || mode === 'REPEATED');
  if (nested === undefined) return;
  const what = nested.type === 'RECORD' ? 'nested' : 'repeated';
  throw new BigQueryError('invalid', `CSV files cannot hold ${what} fields. Field: ${nested.name}`);
}
