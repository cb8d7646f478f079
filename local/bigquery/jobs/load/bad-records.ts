import { BigQueryError } from '../../errors';
import type { JobFault } from '../job';

/** Rows that could not be read: as many as `maxBadRecords` are left out, one more ends the job. */
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
