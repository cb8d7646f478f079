import type { Field, Row } from '../../../model';
import type { LoadConfiguration } from '../../job-schemas';

/** What of a load's configuration says how the columns of Parquet files are understood. */
export type ParquetRules = Pick<LoadConfiguration, 'decimalTargetTypes' | 'parquetOptions'>;

/** What the reading process is asked for: one file at a time. */
export type ToReader =
  | { readonly kind: 'fields'; readonly path: string; readonly rules: ParquetRules }
  | {
      readonly kind: 'rows';
      readonly path: string;
      readonly rules: ParquetRules;
      /** What the rows are to have. */
      readonly fields: readonly Field[];
      /** Columns that `fields` does not have are left out instead of being a fault. */
      readonly ignoreUnknown: boolean;
    };

/** What it says: any number of `rows`, then one of the others. */
export type FromReader =
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly detail: string };

/** Something wrong with a file, in words for who loads it. */
export class ParquetFault extends Error {}

/** What a fault says; whatever else is thrown while a file is read says that the file is broken. */
export function detailOf(error: unknown, what = 'the file'): string {
  if (error instanceof ParquetFault) return error.message;
  // The library's own words begin with its name; others, as of an index beyond a page's end, are about its code.
  const [, cause] = (error instanceof Error && /^parquet (.+?)\.?$/.exec(error.message)) || [];
  const why = cause === undefined ? '' : `: ${cause}`;
  return `The Parquet file is broken: ${what} cannot be read${why}.`;
}
