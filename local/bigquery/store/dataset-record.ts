import { z } from 'zod';

/** What a client may say about a dataset; kept and given back as it was said. */
export const datasetPropertiesSchema = z.object({
  friendlyName: z.string().optional(),
  description: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  access: z.array(z.looseObject({})).optional(),
  defaultTableExpirationMs: z.string().optional(),
  defaultPartitionExpirationMs: z.string().optional(),
  defaultCollation: z.string().optional(),
  isCaseInsensitive: z.boolean().optional(),
  maxTimeTravelHours: z.string().optional(),
  storageBillingModel: z.string().optional(),
});

export type DatasetProperties = z.infer<typeof datasetPropertiesSchema>;

/** A dataset as it is kept in its `dataset.json`. Times are milliseconds since 1970. */
export const datasetRecordSchema = z.object({
  datasetId: z.string(),
  location: z.string(),
  properties: datasetPropertiesSchema,
  creationTime: z.number(),
  modifiedTime: z.number(),
});

export type DatasetRecord = Readonly<z.infer<typeof datasetRecordSchema>>;
