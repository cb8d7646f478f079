import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { integer, string, timestamp } from '../../../sql/column-schemas';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

const expiryFields = {
  key_id: string,
  name: string.nullable(),
  last_four: string.nullable(),
  created_at: timestamp,
  expires_at: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
  expiry_told_days: integer.nullable(),
};
const expiriesSchema = z.array(z.object(expiryFields));

/** When an API key expires, and what was told of that. */
export type KeyExpiry = z.infer<typeof expiriesSchema>[number];

/** All keys that a tenant ever had. None if there is no such tenant. */
export type ReadKeyExpiries = (dataset: string) => Promise<readonly KeyExpiry[]>;

const longestReadMs = 12_000;

/** By tabledata.list, which is free of charge, and may see an older state than a statement does. */
export const createReadKeyExpiries =
  (bigquery: BigQuery): ReadKeyExpiries =>
  async (dataset) => {
    try {
      const selectedFields = Object.keys(expiryFields).join();
      const asked = bigquery.dataset(dataset).table('api_keys').getRows({ selectedFields });
      const [rows]: readonly unknown[] = await within(longestReadMs, 'BigQuery', asked);
      return expiriesSchema.parse(rows);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };

/** What a key is called, free of charge. null: it has no name, is not there, or cannot be read in time. Never throws. */
export type ReadKeyName = (dataset: string, keyId: string) => Promise<string | null>;

const namesSchema = z.array(z.object({ key_id: string, name: string.nullable() }));
const nameFields = Object.keys(namesSchema.element.shape);
/** An answer waits no longer for a name. */
const longestNameMs = 2_000;
/** A key is looked for among so many. */
const mostKeys = 10_000;

export const createReadKeyName =
  (bigquery: BigQuery): ReadKeyName =>
  async (dataset, keyId) => {
    try {
      const table = bigquery.dataset(dataset).table('api_keys');
      // The client would ask for the columns, by one more request.
      table.metadata = { schema: { fields: nameFields.map((name) => ({ name, type: 'STRING' })) } };
      const page = { selectedFields: nameFields.join(), autoPaginate: false, maxResults: mostKeys };
      const [rows]: readonly unknown[] = await within(longestNameMs, 'BigQuery', table.getRows(page));
      return namesSchema.parse(rows).find(({ key_id }) => key_id === keyId)?.name ?? null;
    } catch {
      return null;
    }
  };
