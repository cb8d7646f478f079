import { BigQuery } from '@google-cloud/bigquery';

const settings = {
  userAgent: 'tenant-pipelines',
  /** Beside BigQuery's own: runs are published with the same credentials. */
  scopes: ['https://www.googleapis.com/auth/pubsub'],
};

/**
 * Google's client. Project, credentials and endpoint come from the environment it reads itself, so nothing here knows
 * whether it talks to Google Cloud, an emulator or the local cloud.
 */
export const createBigQuery = (): BigQuery => new BigQuery(settings);

/**
 * For statements: which of their errors are worth repeating is said in failures.ts, and when, by who runs them. The
 * client's own repeats, of fewer errors, would come first and hold up everyone who waits for the next group commit.
 */
export const createBigQueryWithoutRetries = (): BigQuery => new BigQuery({ ...settings, autoRetry: false });
