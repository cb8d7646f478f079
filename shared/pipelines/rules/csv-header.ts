import type { LoadStep } from '../../definitions/schemas/pipeline-schema';

type CsvOptions = Pick<
  NonNullable<LoadStep['csv']>,
  'skip_leading_rows' | 'field_delimiter' | 'quote' | 'encoding'
>;

/** The start of a CSV file. */
export interface CsvStart {
  readonly bytes: Buffer;
  /** Whether these are all bytes of the file. */
  readonly isWhole: boolean;
}

/**
 * The names in a CSV file's header: its last row that is skipped. Undefined where the file's start does not
 * show it, or its encoding is none that is read here.
 */
export function headerOf({ bytes, isWhole }: CsvStart, csv: CsvOptions = {}): readonly string[] | undefined {
  const text = textOf(bytes, csv.encoding);
  if (text === undefined) return undefined;
  const delimiter = /^(tab|\\t)$/i.test(csv.field_delimiter ?? '') ? '\t' : (csv.field_delimiter ?? ',');
  let header: readonly string[] | undefined;
  let at = 0;
  for (let row = 0; row < (csv.skip_leading_rows ?? 0); row++) {
    while (text[at] === '\n' || text[at] === '\r') at += 1;
    const found = rowAt(text, at, delimiter, csv.quote ?? '"');
    if (found === undefined || (found.end >= text.length && !isWhole) || at >= text.length) return undefined;
    header = found.values;
    at = found.end;
  }
  return header;
}

const labels: Readonly<Record<string, string>> = {
  'UTF-8': 'utf-8',
  'ISO-8859-1': 'latin1',
  'UTF-16LE': 'utf-16le',
  'UTF-16BE': 'utf-16be',
};

function textOf(bytes: Buffer, encoding = 'UTF-8'): string | undefined {
  const label = labels[encoding];
  return label === undefined ? undefined : new TextDecoder(label).decode(bytes);
}

interface FoundRow {
  readonly values: readonly string[];
  /** Behind the row, before its line break. */
  readonly end: number;
}

/** The values of the row that begins here; undefined where a quote is not closed. */
function rowAt(text: string, start: number, delimiter: string, quote: string): FoundRow | undefined {
  const values: string[] = [];
  for (let at = start; ; ) {
    const isQuoted = quote !== '' && text[at] === quote;
    const close = isQuoted ? closingQuote(text, at + 1, quote) : at;
    if (close === undefined) return undefined;
    const end = endOfValue(text, close, delimiter);
    const value = isQuoted ? text.slice(at + 1, close).replaceAll(quote + quote, quote) : text.slice(at, end);
    values.push(value.trim());
    if (text[end] !== delimiter) return { values, end };
    at = end + 1;
  }
}

function closingQuote(text: string, start: number, quote: string): number | undefined {
  for (let at = text.indexOf(quote, start); at !== -1; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at;
  }
  return undefined;
}

function endOfValue(text: string, start: number, delimiter: string): number {
  let at = start;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}
