import { ServiceError } from '../../shared/errors';
import { noTenant } from '../../shared/http/limits/call-places';

/**
 * Takes a place for a stream of its holder, and returns what frees it; freeing it twice does no harm. Throws
 * `too_many_streams` where the holder, or the instance, has as many streams as it may. Streams last for
 * minutes, and must leave room for an instance's other requests.
 * @param holder a tenant's id, or what holderOf says
 */
export type TakePlace = (holder: string) => () => void;

/** Who looks at a tenant as an admin takes none of its places. */
export const holderOf = ({ isAdmin, tenantId }: { readonly isAdmin: boolean; readonly tenantId: string }) =>
  isAdmin ? noTenant : tenantId;

/** An instance takes 250 requests at once (deploy.sh), and most of them are to start runs. */
export const usualPlaces = { perTenant: 10, perInstance: 100 };

export function createStreamPlaces({ perTenant, perInstance } = usualPlaces): TakePlace {
  /** Open streams by holder; one without any has no entry. */
  const streams = new Map<string, number>();
  let all = 0;
  const add = (holder: string, change: 1 | -1) => {
    all += change;
    const count = (streams.get(holder) ?? 0) + change;
    if (count === 0) streams.delete(holder);
    else streams.set(holder, count);
  };
  return (holder) => {
    const count = streams.get(holder) ?? 0;
    if (count >= perTenant || all >= perInstance) {
      throw new ServiceError(
        'too_many_streams',
        `Too many runs are followed at once. ${count}/${perTenant} streams open. Close one, or ask for the run itself.`,
        { retryAfterSeconds: 10 },
      );
    }
    add(holder, 1);
    let isHeld = true;
    return () => {
      if (isHeld) add(holder, -1);
      isHeld = false;
    };
  };
}
