import { randomUUID } from 'node:crypto';
import { createBigQueryWithoutRetries } from '../google/bigquery/bigquery-client';
import { type ControlDatasetSettings, createControlDataset } from '../google/bigquery/tables/control-dataset';
import type { Log } from '../log';
import { systemClock } from '../support/clock';
import { createRefusalCounts } from './refusal-counts';

/** Counts a function's refusals in this dataset. Google's client is made when there is something to write. */
export function refusalsIn(settings: ControlDatasetSettings, functionName: string, log: Log) {
  let dataset: ReturnType<typeof createControlDataset> | undefined;
  return createRefusalCounts({
    append: async (table, ...rows) => {
      dataset ??= createControlDataset(createBigQueryWithoutRetries(), settings);
      await dataset.append(table, ...rows);
    },
    functionName,
    newId: randomUUID,
    clock: systemClock,
    log,
  }).note;
}
