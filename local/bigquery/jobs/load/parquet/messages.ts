import type { Field, Row } from '../../../model';
import type { LoadConfiguration } from '../../job-configuration';

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
