import { z } from 'zod';
import { isQueued, type Slot } from '../../runs/rules/ledger-row';
import { allowsPipeline } from '../../tenants/rules/key-pipelines';

export const bulkCancelKind = 'bulk-cancel';

export const inFlightStatuses = ['QUEUED', 'ADMITTED'] as const;

const time = z.iso.datetime().transform((text) => new Date(text));

/** Which runs are cancelled, as the operation keeps it. null lets all pass. */
const cancelFilterSchema = z.object({
  tenants: z.array(z.string()).nullable(),
  tier: z.string().nullable(),
  /** A pipeline, or all of a domain as provider/domain/*. */
  pipeline: z.string().nullable(),
  /** Those that have a slot, or those that wait for one. A version before did not ask. */
  status: z.enum(inFlightStatuses).nullable().default(null),
  from: time.nullable(),
  /** Never later than the start of the operation: so it comes to an end, whatever starts meanwhile. */
  to: time,
  /** Those that the key which asked may cancel runs of; none: all. */
  allowed_pipelines: z.array(z.string()),
});

export type CancelFilter = Readonly<z.infer<typeof cancelFilterSchema>>;

export const cancelFilterText = (filter: CancelFilter): string => JSON.stringify(filter);

/** Throws where a version that is not known has written it. */
export const parseCancelFilter = (text: string): CancelFilter => cancelFilterSchema.parse(JSON.parse(text));

/** What a filter looks at of a tenant. */
export interface TenantInFlight {
  readonly subscription_tier: string;
  readonly active_runs: readonly Pick<Slot, 'run_id' | 'pipeline' | 'admitted_at' | 'queued_until'>[];
}

/** The ids of a tenant's runs in flight that match. Which tenants are looked at is not asked here. */
export function matchingRuns(
  { subscription_tier, active_runs }: TenantInFlight,
  { tier, pipeline, status, from, to, allowed_pipelines }: CancelFilter,
): readonly string[] {
  if (tier !== null && tier !== subscription_tier) return [];
  const matching = active_runs.filter(
    (run) =>
      (pipeline === null || allowsPipeline([pipeline], run.pipeline)) &&
      (status === null || isQueued(run) === (status === 'QUEUED')) &&
      allowsPipeline(allowed_pipelines, run.pipeline) &&
      (from === null || run.admitted_at >= from) &&
      run.admitted_at < to,
  );
  return matching.map(({ run_id }) => run_id);
}
