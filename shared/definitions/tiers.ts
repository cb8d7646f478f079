import { join } from 'node:path';
import { z } from 'zod';
import { alertPercentsSchema, defaultAlertPercents } from '../runs/rules/quota-alerts';
import { queueLengthSchema } from '../tenants/rules/quotas';
import { readJsonDefinition } from './read-definition';

/** A quota: a non-negative number of runs, or null for unlimited. */
const quota = z
  .int('expected a whole number, or null for unlimited')
  .nonnegative('expected a number of at least 0, or null for unlimited')
  .nullable();

const tierSchema = z.strictObject({
  max_pipelines_per_month: quota,
  max_concurrent_pipelines: quota,
  /** Bytes that BigQuery may bill for a tenant's runs a month, before no further run is admitted. */
  max_bytes_billed_per_month: z
    .int('expected a whole number of bytes, or null for unlimited')
    .nonnegative('expected a number of at least 0, or null for unlimited')
    .nullable()
    .default(null),
  /** Runs that may wait in a tenant's queue; 0: it has none. */
  max_queued_pipelines: queueLengthSchema.default(0),
  /** Shares of the monthly quotas at which an event is told. */
  alert_at_percent: alertPercentsSchema.default(defaultAlertPercents),
  /** The limit for each query of a run. BigQuery refuses less than 10 MiB, the least that it bills. */
  maximum_bytes_billed: z
    .int('expected a whole number of bytes, or null for unlimited')
    .min(10_485_760, 'expected at least 10485760 bytes, the least that BigQuery bills, or null for unlimited')
    .nullable(),
});

const tiersSchema = z
  .record(z.string().regex(/^[A-Z][A-Z0-9_]{0,49}$/, 'expected a tier name in capitals'), tierSchema)
  .refine((tiers) => Object.keys(tiers).length > 0, 'expected at least one tier');

/** What a tier gives unless a request says otherwise. null means unlimited. */
export type Tier = z.infer<typeof tierSchema>;

/** The tiers of schemas/tiers.json by name. Throws a DefinitionError that names file and field. */
export function loadTiers(schemasDirectory: string): Readonly<Record<string, Tier>> {
  return readJsonDefinition(join(schemasDirectory, 'tiers.json'), tiersSchema);
}
