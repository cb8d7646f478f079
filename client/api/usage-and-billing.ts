// Made of schemas/openapi.json: `npm run schema` writes this file.

export type BillingExport = {
  readonly month: string;
  readonly format: 'stripe' | 'openmeter';
  /** As the billing system takes them: one for each run that completed. */
  readonly events: readonly { readonly [name: string]: unknown }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type MonthlyUsage = {
  readonly month: string;
  readonly tenants: readonly {
    readonly tenant_id: string;
    readonly total: {
      readonly runs: number;
      readonly runs_by_status: {
        readonly COMPLETED: number;
        readonly FAILED: number;
        readonly CANCELLED: number;
        readonly ADMITTED: number;
      };
      /** BigQuery's slot time, in milliseconds. */
      readonly slot_ms: number;
      readonly duration_ms: number;
      readonly rows_written: number;
      readonly bytes_processed: number;
      readonly bytes_billed: number;
    };
    readonly usage: readonly {
      /** Such as 2026-11, UTC. */
      readonly month: string;
      readonly pipeline: string;
      readonly runs: number;
      readonly runs_by_status: {
        readonly COMPLETED: number;
        readonly FAILED: number;
        readonly CANCELLED: number;
        readonly ADMITTED: number;
      };
      /** BigQuery's slot time, in milliseconds. */
      readonly slot_ms: number;
      readonly duration_ms: number;
      readonly rows_written: number;
      readonly bytes_processed: number;
      readonly bytes_billed: number;
    }[];
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type TenantUsage = {
  readonly tenant_id: string;
  /** UTC, RFC 3339. */
  readonly from: string;
  /** null: until now. */
  readonly to: string | null;
  readonly total: {
    readonly runs: number;
    readonly runs_by_status: {
      readonly COMPLETED: number;
      readonly FAILED: number;
      readonly CANCELLED: number;
      readonly ADMITTED: number;
    };
    /** BigQuery's slot time, in milliseconds. */
    readonly slot_ms: number;
    readonly duration_ms: number;
    readonly rows_written: number;
    readonly bytes_processed: number;
    readonly bytes_billed: number;
  };
  readonly usage: readonly {
    /** Such as 2026-11, UTC. */
    readonly month: string;
    readonly pipeline: string;
    readonly runs: number;
    readonly runs_by_status: {
      readonly COMPLETED: number;
      readonly FAILED: number;
      readonly CANCELLED: number;
      readonly ADMITTED: number;
    };
    /** BigQuery's slot time, in milliseconds. */
    readonly slot_ms: number;
    readonly duration_ms: number;
    readonly rows_written: number;
    readonly bytes_processed: number;
    readonly bytes_billed: number;
  }[];
};
export interface UsageAndBillingOperations {
  /** A tenant’s usage by month and pipeline. */
  readonly showUsage: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: {
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TenantUsage;
  };
  /** All tenants’ usage of a month, page by page. */
  readonly showMonthlyUsage: {
    readonly path: undefined;
    readonly query: {
      /** Such as 2026-11 (UTC). */
      readonly month?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: MonthlyUsage;
  };
  /** One event for each completed run of a month, for a billing system. */
  readonly exportBilling: {
    readonly path: undefined;
    readonly query: {
      /** Such as 2026-11 (UTC). */
      readonly month?: string;
      /** Whose events they are. */
      readonly format?: 'stripe' | 'openmeter';
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: BillingExport;
  };
}
