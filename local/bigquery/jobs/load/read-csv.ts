import { CsvError, type Info, type Options, parse } from 'csv-parse';
import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';
import type { LoadConfiguration } from '../job-schemas';
import { createReader, type TextReader } from './known-texts';
import type { BadRecords } from './load-format';
import { openSource, type SourceFile } from './source-files';

/** With `info` and `raw`: a `cast` per field would take most of a load's time. */
interface Parsed {
  readonly info: Info;
  readonly record: readonly string[];
  /** The record as it stands in the file. */
  readonly raw: string;
}

/** The configuration in the form in which every row needs it. */
interface Rules {
  readonly columns: readonly Column[];
  readonly nullMarker: string;
  /** The null marker in quotes, as it stands in the file: that is a text, and no null. */
  readonly quotedMarker: string;
  readonly quote: string;
  readonly delimiter: string;
  readonly allowQuotedNewlines: boolean;
  readonly allowJaggedRows: boolean;
  readonly ignoreUnknownValues: boolean;
}

/**
 * The rows of a CSV file, as they are read. Fields meet columns by position.
 * @throws BigQueryError `invalid` for options that make no sense, when there are too many bad records, and
 *   where quotes do not match: what follows cannot be told apart, so that is never one bad record among good
 *   ones
 */
export async function* readCsv(
  file: SourceFile,
  fields: readonly Field[],
  configuration: LoadConfiguration,
  bad: BadRecords,
): AsyncGenerator<Row> {
  checkFlat(fields);
  const rules = rulesOf(fields, configuration);
  let toSkip = configuration.skipLeadingRows ?? 0;
  let position = 0;
  try {
    for await (const parsed of await parsedRecords(file, rules, configuration)) {
      if (toSkip > 0) toSkip--;
      else {
        const row = rowOf(parsed, rules, position);
        if (typeof row === 'string') bad.add(row, file.uri);
        else yield row;
      }
      position = parsed.info.bytes;
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error, position, file.uri) : error;
  }
}

function rulesOf(fields: readonly Field[], configuration: LoadConfiguration): Rules {
  const { quote = '"', nullMarker = '' } = configuration;
  return {
    columns: fields.map((field, index) => columnOf(field, index)),
    nullMarker,
    quotedMarker: `${quote}${quote === '' ? nullMarker : nullMarker.replaceAll(quote, quote + quote)}${quote}`,
    quote,
    delimiter: delimiterOf(configuration),
    allowQuotedNewlines: configuration.allowQuotedNewlines === true,
    allowJaggedRows: configuration.allowJaggedRows === true,
    ignoreUnknownValues: configuration.ignoreUnknownValues === true,
  };
}

async function parsedRecords(
  file: SourceFile,
  rules: Rules,
  { encoding }: LoadConfiguration,
): Promise<AsyncIterable<Parsed>> {
  const parser = parse(parserOptions(rules, encoding));
  const source = await openSource(file);
  source.on('error', (error) => parser.destroy(error));
  return source.pipe(parser);
}

function parserOptions({ delimiter, quote }: Rules, encoding: string | undefined): Options {
  return {
    delimiter,
    encoding: nodeEncoding(encoding),
    quote: quote === '' ? null : quote,
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
  };
}

/** Bytes that are not UTF-8, unless another encoding is given, are read as U+FFFD, as BigQuery does. */
function nodeEncoding(encoding = 'UTF-8'): BufferEncoding {
  if (/^utf-?8$/i.test(encoding)) return 'utf8';
  if (/^iso-8859-1$/i.test(encoding)) return 'latin1';
  throw new BigQueryError(
    'notImplemented',
    `Encoding ${encoding} is not supported locally, only UTF-8 and ISO-8859-1.`,
  );
}

function delimiterOf({ fieldDelimiter = ',' }: LoadConfiguration): string {
  const named = /^(tab|\\t)$/i.test(fieldDelimiter) ? '\t' : fieldDelimiter;
  if (named.length === 1) return named;
  throw new BigQueryError(
    'invalid',
    `Invalid field delimiter "${fieldDelimiter}": it must be one character.`,
  );
}

const missingQuote = 'Missing close double quote (") character.';

const messageOfCode: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: missingQuote,
  CSV_INVALID_CLOSING_QUOTE: 'Data between close double quote (") and field separator.',
};

function unreadable({ code, message }: CsvError, position: number, uri: string): BigQueryError {
  const detail = rowError(position, messageOfCode[code] ?? message);
  return new BigQueryError('invalid', `Error while reading data, error message: ${detail} File: ${uri}`, uri);
}

function rowError(position: number, message: string): string {
  return `Error detected while parsing row starting at position: ${position}. Error: ${message}`;
}

interface Column {
  readonly field: Field;
  readonly index: number;
  readonly read: TextReader;
}

const columnOf = (field: Field, index: number): Column => ({ field, index, read: createReader(field) });

const sqlNames: Readonly<Partial<Record<Field['type'], string>>> = {
  INTEGER: 'INT64',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOL',
};

/** The row, or what is wrong with it. */
function rowOf(parsed: Parsed, rules: Rules, position: number): Row | string {
  const { columns, nullMarker } = rules;
  const { record, raw } = parsed;
  if (raw.includes('\0')) return rowError(position, 'Bad character (ASCII 0) encountered.');
  if (record.length > columns.length && !rules.ignoreUnknownValues) {
    return `Too many values in row starting at position: ${position}. Found ${record.length} column(s) while expected ${columns.length}.`;
  }
  if (record.length < columns.length && !rules.allowJaggedRows) {
    return `CSV table references column position ${record.length}, but line starting at position:${position} contains only ${record.length} columns.`;
  }
  const isQuoted = quotesThatMatter(parsed, rules);
  const row: Cell[] = [];
  for (const column of columns) {
    const { index, field } = column;
    const value = record[index];
    if (value === undefined || (value === nullMarker && isQuoted?.[index] !== true)) {
      if (field.mode === 'REQUIRED') return requiredMissing(index, position);
      row.push(null);
      continue;
    }
    if (!rules.allowQuotedNewlines && isQuoted?.[index] === true && value.includes('\n')) {
      return rowError(position, missingQuote);
    }
    const converted = column.read(value);
    if ('problem' in converted) return notParsed(value, column, position, converted.problem);
    row.push(converted.cell);
  }
  return row;
}

/**
 * Which fields are in quotes; undefined where that makes no difference, as in nearly all rows: none can be
 * the null marker in quotes, and none has a line break that is not allowed.
 */
function quotesThatMatter({ raw }: Parsed, rules: Rules): readonly boolean[] | undefined {
  if (rules.quote === '') return undefined;
  const mayBreak = !rules.allowQuotedNewlines && raw.trimEnd().includes('\n');
  if (!mayBreak && !raw.includes(rules.quotedMarker)) return undefined;
  return quotedFields(raw, rules.delimiter, rules.quote);
}

function requiredMissing(index: number, position: number): string {
  return `Required column value for column index: ${index} is missing in row starting at position: ${position}.`;
}

function notParsed(text: string, { field, index }: Column, position: number, problem: string): string {
  const type = sqlNames[field.type] ?? field.type;
  return `Could not parse '${text.slice(0, 100)}' as ${type} for field ${field.name} (position ${index}) starting at location ${position}  with message '${problem}'`;
}

function checkFlat(fields: readonly Field[]): void {
  const nested = fields.find(({ type, mode }) => type === 'RECORD' || mode === 'REPEATED');
  if (nested === undefined) return;
  const what = nested.type === 'RECORD' ? 'nested' : 'repeated';
  throw new BigQueryError('invalid', `CSV files cannot hold ${what} fields. Field: ${nested.name}`);
}

/**
 * Which fields of a CSV record are in quotes.
 * @param raw the record as it stands in the file, perhaps with line breaks around it; its quotes match
 */
export function quotedFields(raw: string, delimiter: string, quote: string): readonly boolean[] {
  const found: boolean[] = [];
  let at = raw.search(/[^\r\n]/);
  for (;;) {
    const isQuoted = raw.startsWith(quote, at);
    found.push(isQuoted);
    const next = raw.indexOf(delimiter, isQuoted ? behindQuotes(raw, at + 1, quote) : at);
    if (next === -1) return found;
    at = next + 1;
  }
}

/** Behind the closing quote of a value that begins at `start`; two quotes are one within the value. */
function behindQuotes(raw: string, start: number, quote: string): number {
  for (let at = raw.indexOf(quote, start); at !== -1; at = raw.indexOf(quote, at + 2)) {
    if (raw[at + 1] !== quote) return at + 1;
  }
  return raw.length;
}
