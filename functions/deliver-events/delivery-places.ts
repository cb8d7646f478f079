/** How many deliveries an instance makes at once, so that a slow endpoint keeps none of the others waiting. */
export interface PlaceLimits {
  readonly ofWebhook: number;
  /** Of one whose deliveries fail. */
  readonly ofFailingWebhook: number;
  readonly ofTenant: number;
  readonly inAll: number;
}

/** Whose delivery it is. */
interface PlaceOwner {
  readonly tenant_id: string;
  readonly webhook_id: string;
  readonly failing_since: Date | null;
}

/**
 * Does the work where there is a place for it, else resolves to undefined at once: nobody waits here, because whoever
 * waits holds a place of the instance.
 */
export type InDeliveryPlace = <T>(owner: PlaceOwner, work: () => Promise<T>) => Promise<T | undefined>;

export function createDeliveryPlaces({
  ofWebhook,
  ofFailingWebhook,
  ofTenant,
  inAll,
}: PlaceLimits): InDeliveryPlace {
  const taken = new Map<string, number>();
  const countOf = (name: string): number => taken.get(name) ?? 0;
  const add = (name: string, by: 1 | -1): void => {
    const count = countOf(name) + by;
    if (count === 0) taken.delete(name);
    else taken.set(name, count);
  };
  return async ({ tenant_id, webhook_id, failing_since }, work) => {
    const wanted = [
      ['all', inAll],
      [`tenant ${tenant_id}`, ofTenant],
      [`webhook ${webhook_id}`, failing_since === null ? ofWebhook : ofFailingWebhook],
    ] as const;
    if (wanted.some(([name, limit]) => countOf(name) >= limit)) return undefined;
    for (const [name] of wanted) add(name, 1);
    try {
      return await work();
    } finally {
      for (const [name] of wanted) add(name, -1);
    }
  };
}
