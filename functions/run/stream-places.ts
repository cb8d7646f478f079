import { ServiceError } from '../../shared/errors';

/**
 * Takes a place for a stream of the tenant, and returns what frees it; freeing it twice does no harm. Throws
 * `too_many_streams` where the tenant, or the instance, has as many streams as it may. Streams last for
 * minutes, and must leave room for an instance's other requests.
 */
export type TakePlace = (tenantId: string) => () => void;

/** An instance takes 250 requests at once (deploy.sh), and most of them are to start runs. */
export const usualPlaces = { perTenant: 10, perInstance: 100 };

export function createStreamPlaces({ perTenant, perInstance } = usualPlaces): TakePlace {
  /** Open streams by tenant; a tenant without one has no entry. */
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
