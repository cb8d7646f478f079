// Made of schemas/openapi.json: `npm run schema` writes this file.

export type AllRunsList = {
  readonly runs: readonly {
    readonly run_id: string;
    readonly tenant_id: string;
    /** provider/domain/pipeline */
    readonly pipeline: string;
    /** Who started it: api or scheduler. */
    readonly trigger: string | null;
    readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
    readonly error_code: string | null;
    readonly failed_step: string | null;
    /** UTC, RFC 3339. */
    readonly admitted_at: string;
    readonly started_at: string | null;
    /** UTC, RFC 3339. */
    readonly ended_at: string;
    /** Milliseconds from its start to its end. */
    readonly duration_ms: number | null;
    readonly rows_written: number | null;
    readonly bytes_processed: number | null;
    readonly bytes_billed: number | null;
    /** Who started it: key, token or schedule. */
    readonly actor_kind: string | null;
    /** The id of that API key. */
    readonly actor: string | null;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type RunsInFlight = {
  /** When the tenants’ rows were read. */
  readonly as_of: string;
  /** How many that match have a slot, or had one and are not settled yet. */
  readonly running: number;
  /** How many that match wait for one. */
  readonly queued: number;
  readonly tenants: {
    /** Of how many tenants the rows were read: 500 at most. */
    readonly read: number;
    /** How many others could not be read. */
    readonly failed: number;
    /** Whether there are others, whose runs are not here. */
    readonly more: boolean;
  };
  readonly runs: readonly {
    readonly tenant_id: string;
    readonly run_id: string;
    readonly pipeline: string;
    readonly status: 'QUEUED' | 'ADMITTED';
    /** UTC, RFC 3339. */
    readonly admitted_at: string;
    /** Since when it waits, or has its slot. */
    readonly since: string;
    /** When it is given up at the latest. null while it waits in the queue. */
    readonly lease_expires_at: string | null;
    /** Where it waits. null: it does not. */
    readonly queue: {
      /** Its place in the queue, from 1. */
      readonly place: number;
      /** By how long runs took lately. null: not known. */
      readonly estimated_wait_seconds: number | null;
      /** When it ends as FAILED (queue_expired) if it still waits. */
      readonly until: string | null;
    } | null;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export interface RunsOfAllTenantsOperations {
  /** All tenants’ runs that are over, newest first, page by page. */
  readonly listAllRuns: {
    readonly path: undefined;
    readonly query: {
      /** Runs of this tenant only. */
      readonly tenant?: string;
      /** Runs of this status only. */
      readonly status?: 'COMPLETED' | 'FAILED' | 'CANCELLED';
      /** Runs of this pipeline only: provider/domain/pipeline. */
      readonly pipeline?: string;
      /** Runs with this error code only. */
      readonly error_code?: string;
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: AllRunsList;
  };
  /** What runs and what waits now over all tenants, the longest first. */
  readonly listRunsInFlight: {
    readonly path: undefined;
    readonly query: {
      /** Runs of this tenant only. */
      readonly tenant?: string;
      /** Only those that wait, or those that have a slot. */
      readonly status?: 'QUEUED' | 'ADMITTED';
      /** Runs of this pipeline only: provider/domain/pipeline. */
      readonly pipeline?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: RunsInFlight;
  };
}
