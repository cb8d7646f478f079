import { BigQuery } from '@google-cloud/bigquery';
import { withSteadyTokens } from './steady-tokens';

const settings = {
  userAgent: 'tenant-pipelines',
  /** In addition to BigQuery's: runs are published, and headers of files read, with the same credentials. */
  scopes: ['https://www.googleapis.com/auth/pubsub', 'https://www.googleapis.com/auth/devstorage.read_only'],
};

/**
 * Google's client. It reads project, credentials and endpoint from the environment itself, so nothing here
 * knows whether it talks to Google Cloud, an emulator or the local cloud.
 */
export const createBigQuery = (): BigQuery => withSteadyTokens(new BigQuery(settings));

/**
 * For statements. failures.ts says which of their errors are worth repeating, and whoever runs them decides
 * when. The client's own retries cover fewer errors, and would hold up the next group commit.
 */
export const createBigQueryWithoutRetries = (): BigQuery =>
  withSteadyTokens(new BigQuery({ ...settings, autoRetry: false }));
