import { BigQueryError } from '../../bigquery-error';
import type { Field } from '../../model';
import { converterFor } from '../../store/values/text-rules';
import type { LoadConfiguration } from '../job-schemas';
import { createReader, type TextReader } from './known-texts';

/** A column of the table, and where a row of the file has its value. */
export interface CsvColumn {
  readonly field: Field;
  /** From 0; undefined where the file does not have the column: it is NULL. */
  readonly index: number | undefined;
  readonly read: TextReader;
}

/** The columns of the rows that follow, by the header or by position. */
export interface CsvColumns {
  readonly columns: readonly CsvColumn[];
  /** How many values a row has. */
  readonly width: number;
}

/** What makes the columns of a file: `header` is undefined where the columns go by position. */
export type FindColumns = (
  header: readonly string[] | undefined,
) => CsvColumns | { readonly problem: string };

/**
 * NAME matches the file's header with the fields, in any case and order; POSITION, the default, takes the
 * fields' order. No document says what NAME makes of names that only one side has. Here a name that is no field
 * is refused unless unknown values are ignored, and a field that the file lacks is NULL, as in JSON.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad.FIELDS.source_column_match
 * @throws BigQueryError `invalid` for rules that make no sense
 */
export function columnFinder(fields: readonly Field[], configuration: LoadConfiguration): FindColumns {
  const convert = converterFor({ ...configuration, hasStrictIntegers: true });
  const readers = fields.map((field) => createReader(field, convert));
  const columnsAt = (places: readonly (number | undefined)[]): readonly CsvColumn[] =>
    fields.flatMap((field, index) => {
      const read = readers[index];
      return read === undefined ? [] : [{ field, index: places[index], read }];
    });
  return (header) => {
    if (header === undefined) return { columns: columnsAt([...fields.keys()]), width: fields.length };
    const places = placesIn(header, fields, configuration.ignoreUnknownValues === true);
    return 'problem' in places ? places : { columns: columnsAt(places.found), width: header.length };
  };
}

/** Whether the file's header says which column is which. @throws BigQueryError `invalid` */
export function goesByName({ sourceColumnMatch, skipLeadingRows = 0 }: LoadConfiguration): boolean {
  if (sourceColumnMatch !== 'NAME') return false;
  if (skipLeadingRows > 0) return true;
  throw new BigQueryError(
    'invalid',
    'source_column_match NAME takes the names from the last row that is skipped: skip_leading_rows must be at least 1.',
  );
}

type Places = { readonly found: readonly (number | undefined)[] } | { readonly problem: string };

function placesIn(header: readonly string[], fields: readonly Field[], ignoresUnknown: boolean): Places {
  const names = header.map((name) => name.trim().toLowerCase());
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice !== -1) return { problem: `Duplicate column name '${header[twice]}' in the header` };
  const known = new Set(fields.map(({ name }) => name.toLowerCase()));
  const unknown = names.findIndex((name) => !known.has(name));
  if (unknown !== -1 && !ignoresUnknown) {
    return { problem: `Column '${header[unknown]}' of the header is not a field of the schema` };
  }
  if (names.every((name) => !known.has(name))) {
    return { problem: 'None of the names in the header is a field of the schema' };
  }
  const found = fields.map(({ name }) => {
    const place = names.indexOf(name.toLowerCase());
    return place === -1 ? undefined : place;
  });
  const missing = fields.find(({ mode }, index) => mode === 'REQUIRED' && found[index] === undefined);
  if (missing === undefined) return { found };
  return { problem: `Required column '${missing.name}' is not in the header` };
}
