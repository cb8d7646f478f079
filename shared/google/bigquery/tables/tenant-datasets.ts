import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { MetadataTable } from '../../../definitions/tables';
import { ServiceError } from '../../../errors';
import { isDuplicate, isNotFound } from '../failures';
import { createRunOnce, type RunOnce } from '../statements/run-once';
import { createListTenants } from './list-tenants';
import { isManaged, managedLabels } from './managed-label';
import { presentSchema, widenSchema } from './widen-schema';

/** What onboarding and offboarding do to datasets and tables. Each call can be repeated. */
export interface TenantDatasets {
  /**
   * The tenant whose id equals this one but for its case; undefined where there is none, or where there is a
   * tenant of this very id, too: to BigQuery they are different names. Costs a request for 1,000 tenants. Two
   * that are onboarded at the same moment do not see each other.
   */
  readonly findOtherSpelling: (dataset: string) => Promise<string | undefined>;
  /**
   * Makes the dataset if it is not there. Resolves to its location: one that exists keeps its own. Throws
   * `tenant_exists` for a dataset without our label: it is somebody else's.
   */
  readonly ensureDataset: (dataset: string, location: string) => Promise<string>;
  /**
   * Makes the table if it is not there; an existing one gets the definition's columns that it lacks. Resolves
   * to its creation time, in milliseconds since 1970 as decimal digits: a table that is made anew has
   * another.
   */
  readonly ensureTable: (dataset: string, table: MetadataTable) => Promise<string>;
  readonly hasTable: (dataset: string, table: string) => Promise<boolean>;
  /**
   * Like ensureTable, for a table that is probably up to date: it is read first, and changed only if it
   * differs. Resolves to whether it was changed. Throws BigQuery's not found where the dataset is gone.
   */
  readonly upgradeTable: (dataset: string, table: MetadataTable) => Promise<boolean>;
  /** Runs a statement at most once for an id, however many callers there are. */
  readonly runOnce: RunOnce;
  /** `check` is called last of all before the deletion, which it forbids by throwing. */
  readonly deleteDataset: (dataset: string, check?: () => Promise<void>) => Promise<void>;
  /**
   * Brings a dataset back as it was when it was deleted last. Throws BigQuery's error: not found where it cannot be
   * brought back any more, duplicate where there is one of its name.
   */
  readonly undeleteDataset: (dataset: string) => Promise<void>;
  readonly deleteTable: (dataset: string, table: string) => Promise<void>;
}

const datasetSchema = z.object({
  location: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
});
const createdSchema = z.object({ creationTime: z.string() });
const tableResourceSchema = createdSchema.extend({ schema: presentSchema });

export function createTenantDatasets(bigquery: BigQuery): TenantDatasets {
  const listTenants = createListTenants(bigquery);
  return {
    runOnce: createRunOnce(bigquery),

    async findOtherSpelling(dataset) {
      let other: string | undefined;
      for await (const tenantIds of listTenants()) {
        if (tenantIds.includes(dataset)) return undefined;
        other ??= tenantIds.find((id) => id.toLowerCase() === dataset.toLowerCase());
      }
      return other;
    },

    async ensureDataset(dataset, location) {
      try {
        await bigquery.createDataset(dataset, {
          location,
          description: `Tenant ${dataset}`,
          labels: managedLabels,
        });
        return location;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return (await describeOwnDataset(bigquery, dataset)).location;
      }
    },

    ensureTable: (dataset, definition) => ensureTable(bigquery, dataset, definition),

    async hasTable(dataset, table) {
      const [exists] = await bigquery.dataset(dataset).table(table).exists();
      return exists;
    },

    async upgradeTable(dataset, definition) {
      try {
        return (await addMissingColumns(bigquery, dataset, definition)).isChanged;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await ensureTable(bigquery, dataset, definition);
        return true;
      }
    },

    async deleteDataset(dataset, check) {
      await ignoringNotFound(async () => {
        await describeOwnDataset(bigquery, dataset);
        await check?.();
        await bigquery.dataset(dataset).delete({ force: true });
      });
    },

    /** https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/undelete; the client has no method for it. */
    undeleteDataset: (dataset) =>
      new Promise((resolve, reject) => {
        const request = { method: 'POST', uri: `/datasets/${dataset}:undelete`, json: {} } as const;
        bigquery.request(request, (error) => (error === null ? resolve() : reject(error)));
      }),

    async deleteTable(dataset, table) {
      await ignoringNotFound(async () => {
        await describeOwnDataset(bigquery, dataset);
        await bigquery.dataset(dataset).table(table).delete();
      });
    },
  };
}

async function ensureTable(bigquery: BigQuery, dataset: string, definition: MetadataTable): Promise<string> {
  const { name, ...resource } = definition;
  try {
    const [table] = await bigquery.dataset(dataset).createTable(name, structuredClone(resource));
    return createdSchema.parse(table.metadata).creationTime;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return (await addMissingColumns(bigquery, dataset, definition)).creationTime;
  }
}

/** Resolves to when the table was made, and whether it lacked columns. */
async function addMissingColumns(bigquery: BigQuery, dataset: string, definition: MetadataTable) {
  const table = bigquery.dataset(dataset).table(definition.name);
  const [metadata] = await table.getMetadata();
  const { creationTime, schema } = tableResourceSchema.parse(metadata);
  const fields = widenSchema(schema.fields, definition.schema.fields);
  if (fields !== undefined) await table.setMetadata({ schema: { fields } });
  return { creationTime, isChanged: fields !== undefined };
}

async function describeOwnDataset(bigquery: BigQuery, dataset: string) {
  const [metadata] = await bigquery.dataset(dataset).getMetadata();
  if (isManaged(metadata)) return datasetSchema.parse(metadata);
  throw new ServiceError(
    'tenant_exists',
    `There is a dataset '${dataset}' that was not made by an onboarding. Nothing was changed.`,
  );
}

async function ignoringNotFound(deletion: () => Promise<void>): Promise<void> {
  try {
    await deletion();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
