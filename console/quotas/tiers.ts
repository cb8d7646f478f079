import tiersFile from '../../schemas/tiers.json';

/** What a tier gives unless a tenant has quotas of its own; null: unlimited. */
export interface TierQuotas {
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly max_bytes_billed_per_month?: number | null;
  readonly max_queued_pipelines?: number;
}

/** The tiers with which the console was built: a deployment's functions and its console are built of the same file. */
export const tiers: ReadonlyMap<string, TierQuotas> = new Map<string, TierQuotas>(Object.entries(tiersFile));
