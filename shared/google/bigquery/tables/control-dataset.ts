import type { BigQuery } from '@google-cloud/bigquery';
import type { MetadataTable } from '../../../definitions/tables';
import { isDuplicate, isNotFound } from '../failures';
import { type AppendedRow, createAppendRows } from './append-rows';
import { createTenantDatasets } from './tenant-datasets';

/** What concerns more than one tenant, or outlives one. */
export interface ControlDatasetSettings {
  readonly name: string;
  /** Where it is made. */
  readonly location: string;
  readonly tables: () => readonly MetadataTable[];
}

export interface ControlDataset {
  /** Makes the dataset and its tables, and adds columns that they lack. It can be called at any time. */
  readonly ensure: () => Promise<void>;
  /** Streams rows to one of its tables; if that is not there, it is made first. Throws BigQuery's error. */
  readonly append: (table: string, ...rows: readonly AppendedRow[]) => Promise<void>;
}

/** No tenant's label: lists of tenants leave it out. */
export const controlLabels: Readonly<Record<string, string>> = { 'control-of': 'tenant-pipelines' };

export function createControlDataset(bigquery: BigQuery, settings: ControlDatasetSettings): ControlDataset {
  const { name, location, tables } = settings;
  const datasets = createTenantDatasets(bigquery);
  const appendAtOnce = createAppendRows(bigquery, []);
  const appendToNewTable = createAppendRows(bigquery);
  let ensuring: Promise<void> | undefined;

  async function make(): Promise<void> {
    try {
      const description = 'The control plane of all tenants';
      await bigquery.createDataset(name, { location, description, labels: { ...controlLabels } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    for (const table of tables()) await datasets.ensureTable(name, table);
  }

  /** Whoever asks meanwhile waits for the same. */
  const ensure = (): Promise<void> => {
    ensuring ??= make().finally(() => {
      ensuring = undefined;
    });
    return ensuring;
  };

  return {
    ensure,
    async append(table, ...rows) {
      try {
        await appendAtOnce(name, table, rows);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await ensure();
        await appendToNewTable(name, table, rows);
      }
    },
  };
}
