import { BigQueryError } from '../../bigquery-error';
import type { Field, Row } from '../../model';
import type { Store } from '../../store/store';
import type { JobFault } from '../job';
import type { LoadConfiguration } from '../job-schemas';
import type { SourceFile } from './source-files';

/** How the files of one format are read. */
export interface LoadFormat {
  /** The rows of a file, as they are read. */
  read(
    file: SourceFile,
    fields: readonly Field[],
    configuration: LoadConfiguration,
    bad: BadRecords,
  ): AsyncGenerator<Row>;
  /** For files that carry a schema: the fields of their rows where the job gives none. */
  fieldsOf?(
    store: Store,
    files: readonly SourceFile[],
    configuration: LoadConfiguration,
  ): Promise<readonly Field[]>;
  /** For files that carry a schema: refuses those that must not be loaded together. */
  check?(files: readonly SourceFile[], configuration: LoadConfiguration): Promise<void>;
  close?(): void;
}

/** Where a row begins. */
export interface RowPlace {
  readonly uri: string;
  /** From 1, the header included. */
  readonly line: number;
  /** In bytes, from 0. */
  readonly position: number;
}

/** What is wrong with a row. */
export interface RowFault {
  readonly detail: string;
  /** The column whose value is wrong, where it is one; its place in the file's row, from 0. */
  readonly column?: { readonly index: number; readonly name: string; readonly type: string } | undefined;
}

/** Rows that could not be read. Up to `maxBadRecords` of them are left out; one more ends the job. */
export interface BadRecords {
  /** @throws BigQueryError `invalid` when there are too many */
  add(fault: RowFault, place: RowPlace): void;
  readonly count: number;
  /** The first few, for the job's status. */
  readonly faults: readonly JobFault[];
}

const listed = 10;

export function createBadRecords(limit: number): BadRecords {
  const faults: JobFault[] = [];
  let count = 0;
  return {
    add(fault, place) {
      count++;
      if (count > limit) throw rowError(fault, place);
      const message = messageOf(fault, place);
      if (faults.length < listed) faults.push({ reason: 'invalid', message, location: place.uri });
    },
    get count() {
      return count;
    },
    faults,
  };
}

/** The error of a job that ends with this row. */
export const rowError = (fault: RowFault, place: RowPlace): BigQueryError =>
  new BigQueryError('invalid', messageOf(fault, place), place.uri);

/**
 * BigQuery's messages end with the row's place, like `; line_number: 2103925 byte_offset_to_start_of_line:
 * 194863028 column_index: 17 column_name: "congestion_surcharge" column_type: NUMERIC File: gs://…`
 * (https://github.com/DataTalksClub/data-engineering-zoomcamp, its notes on Kestra).
 */
function messageOf({ detail, column }: RowFault, { uri, line, position }: RowPlace): string {
  const where = `line_number: ${line} byte_offset_to_start_of_line: ${position}`;
  const which =
    column === undefined
      ? ''
      : ` column_index: ${column.index} column_name: "${column.name}" column_type: ${column.type}`;
  return fileMessage(`${detail}; ${where}${which}`, uri);
}

/** Something wrong with a whole file. */
export const fileError = (detail: string, uri: string): BigQueryError =>
  new BigQueryError('invalid', fileMessage(detail, uri), uri);

const fileMessage = (detail: string, uri: string): string =>
  `Error while reading data, error message: ${detail} File: ${uri}`;
