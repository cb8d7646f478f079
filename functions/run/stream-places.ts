import { ServiceError } from '../../shared/errors';

/** Keeps streams from taking the places of an instance's other requests: each lasts for minutes. */
export interface StreamPlaces {
  /** Throws `too_many_streams` where the tenant, or all together, have as many as there may be. */
  readonly expectOne: (tenantId: string) => void;
  /** Counts a stream as long as it lasts. */
  readonly hold: (tenantId: string, stream: () => Promise<void>) => Promise<void>;
}

/** Of the 250 requests that an instance takes at once (deploy.sh), most are for starting runs. */
export const usualPlaces = { perTenant: 10, perInstance: 100 };

export function createStreamPlaces({ perTenant, perInstance } = usualPlaces): StreamPlaces {
  const streams = new Map<string, number>();
  let all = 0;
  const add = (tenantId: string, change: 1 | -1) => {
    all += change;
    const count = (streams.get(tenantId) ?? 0) + change;
    if (count === 0) streams.delete(tenantId);
    else streams.set(tenantId, count);
  };
  return {
    expectOne(tenantId) {
      const count = streams.get(tenantId) ?? 0;
      if (count < perTenant && all < perInstance) return;
      throw new ServiceError(
        'too_many_streams',
        `Too many runs are followed at once. ${count}/${perTenant} streams open. Close one, or ask for the run itself.`,
        { headers: { 'Retry-After': '10' } },
      );
    },
    async hold(tenantId, stream) {
      add(tenantId, 1);
      try {
        await stream();
      } finally {
        add(tenantId, -1);
      }
    },
  };
}
