import type { Field, Row } from '../../../model';
import type { LoadConfiguration } from '../../job-schemas';

/** The part of a load's configuration that says how columns of Parquet files are read. */
export type ParquetRules = Pick<LoadConfiguration, 'decimalTargetTypes' | 'parquetOptions'>;

/** A request to the reading process: one file at a time. */
export type ToReader =
  | { readonly kind: 'fields'; readonly path: string; readonly rules: ParquetRules }
  | {
      readonly kind: 'rows';
      readonly path: string;
      readonly rules: ParquetRules;
      /** The fields that the rows get. */
      readonly fields: readonly Field[];
      /** Columns that `fields` does not have are left out instead of being a fault. */
      readonly ignoreUnknown: boolean;
    };

/** Its answers: any number of `rows`, then one of the others. */
export type FromReader =
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'fault';
      readonly detail: string;
      /** Whether the library may still be reading other columns of the file. */
      readonly isStillReading: boolean;
    };

/** Something wrong with a file, in words for whoever loads it. */
export class ParquetFault extends Error {
  constructor(
    message: string,
    /** Whether the library may still be reading other columns of the file. */
    readonly isStillReading = false,
  ) {
    super(message);
  }
}

/** A fault's message; any other error thrown while a file is read means that the file is broken. */
export function detailOf(error: unknown, what = 'the file'): string {
  if (error instanceof ParquetFault) return error.message;
  // The library's own messages begin with its name; others, as of an index past a page's end, are about its
  // code.
  const [, cause] = (error instanceof Error && /^parquet (.+?)\.?$/.exec(error.message)) || [];
  const why = cause === undefined ? '' : `: ${cause}`;
  return `The Parquet file is broken: ${what} cannot be read${why}.`;
}
