import { z } from 'zod';

/** A quota in a request: a number of runs from 0 to 1 billion, or null for unlimited. */
export const quotaSchema = z
  .int('expected a whole number, or null for unlimited')
  .min(0, 'expected a number of at least 0, or null for unlimited')
  .max(1_000_000_000, 'expected at most 1000000000, or null for unlimited')
  .nullable();

/** A byte budget in a request, or null for unlimited. Headers hold numbers of 15 digits: a little less than a PiB. */
export const byteBudgetSchema = z
  .int('expected a whole number of bytes, or null for unlimited')
  .min(0, 'expected a number of at least 0, or null for unlimited')
  .max(999_999_999_999_999, 'expected at most 999999999999999, or null for unlimited')
  .nullable();

/**
 * How many runs may wait in a tenant's queue, which 0 means there is none of. Each is an entry of the tenant row, so
 * there is no unlimited.
 */
export const queueLengthSchema = z
  .int('expected a whole number')
  .min(0, 'expected a number of at least 0')
  .max(5_000, 'expected at most 5000');

export interface Quotas {
  /** null is unlimited. */
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  /** Bytes that BigQuery may bill, before no further run is admitted. */
  readonly max_bytes_billed_per_month: number | null;
  /** Runs that may wait in the queue at once; 0: there is no queue. Never unlimited. */
  readonly max_queued_pipelines: number;
}

/** What a tier gives. */
export interface TierQuotas extends Quotas {
  /** Shares of the monthly quotas at which an event is told. Left out: the usual ones. */
  readonly alert_at_percent?: readonly number[] | undefined;
}

/** A quota that is given wins, null included; one that is left out takes the tier's value. */
export const quotasOf = (
  given: Partial<{ [Name in keyof Quotas]: Quotas[Name] | undefined }>,
  tier: Quotas,
): Quotas => ({
  max_pipelines_per_month:
    given.max_pipelines_per_month === undefined
      ? tier.max_pipelines_per_month
      : given.max_pipelines_per_month,
  max_concurrent_pipelines:
    given.max_concurrent_pipelines === undefined
      ? tier.max_concurrent_pipelines
      : given.max_concurrent_pipelines,
  max_bytes_billed_per_month:
    given.max_bytes_billed_per_month === undefined
      ? tier.max_bytes_billed_per_month
      : given.max_bytes_billed_per_month,
  max_queued_pipelines: given.max_queued_pipelines ?? tier.max_queued_pipelines,
});

/** A tenant's tier and quotas as they were before a change. */
export interface QuotasBefore extends Quotas {
  readonly subscription_tier: string | null;
}

/** What a change of the tier did to a quota that was the tenant's own. */
export interface Overwritten {
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Which of the tenant's own quotas a change of tier has overwritten: those that differed from the tier's before,
 * were not given with the change, and are others now. Of a tier that there is no more nobody can tell, so all count.
 */
export function overwrittenQuotas(
  given: Partial<{ [Name in keyof Quotas]: Quotas[Name] | undefined }>,
  before: QuotasBefore,
  after: Quotas,
  tiers: Readonly<Record<string, Quotas>>,
): { readonly [Name in keyof Quotas]?: Overwritten } {
  const tierBefore = tiers[before.subscription_tier ?? ''];
  const overwritten = quotaNames.filter(
    (name) =>
      given[name] === undefined && before[name] !== tierBefore?.[name] && before[name] !== after[name],
  );
  return Object.fromEntries(overwritten.map((name) => [name, { from: before[name], to: after[name] }]));
}

const quotaNames = [
  'max_pipelines_per_month',
  'max_concurrent_pipelines',
  'max_bytes_billed_per_month',
  'max_queued_pipelines',
] as const satisfies readonly (keyof Quotas)[];

/** The tier's name as the tiers file has it; the message lists the names. */
export const tierNameSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z.string().refine((name) => Object.hasOwn(tiers, name), `expected one of ${Object.keys(tiers).join(', ')}`);
