import { ServiceError } from '../../shared/errors';

/**
 * Takes a place for a stream of the tenant, and gives back what frees it: harmless the second time. Throws
 * `too_many_streams` where the tenant, or all together, have as many as there may be. Streams are kept from taking the
 * places of an instance's other requests: each lasts for minutes.
 */
export type TakePlace = (tenantId: string) => () => void;

/** Of the 250 requests that an instance takes at once (deploy.sh), most are for starting runs. */
export const usualPlaces = { perTenant: 10, perInstance: 100 };

export function createStreamPlaces({ perTenant, perInstance } = usualPlaces): TakePlace {
  /** By tenant, never 0. */
  const streams = new Map<string, number>();
  let all = 0;
  const add = (tenantId: string, change: 1 | -1) => {
    all += change;
    const count = (streams.get(tenantId) ?? 0) + change;
    if (count === 0) streams.delete(tenantId);
    else streams.set(tenantId, count);
  };
  return (tenantId) => {
    const count = streams.get(tenantId) ?? 0;
    if (count >= perTenant || all >= perInstance) {
      throw new ServiceError(
        'too_many_streams',
        `Too many runs are followed at once. ${count}/${perTenant} streams open. Close one, or ask for the run itself.`,
        { retryAfterSeconds: 10 },
      );
    }
    add(tenantId, 1);
    let isHeld = true;
    return () => {
      if (isHeld) add(tenantId, -1);
      isHeld = false;
    };
  };
}
