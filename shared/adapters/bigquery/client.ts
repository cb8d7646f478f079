import { BigQuery } from '@google-cloud/bigquery';

/**
 * Google's client. Project, credentials and endpoint come from the environment it reads itself, so nothing here knows
 * whether it talks to Google Cloud, an emulator or the local cloud.
 */
export const createBigQuery = (): BigQuery => new BigQuery({ userAgent: 'tenant-pipelines' });
