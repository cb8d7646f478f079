import { z } from 'zod';

const digits = z.union([z.string(), z.number()]).transform(String);
const partitioningSchema = z.object({
  type: z.string(),
  field: z.string().optional(),
  expirationMs: digits.optional(),
});
const rangeSchema = z.object({ start: digits, end: digits, interval: digits });

/** What a table is besides schema and rows, in the REST interface's words (`TableOptions` of the model). */
export const tableOptionsSchema = z.object({
  description: z.string().optional(),
  friendlyName: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  timePartitioning: partitioningSchema.optional(),
  rangePartitioning: z.object({ field: z.string(), range: rangeSchema }).optional(),
  clustering: z.object({ fields: z.array(z.string()).readonly() }).optional(),
  expirationTime: digits.optional(),
  requirePartitionFilter: z.boolean().optional(),
});
