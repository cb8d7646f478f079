import type { FieldDefinition } from '../../definitions/schemas/field-schema';
import { columnMatchOf, type TextFileStep } from '../../definitions/schemas/file-options-schema';
import type { KnownFormats } from '../../definitions/schemas/known-formats-schema';
import { describeFormat } from './known-formats';

/** What a step says that meets a file's header. */
export interface HeaderStep extends TextFileStep {
  readonly schema?: readonly FieldDefinition[] | undefined;
  readonly ignore_unknown_values?: boolean | undefined;
  readonly known_formats?: KnownFormats | undefined;
}

export interface FileHeader {
  /** How the file is called in messages. */
  readonly uri: string;
  readonly header: readonly string[];
}

export interface MatchedHeader {
  /** Why the file must not be loaded. */
  readonly problem?: string | undefined;
  /** What is odd, and loaded as the step says. */
  readonly warning?: string | undefined;
  /** What the file looks like, by the step's known formats. */
  readonly format?: string | undefined;
}

/** Compares a file's header with the schema. The first difference is named, and both lists. */
export function matchHeader({ uri, header }: FileHeader, step: HeaderStep): MatchedHeader {
  const fields = step.schema ?? [];
  const format = describeFormat(header, step.known_formats);
  const lists = `The file has ${listed(header)}. The schema has ${listed(fields.map(({ name }) => name))}.`;
  const look = format === undefined ? '' : ` It looks like ${format}.`;
  if (columnMatchOf(step) === 'POSITION') {
    const oddity = findOddity(header, fields);
    if (oddity === undefined) return { format };
    const warning = `${uri}: ${oddity}; the step says source_column_match: POSITION.${look} ${lists}`;
    return { format, warning };
  }
  const difference = findDifference(header, fields, step);
  if (difference === undefined) return { format };
  return { format, problem: `${uri} does not fit the schema: ${difference}.${look} ${lists}` };
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function findDifference(
  header: readonly string[],
  fields: readonly FieldDefinition[],
  { ignore_unknown_values, allow_missing_columns }: HeaderStep,
): string | undefined {
  const isField = (name: string) => fields.some((field) => same(field.name, name));
  const isThere = (field: FieldDefinition) => header.some((name) => same(name, field.name));
  const twice = header.findIndex((name, index) => header.findIndex((each) => same(each, name)) < index);
  if (twice !== -1) return `its header has the column '${header[twice]}' twice`;
  if (!header.some(isField)) {
    return 'no name in its header is a column of the schema (if it has no header, set csv.skip_leading_rows: 0; if its header has other names, set source_column_match: POSITION)';
  }
  const unknown = header.findIndex((name) => !isField(name));
  if (unknown !== -1 && ignore_unknown_values !== true) {
    return `column ${unknown + 1} of its header, '${header[unknown]}', is not in the schema (to leave such columns out, set ignore_unknown_values: true)`;
  }
  const required = fields.find((field) => field.mode === 'REQUIRED' && !isThere(field));
  if (required !== undefined) return `its header lacks the REQUIRED column '${required.name}'`;
  const missing = fields.find((field) => !isThere(field));
  if (missing === undefined || allow_missing_columns === true) return undefined;
  return `its header lacks the column '${missing.name}' (to make such columns NULL, set allow_missing_columns: true)`;
}

/**
 * By position: a number of columns that is not the schema's, or a column that is read as another one, where the header's
 * names are the schema's in another order. Other names are what POSITION is for.
 */
function findOddity(header: readonly string[], fields: readonly FieldDefinition[]): string | undefined {
  const isField = (name: string) => fields.some((field) => same(field.name, name));
  if (header.length !== fields.length) {
    return `its header has ${header.length} columns, and the schema ${fields.length}`;
  }
  if (!header.every(isField)) return undefined;
  const moved = header.findIndex((name, index) => !same(name, fields[index]?.name ?? ''));
  if (moved === -1) return undefined;
  return `column ${moved + 1}, '${header[moved]}' by the header, is read as '${fields[moved]?.name}'`;
}

/** So many names are listed. */
const mostListed = 150;

const listed = (names: readonly string[]): string =>
  `${names.length} column${names.length === 1 ? '' : 's'}: ${names
    .slice(0, mostListed)
    .map((name) => name.slice(0, 60))
    .join(', ')}${names.length > mostListed ? ', …' : ''}`;
