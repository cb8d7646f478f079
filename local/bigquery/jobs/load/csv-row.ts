import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';
import type { LoadConfiguration } from '../job-schemas';
import type { CsvColumn, CsvColumns } from './csv-columns';
import type { RowFault } from './load-format';

/** A record as the parser gives it. */
export interface CsvRecord {
  readonly record: readonly string[];
  /** The record as it stands in the file, perhaps with line breaks around it. */
  readonly raw: string;
  /** In bytes, from the file's begin. */
  readonly position: number;
}

/** The configuration in the form in which every row needs it. */
export interface CsvRules {
  readonly nullMarkers: ReadonlySet<string>;
  /** The null markers in quotes, as they stand in the file: those are texts, and no nulls. */
  readonly quotedMarkers: readonly string[];
  readonly quote: string;
  readonly delimiter: string;
  readonly allowQuotedNewlines: boolean;
  readonly allowJaggedRows: boolean;
  readonly ignoreUnknownValues: boolean;
}

/** @throws BigQueryError `invalid` for options that make no sense */
export function rulesOf(configuration: LoadConfiguration): CsvRules {
  const { quote = '"', nullMarker, nullMarkers } = configuration;
  if (nullMarker !== undefined && nullMarkers !== undefined) {
    throw new BigQueryError('invalid', 'null_marker and null_markers cannot be set at the same time.');
  }
  const markers = nullMarkers ?? [nullMarker ?? ''];
  return {
    nullMarkers: new Set(markers),
    quotedMarkers: markers.map(
      (marker) => `${quote}${quote === '' ? marker : marker.replaceAll(quote, quote + quote)}${quote}`,
    ),
    quote,
    delimiter: delimiterOf(configuration),
    allowQuotedNewlines: configuration.allowQuotedNewlines === true,
    allowJaggedRows: configuration.allowJaggedRows === true,
    ignoreUnknownValues: configuration.ignoreUnknownValues === true,
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

export const missingQuote = 'Missing close double quote (") character.';

export const parsingFault = (position: number, message: string): RowFault => ({
  detail: `Error detected while parsing row starting at position: ${position}. Error: ${message}`,
});

/** The row, or what is wrong with it. */
export function rowOf(parsed: CsvRecord, { columns, width }: CsvColumns, rules: CsvRules): Row | RowFault {
  const { record, raw, position } = parsed;
  if (raw.includes('\0')) return parsingFault(position, 'Bad character (ASCII 0) encountered.');
  if (record.length > width && !rules.ignoreUnknownValues) {
    const found = `Found ${record.length} column(s) while expected ${width}.`;
    return { detail: `Too many values in row starting at position: ${position}. ${found}` };
  }
  if (record.length < width && !rules.allowJaggedRows) {
    return {
      detail: `CSV table references column position ${record.length}, but line starting at position:${position} contains only ${record.length} columns.`,
    };
  }
  const isQuoted = quotesThatMatter(parsed, rules);
  const row: Cell[] = [];
  for (const { index, field, read } of columns) {
    const value = index === undefined ? undefined : record[index];
    const quoted = index !== undefined && isQuoted?.[index] === true;
    if (index === undefined || value === undefined || (!quoted && rules.nullMarkers.has(value))) {
      if (field.mode === 'REQUIRED') return requiredMissing({ index, field }, position);
      row.push(null);
      continue;
    }
    if (!rules.allowQuotedNewlines && quoted && value.includes('\n')) {
      return parsingFault(position, missingQuote);
    }
    const converted = read(value);
    if ('problem' in converted) return notParsed(value, { index, field }, position, converted.problem);
    row.push(converted.cell);
  }
  return row;
}

type Place = Pick<CsvColumn, 'index' | 'field'>;

const sqlNames: Readonly<Partial<Record<Field['type'], string>>> = {
  INTEGER: 'INT64',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOL',
};

const sqlName = ({ type }: Field): string => sqlNames[type] ?? type;

const columnOf = ({ index = 0, field }: Place): RowFault['column'] => ({
  index,
  name: field.name,
  type: sqlName(field),
});

function requiredMissing(place: Place, position: number): RowFault {
  return {
    detail: `Required column value for column index: ${place.index} is missing in row starting at position: ${position}.`,
    column: columnOf(place),
  };
}

function notParsed(text: string, place: Place, position: number, problem: string): RowFault {
  const { field, index } = place;
  return {
    detail: `Could not parse '${text.slice(0, 100)}' as ${sqlName(field)} for field ${field.name} (position ${index}) starting at location ${position}  with message '${problem}'`,
    column: columnOf(place),
  };
}

/**
 * Which fields are in quotes; undefined where that makes no difference, as in nearly all rows: none can be a
 * null marker in quotes, and none has a line break that is not allowed.
 */
function quotesThatMatter({ raw }: CsvRecord, rules: CsvRules): readonly boolean[] | undefined {
  if (rules.quote === '') return undefined;
  const mayBreak = !rules.allowQuotedNewlines && raw.trimEnd().includes('\n');
  if (!mayBreak && !rules.quotedMarkers.some((marker) => raw.includes(marker))) return undefined;
  return quotedFields(raw, rules.delimiter, rules.quote);
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
