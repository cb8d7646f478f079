import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { type LocalBigQueryOptions, startLocalBigQuery } from 'local-bigquery/testing';
import { loadTables } from '../../../../shared/definitions/tables';
import { createRunJob } from '../../../../shared/google/bigquery/jobs/run-job';
import { createAppendRows } from '../../../../shared/google/bigquery/tables/append-rows';
import { createReadColumns } from '../../../../shared/google/bigquery/tables/read-columns';
import { createReadFileStarts } from '../../../../shared/google/storage/read-file-starts';
import type { ExecutionTools } from '../../../../shared/pipelines/execution';

export const schemasDirectory = join(__dirname, '../../../../schemas');

export interface TenantDataset {
  readonly bigquery: BigQuery;
  /** Of the local BigQuery. */
  readonly url: string;
  readonly datasetId: string;
  readonly tools: ExecutionTools;
  /** Makes gs://billing/<name>. */
  readonly putFile: (name: string, text: string | Buffer) => void;
  /** The file that gs://<name> stands for. */
  readonly readFile: (name: string) => Buffer;
  readonly query: (sql: string) => Promise<unknown[]>;
  readonly close: () => Promise<void>;
}

/** A local BigQuery with one tenant's dataset and its metadata tables, reached through Google's client. */
export async function startTenantDataset(
  options: Pick<LocalBigQueryOptions, 'limits'> = {},
): Promise<TenantDataset> {
  const local = await startLocalBigQuery({ memoryOnly: true, ...options });
  const bigquery = local.client;
  const datasetId = 'tenant_1';
  await bigquery.createDataset(datasetId, { location: 'EU' });
  for (const { name, ...resource } of loadTables(schemasDirectory)) {
    await bigquery.dataset(datasetId).createTable(name, resource);
  }
  return {
    bigquery,
    url: local.url,
    datasetId,
    tools: {
      runJob: createRunJob(bigquery),
      allowedSources: ['*', 'gs://*'],
      appendRows: createAppendRows(bigquery, []),
      readFileStarts: createReadFileStarts(bigquery),
      readColumns: createReadColumns(bigquery),
      now: () => new Date(),
      random: () => 0,
      sleep: async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }),
      log: () => undefined,
    },
    putFile: (name, text) => local.putFile('billing', name, text),
    readFile: (name) => readFileSync(join(local.folder, 'gcs', name)),
    query: async (query) => {
      const [rows] = await bigquery.query({ query, defaultDataset: { datasetId } });
      return rows;
    },
    close: local.stop,
  };
}
