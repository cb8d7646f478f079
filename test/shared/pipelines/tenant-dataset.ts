import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BigQuery } from '@google-cloud/bigquery';
import { startBigQuery } from '../../../local/bigquery/server';
import { createAppendRows } from '../../../shared/adapters/bigquery/append-rows';
import { createRunJob } from '../../../shared/adapters/bigquery/run-job';
import { loadTables } from '../../../shared/definitions/tables';
import type { ExecutionTools } from '../../../shared/pipelines/execution';

export const schemasDirectory = join(__dirname, '../../../schemas');

export interface TenantDataset {
  readonly bigquery: BigQuery;
  readonly datasetId: string;
  readonly tools: ExecutionTools;
  /** Makes gs://bucket/path of the text. */
  readonly putFile: (path: string, text: string | Buffer) => void;
  readonly query: (sql: string) => Promise<unknown[]>;
  readonly close: () => Promise<void>;
}

/** A local BigQuery with one tenant's dataset and its metadata tables, behind the adapters and Google's client. */
export async function startTenantDataset(): Promise<TenantDataset> {
  process.env.METADATA_SERVER_DETECTION = 'none';
  const gcsDirectory = mkdtempSync(join(tmpdir(), 'gcs-'));
  const server = await startBigQuery({ port: 0, gcsDirectory });
  process.env.BIGQUERY_EMULATOR_HOST = server.url;
  const bigquery = new BigQuery({ projectId: 'local' });
  const datasetId = 'tenant_1';
  await bigquery.createDataset(datasetId, { location: 'EU' });
  for (const { name, ...resource } of loadTables(schemasDirectory)) {
    await bigquery.dataset(datasetId).createTable(name, resource);
  }
  return {
    bigquery,
    datasetId,
    tools: {
      runJob: createRunJob(bigquery),
      appendRows: createAppendRows(bigquery, []),
      now: () => new Date(),
      random: () => 0,
      sleep: async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }),
      log: () => undefined,
    },
    putFile: (path, text) => {
      const file = join(gcsDirectory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    query: async (query) => {
      const [rows] = await bigquery.query({ query, defaultDataset: { datasetId } });
      return rows;
    },
    close: async () => {
      await server.close();
      rmSync(gcsDirectory, { recursive: true, force: true });
    },
  };
}
