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
  close?(): void;
}

/** Rows that could not be read. Up to `maxBadRecords` of them are left out; one more ends the job. */
export interface BadRecords {
  /** @throws BigQueryError `invalid` when there are too many */
  add(detail: string, uri: string): void;
  readonly count: number;
  /** The first few, for the job's status. */
  readonly faults: readonly JobFault[];
}

const listed = 10;

export function createBadRecords(limit: number): BadRecords {
  const faults: JobFault[] = [];
  let count = 0;
  return {
    add(detail, uri) {
      count++;
      const message = `Error while reading data, error message: ${detail} File: ${uri}`;
      if (count > limit) throw new BigQueryError('invalid', message, uri);
      if (faults.length < listed) faults.push({ reason: 'invalid', message, location: uri });
    },
    get count() {
      return count;
    },
    faults,
  };
}
