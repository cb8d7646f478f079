import { type Allowance, createFailureLimit } from '../support/failure-limit';

/** How many look-ups of keys that turn out wrong are allowed. */
export interface LookUpAllowances {
  readonly perTenant: Allowance;
  readonly perAddress: Allowance;
  readonly perInstance: Allowance;
}

/**
 * A look-up costs a query of 10 MB. So wrong keys cost an instance at most 36 GB an hour, some 0.22 USD, however
 * many come, and 4 GB of that are for one tenant's.
 */
export const usualAllowances: LookUpAllowances = {
  perTenant: { burst: 20, perMinute: 1 },
  perAddress: { burst: 60, perMinute: 30 },
  perInstance: { burst: 300, perMinute: 60 },
};

export interface LookUpLimits {
  /** Milliseconds until a key may be looked up that this instance does not know; 0: now. */
  readonly waitMs: (tenantId: string, address: string) => number;
  /** The same for the list of a tenant's keys. An address does not count where the tenant is known. */
  readonly waitForListMs: (address: string | undefined) => number;
  /**
   * Counts a look-up for its tenant when it begins: of many at once most are judged by the list. Call `end` with
   * whether the key was wrong.
   */
  readonly begin: (tenantId: string) => void;
  readonly end: (tenantId: string, address: string, wasWrong: boolean) => void;
  /** Counts a list. */
  readonly countList: () => void;
}

export function createLookUpLimits({ perTenant, perAddress, perInstance }: LookUpAllowances): LookUpLimits {
  const ofTenant = createFailureLimit(perTenant);
  const ofAddress = createFailureLimit(perAddress);
  const ofInstance = createFailureLimit(perInstance);
  const waitForListMs = (address: string | undefined) =>
    Math.max(ofInstance.waitMs(''), address === undefined ? 0 : ofAddress.waitMs(address));
  return {
    waitMs: (tenantId, address) => Math.max(ofTenant.waitMs(tenantId), waitForListMs(address)),
    waitForListMs,
    begin: (tenantId) => ofTenant.count(tenantId),
    end(tenantId, address, wasWrong) {
      if (!wasWrong) return ofTenant.takeBack(tenantId);
      ofAddress.count(address);
      ofInstance.count('');
    },
    countList: () => ofInstance.count(''),
  };
}
