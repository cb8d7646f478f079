// Made of schemas/openapi.json: `npm run schema` writes this file.

export type AllUsage = {
  /** null: `from` or `to` was asked for. */
  readonly month: string | null;
  /** UTC, RFC 3339. */
  readonly from: string;
  /** null: until now. */
  readonly to: string | null;
  /** What the estimates take BigQuery to cost for each TiB billed. */
  readonly bigquery_price_per_tib: number;
  /** Of the costs, as ISO 4217 names it. */
  readonly currency: string;
  readonly tenants: readonly {
    readonly tenant_id: string;
    readonly total: {
      readonly runs: number;
      readonly runs_by_status: {
        readonly COMPLETED: number;
        readonly FAILED: number;
        readonly CANCELLED: number;
        readonly ADMITTED: number;
        readonly QUEUED: number;
      };
      /** Milliseconds with a slot, of finished runs: without their time in the queue. */
      readonly slot_ms: number;
      /** Milliseconds from the first step's start to the outcome. */
      readonly duration_ms: number;
      /** The median, about. null: no run has a duration. */
      readonly duration_ms_p50: number | null;
      /** 95 of 100 runs take less, about. */
      readonly duration_ms_p95: number | null;
      readonly rows_written: number;
      readonly bytes_processed: number;
      readonly bytes_billed: number;
      /** Of the bytes billed, at the deployment's price. */
      readonly estimated_bigquery_cost: number;
    };
    readonly usage: readonly {
      /** Such as 2026-11, UTC. */
      readonly month?: string;
      /** Such as 2026-11-30, UTC, in place of the month: with granularity=day. */
      readonly day?: string;
      readonly pipeline?: string;
      /** In place of the pipeline: with group_by=status. */
      readonly status?: string;
      readonly runs: number;
      readonly runs_by_status: {
        readonly COMPLETED: number;
        readonly FAILED: number;
        readonly CANCELLED: number;
        readonly ADMITTED: number;
        readonly QUEUED: number;
      };
      /** Milliseconds with a slot, of finished runs: without their time in the queue. */
      readonly slot_ms: number;
      /** Milliseconds from the first step's start to the outcome. */
      readonly duration_ms: number;
      /** The median, about. null: no run has a duration. */
      readonly duration_ms_p50: number | null;
      /** 95 of 100 runs take less, about. */
      readonly duration_ms_p95: number | null;
      readonly rows_written: number;
      readonly bytes_processed: number;
      readonly bytes_billed: number;
      /** Of the bytes billed, at the deployment's price. */
      readonly estimated_bigquery_cost: number;
    }[];
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type BillingExport = {
  readonly month: string;
  /** preliminary: runs of the month may still end. */
  readonly status: 'preliminary' | 'final';
  readonly format: 'stripe' | 'stripe_stream' | 'openmeter' | 'cloudevents';
  /** As the billing system takes them: one for each run that completed. */
  readonly events: readonly { readonly [name: string]: unknown }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type TenantUsage = {
  readonly tenant_id: string;
  /** UTC, RFC 3339. */
  readonly from: string;
  /** null: until now. */
  readonly to: string | null;
  /** What the estimates take BigQuery to cost for each TiB billed. */
  readonly bigquery_price_per_tib: number;
  /** Of the costs, as ISO 4217 names it. */
  readonly currency: string;
  readonly quota: {
    /** null: unlimited. */
    readonly max_pipelines_per_month: number | null;
    readonly pipeline_runs_this_month: number;
    /** null: there is no quota. */
    readonly percent_used: number | null;
  };
  /** To the month's end. null on its first day. */
  readonly forecast: {
    readonly month: string;
    /** As many for each part to come as for the part that is gone. */
    readonly method: 'linear';
    readonly pipeline_runs: number;
    readonly percent_of_quota: number | null;
  } | null;
  readonly total: {
    readonly runs: number;
    readonly runs_by_status: {
      readonly COMPLETED: number;
      readonly FAILED: number;
      readonly CANCELLED: number;
      readonly ADMITTED: number;
      readonly QUEUED: number;
    };
    /** Milliseconds with a slot, of finished runs: without their time in the queue. */
    readonly slot_ms: number;
    /** Milliseconds from the first step's start to the outcome. */
    readonly duration_ms: number;
    /** The median, about. null: no run has a duration. */
    readonly duration_ms_p50: number | null;
    /** 95 of 100 runs take less, about. */
    readonly duration_ms_p95: number | null;
    readonly rows_written: number;
    readonly bytes_processed: number;
    readonly bytes_billed: number;
    /** Of the bytes billed, at the deployment's price. */
    readonly estimated_bigquery_cost: number;
  };
  readonly usage: readonly {
    /** Such as 2026-11, UTC. */
    readonly month?: string;
    /** Such as 2026-11-30, UTC, in place of the month: with granularity=day. */
    readonly day?: string;
    readonly pipeline?: string;
    /** In place of the pipeline: with group_by=status. */
    readonly status?: string;
    readonly runs: number;
    readonly runs_by_status: {
      readonly COMPLETED: number;
      readonly FAILED: number;
      readonly CANCELLED: number;
      readonly ADMITTED: number;
      readonly QUEUED: number;
    };
    /** Milliseconds with a slot, of finished runs: without their time in the queue. */
    readonly slot_ms: number;
    /** Milliseconds from the first step's start to the outcome. */
    readonly duration_ms: number;
    /** The median, about. null: no run has a duration. */
    readonly duration_ms_p50: number | null;
    /** 95 of 100 runs take less, about. */
    readonly duration_ms_p95: number | null;
    readonly rows_written: number;
    readonly bytes_processed: number;
    readonly bytes_billed: number;
    /** Of the bytes billed, at the deployment's price. */
    readonly estimated_bigquery_cost: number;
  }[];
};
export interface UsageAndBillingOperations {
  /** A tenant’s usage by month or day, and by pipeline or status. */
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
      /** The parts of the period. */
      readonly granularity?: 'day' | 'month';
      /** What else parts the usage. */
      readonly group_by?: 'pipeline' | 'status';
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TenantUsage;
  };
  /** All tenants’ usage by runs that are over, page by page. */
  readonly showAllUsage: {
    readonly path: undefined;
    readonly query: {
      /** Such as 2026-11 (UTC). */
      readonly month?: string;
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** The parts of the period. */
      readonly granularity?: 'day' | 'month';
      /** What else parts the usage. */
      readonly group_by?: 'pipeline' | 'status';
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: AllUsage;
  };
  /** A month for a billing system: one event for each completed run, or FOCUS. */
  readonly exportBilling: {
    readonly path: undefined;
    readonly query: {
      /** Such as 2026-11 (UTC). */
      readonly month?: string;
      /** Whose events they are, or the form of the text. */
      readonly format?: 'stripe' | 'stripe_stream' | 'openmeter' | 'cloudevents' | 'csv' | 'jsonl' | 'focus';
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
