import { z } from 'zod';
import { startingFields } from './started-runs';

export const bulkRerunKind = 'bulk-rerun';

const time = z.iso.datetime().transform((text) => new Date(text));

export const rerunStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

/** Which runs are done again, as the operation keeps it. null lets all pass. */
const bulkRerunFilterSchema = z.object({
  status: z.enum(rerunStatuses).nullable(),
  pipeline: z.string().nullable(),
  from: time,
  /** Never later than the start of the operation, so that it does none of its own runs again. */
  to: time,
  rerun_from: z.enum(['start', 'failed_step']),
  ...startingFields,
});

export type BulkRerunFilter = Readonly<z.infer<typeof bulkRerunFilterSchema>>;

export const bulkRerunFilterText = (filter: BulkRerunFilter): string => JSON.stringify(filter);

/** Throws where a version that is not known has written it. */
export const parseBulkRerunFilter = (text: string): BulkRerunFilter =>
  bulkRerunFilterSchema.parse(JSON.parse(text));
