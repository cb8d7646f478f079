import { join } from 'node:path';
import { BigQueryError } from '../../errors';
import type { ExtractConfiguration } from '../job-configuration';
import { parseUri } from '../load/sources';

export interface Target {
  /** Below the folder that stands for Cloud Storage. */
  readonly path: string;
  /** Whether BigQuery may write more than one file. */
  readonly isSharded: boolean;
}

/** What BigQuery puts in place of the `*`, for the first file. */
const firstShard = '000000000000';

/** The file that an extract writes. @throws BigQueryError */
export function targetOf({ destinationUri, destinationUris }: ExtractConfiguration): Target {
  const uris = destinationUris ?? (destinationUri === undefined ? [] : [destinationUri]);
  const [uri, ...others] = uris;
  if (uri === undefined) {
    throw new BigQueryError('invalid', 'Extract configuration must specify at least one destination URI');
  }
  if (others.length > 0) {
    throw new BigQueryError('notImplemented', 'More than one destination URI is not supported locally.');
  }
  const { bucket, object } = parseUri(uri, 'destination');
  const stars = object.split('*').length - 1;
  if (stars > 1)
    throw new BigQueryError('invalid', `Invalid extract destination URI "${uri}". Only one * is allowed.`);
  return { path: join(bucket, object.replace('*', firstShard)), isSharded: stars === 1 };
}
