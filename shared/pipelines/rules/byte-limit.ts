/** How many bytes BigQuery may bill for a query, and who says so. */
export interface ByteLimit {
  readonly bytes: number;
  /** For the message of a query that exceeds it. */
  readonly source: string;
}

type Tiers = Readonly<Record<string, { readonly maximum_bytes_billed: number | null }>>;

/** The limit of a tenant's tier; undefined is unlimited. For an unknown tier, the smallest of all. */
export function byteLimitOfTier(tiers: Tiers, name: string | null): ByteLimit | undefined {
  if (name !== null && Object.hasOwn(tiers, name)) {
    const bytes = tiers[name]?.maximum_bytes_billed ?? undefined;
    return bytes === undefined ? undefined : { bytes, source: `subscription tier ${name}` };
  }
  const limits = Object.values(tiers).flatMap(({ maximum_bytes_billed }) => maximum_bytes_billed ?? []);
  if (limits.length === 0) return undefined;
  return {
    bytes: Math.min(...limits),
    source: `the smallest subscription tier, as ${name === null ? 'the tenant has none' : `there is no tier ${name}`}`,
  };
}

/** The least that BigQuery bills for a query, and the least limit that it takes. */
const leastBilled = 10_485_760;

/**
 * A limit, or what is left of the tenant's byte budget where that is less. So each query alone stays within the budget;
 * queries at once can go beyond it together.
 * @param bytesLeft null: there is no budget
 */
export function withinBudget(limit: ByteLimit | undefined, bytesLeft: number | null): ByteLimit | undefined {
  if (bytesLeft === null || (limit !== undefined && limit.bytes <= bytesLeft)) return limit;
  return { bytes: Math.max(bytesLeft, leastBilled), source: "what is left of the tenant's byte budget" };
}

/** The limit of a step's query: its own or its run's, whichever is smaller. */
export function byteLimitOfStep(own: number | undefined, run: ByteLimit | undefined): ByteLimit | undefined {
  if (own === undefined || (run !== undefined && run.bytes < own)) return run;
  return { bytes: own, source: "the step's maximum_bytes_billed" };
}
