// Made of schemas/openapi.json: `npm run schema` writes this file.
import type { Tenant } from './common';

export type Offboarding = {
  readonly tenant_id: string;
  /** What is being done: runs end, are recorded, are exported; the dataset is removed. */
  readonly stage: 'draining' | 'recording' | 'exporting' | 'removing' | 'removed';
  /** Runs that are not over yet. */
  readonly in_flight: number;
  /** Outcomes that the ledger lacks; more may follow. 0 while `recording`: BigQuery still buffers some. */
  readonly waiting: number;
  /** When it began. */
  readonly offboarding_at: string;
  /** null while the dataset is there. */
  readonly restorable_until: string | null;
};
export interface OffboardingOperations {
  /** Offboards a tenant: suspends it, lets its runs end, records them, removes its dataset. */
  readonly offboardTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: {
      /** The id of the tenant, once more. */
      readonly confirm: string;
      /** Cancels runs that are in flight, and does not wait for the streaming buffer. */
      readonly force?: boolean;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Offboarding;
  };
  /** Brings an offboarded tenant back, suspended, as it was when it was removed. */
  readonly restoreTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Tenant;
  };
}
