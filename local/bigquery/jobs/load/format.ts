import type { Field, Row } from '../../model';
import type { Store } from '../../store/store';
import type { LoadConfiguration } from '../job-configuration';
import type { BadRecords } from './bad-records';
import type { SourceFile } from './sources';

/** How files of one format become rows. */
export interface Format {
  /** The rows of a file, as they are read. */
  read(
    file: SourceFile,
    fields: readonly Field[],
    configuration: LoadConfiguration,
    bad: BadRecords,
  ): AsyncGenerator<Row>;
  /** Of files that have a schema of their own: what their rows are to have where none is given. */
  fieldsOf?(
    store: Store,
    files: readonly SourceFile[],
    configuration: LoadConfiguration,
  ): Promise<readonly Field[]>;
  close?(): void;
}
