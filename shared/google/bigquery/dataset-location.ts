import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../../support/time-limits';
import { type Failure, KnownFailure } from './failures';

/**
 * Where datasets are, by server, project and dataset. It outlives requests and is shared by all clients of
 * the process, so that an instance asks once for each tenant. The one used longest ago is dropped first.
 */
const known = new Map<string, Promise<string>>();
const knownAtMost = 10_000;
/** After that the next one asks again, in milliseconds: others wait for the same answer. */
const longestAskMs = 5_000;

const datasetSchema = z.object({ location: z.string() });

/**
 * The location of a dataset, which every statement and job in it has to name: a guess of BigQuery's can be
 * wrong for scripts, and then reads like a dataset that is not there. Asked once (datasets.get, free of
 * charge), also by many at once. Throws BigQuery's error, which is not kept.
 */
export async function locationOfDataset(bigquery: BigQuery, datasetId: string): Promise<string> {
  const key = await keyOf(bigquery, datasetId);
  const found = known.get(key);
  const location = found ?? askForLocation(bigquery, datasetId);
  known.delete(key);
  known.set(key, location);
  for (const [oldest] of known) {
    if (known.size <= knownAtMost) break;
    known.delete(oldest);
  }
  try {
    return await location;
  } catch (error) {
    if (known.get(key) === location) known.delete(key);
    throw error;
  }
}

/** For a dataset that was not found where it was: one of its name may be made elsewhere. */
export async function forgetLocationOfDataset(bigquery: BigQuery, datasetId: string): Promise<void> {
  known.delete(await keyOf(bigquery, datasetId));
}

async function askForLocation(bigquery: BigQuery, datasetId: string): Promise<string> {
  const asked = bigquery.dataset(datasetId).getMetadata();
  const [dataset]: readonly unknown[] = await within(longestAskMs, 'BigQuery', asked);
  const parsed = datasetSchema.safeParse(dataset);
  if (parsed.success) return parsed.data.location;
  throw new KnownFailure(noLocation, { cause: parsed.error });
}

/** What was answered is no dataset: a proxy's page, for example. */
const noLocation: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'noLocation',
  message: 'BigQuery did not say where the dataset is.',
};

const keyOf = async (bigquery: BigQuery, datasetId: string): Promise<string> =>
  `${bigquery.baseUrl} ${await bigquery.getProjectId()} ${datasetId}`;
