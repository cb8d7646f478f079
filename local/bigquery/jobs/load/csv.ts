import { CsvError, type Info, type Options, parse } from 'csv-parse';
import { BigQueryError } from '../../errors';
import type { Cell, Field, Row } from '../../model';
import { scalarOfText } from '../../store/values/scalars';
import type { LoadConfiguration } from '../job-configuration';
import type { BadRecords } from './bad-records';
import { openSource, type SourceFile } from './sources';

/** A quoted value with a line break in it, where that is not allowed. */
const brokenLine = Symbol('broken line');

type Value = string | null | typeof brokenLine;

interface Parsed {
  readonly info: Info;
  readonly record: readonly Value[];
}

/**
 * The rows of a CSV file, as they are read. Fields meet columns by position.
 * @throws BigQueryError `invalid` for options that make no sense, when there are too many bad records, and where quotes
 *   do not match: what follows cannot be told apart, so that is never one bad record among good ones
 */
export async function* readCsv(
  file: SourceFile,
  fields: readonly Field[],
  configuration: LoadConfiguration,
  bad: BadRecords,
): AsyncGenerator<Row> {
  checkFlat(fields);
  const columns = fields.map((field, index) => columnOf(field, index));
  let toSkip = configuration.skipLeadingRows ?? 0;
  let position = 0;
  try {
    for await (const { record, info } of await parsedRecords(file, configuration)) {
      if (toSkip > 0) toSkip--;
      else {
        const row = rowOf(record, columns, configuration, position);
        if (typeof row === 'string') bad.add(row, file.uri);
        else yield row;
      }
      position = info.bytes;
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error, position, file.uri) : error;
  }
}

async function parsedRecords(
  file: SourceFile,
  configuration: LoadConfiguration,
): Promise<AsyncIterable<Parsed>> {
  const parser = parse(parserOptions(configuration));
  const source = await openSource(file);
  source.on('error', (error) => parser.destroy(error));
  return source.pipe(parser);
}

function parserOptions(configuration: LoadConfiguration): Options {
  const { encoding, quote = '"', nullMarker = '', allowQuotedNewlines } = configuration;
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
    throw new BigQueryError('notImplemented', `Encoding ${encoding} is not supported locally, only UTF-8.`);
  }
  return {
    delimiter: delimiterOf(configuration),
    quote: quote === '' ? null : quote,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    cast(value, { quoting }) {
      if (!quoting) return value === nullMarker ? null : value;
      return allowQuotedNewlines !== true && value.includes('\n') ? brokenLine : value;
    },
  };
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

/** Turns a value into the column's cell, or says what is wrong with it. */
type Column = (value: string | null, position: number) => { cell: Cell } | { problem: string };

const sqlNames: Readonly<Partial<Record<Field['type'], string>>> = {
  INTEGER: 'INT64',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOL',
};

function columnOf(field: Field, index: number): Column {
  return (text, position) => {
    if (text === null) {
      if (field.mode !== 'REQUIRED') return { cell: null };
      return {
        problem: `Required column value for column index: ${index} is missing in row starting at position: ${position}.`,
      };
    }
    const converted = scalarOfText(text, field);
    if ('cell' in converted) return converted;
    const type = sqlNames[field.type] ?? field.type;
    return {
      problem: `Could not parse '${text.slice(0, 100)}' as ${type} for field ${field.name} (position ${index}) starting at location ${position}  with message '${converted.problem}'`,
    };
  };
}

/** The row, or what is wrong with it. */
function rowOf(
  record: readonly Value[],
  columns: readonly Column[],
  { allowJaggedRows, ignoreUnknownValues }: LoadConfiguration,
  position: number,
): Row | string {
  if (record.length > columns.length && ignoreUnknownValues !== true) {
    return `Too many values in row starting at position: ${position}. Found ${record.length} column(s) while expected ${columns.length}.`;
  }
  if (record.length < columns.length && allowJaggedRows !== true) {
    return `CSV table references column position ${record.length}, but line starting at position:${position} contains only ${record.length} columns.`;
  }
  const row: Cell[] = [];
  for (const [index, column] of columns.entries()) {
    const value = record[index] ?? null;
    if (value === brokenLine) return rowError(position, missingQuote);
    const converted = column(value, position);
    if ('problem' in converted) return converted.problem;
    row.push(converted.cell);
  }
  return row;
}

function checkFlat(fields: readonly Field[]): void {
  const nested = fields.find(({ type, mode }) => type === 'RECORD' || mode === 'REPEATED');
  if (nested === undefined) return;
  const what = nested.type === 'RECORD' ? 'nested' : 'repeated';
  throw new BigQueryError('invalid', `CSV files cannot hold ${what} fields. Field: ${nested.name}`);
}
