// Made of schemas/openapi.json: `npm run schema` writes this file.

export type CancelledRun = {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly status: 'QUEUED' | 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
};
export type Rerun = {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly pipeline: string;
  readonly status: 'QUEUED' | 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** Where it waits, if it is QUEUED. */
  readonly queue?: {
    /** Its place in the queue, from 1. */
    readonly place: number;
    /** By how long runs took lately. null: not known. */
    readonly estimated_wait_seconds: number | null;
  };
  readonly rerun_of: string;
};
export type RerunRequest = {
  readonly from?: 'start' | 'failed_step';
  readonly watermark?: string | number;
  readonly record_watermark?: boolean;
};
export type Run = {
  readonly run_id: string;
  readonly tenant_id: string;
  /** provider/domain/pipeline */
  readonly pipeline: string;
  /** Who started it: api or scheduler. */
  readonly trigger: string | null;
  /** QUEUED while it waits for a slot, ADMITTED until it is over. */
  readonly status: 'QUEUED' | 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly failed_step: string | null;
  /** UTC, RFC 3339. */
  readonly admitted_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** Milliseconds from its start to its end. */
  readonly duration_ms: number | null;
  readonly rows_written: number | null;
  readonly bytes_processed: number | null;
  readonly bytes_billed: number | null;
  /** With the defaults filled in. */
  readonly parameters: { readonly [name: string]: unknown } | null;
  /** Who started it. null: that was not kept yet when it was started. */
  readonly started_by: {
    /** key, token or schedule, or admin. */
    readonly actor_kind: string | null;
    /** The id of the API key, of that which the token was made with, or of the schedule. */
    readonly actor: string;
    /** What that key is called. null: it has no name, is gone, could not be read, or is no key. */
    readonly name: string | null;
    /** The client's address. */
    readonly address: string | null;
    /** The X-Request-Id of that call. */
    readonly request_id: string | null;
  } | null;
  readonly watermark: string | null;
  /** The watermark that it was told to begin with. null: with the one that was recorded. */
  readonly watermark_from: string | null;
  /** The run that it does again. */
  readonly rerun_of: string | null;
  /** The runs that do this one again, oldest first, at most 100. */
  readonly reruns: readonly string[];
  /** The operation that has started it, such as a backfill. */
  readonly operation_id: string | null;
  /** When it left the queue. null: it did not wait, or still does. */
  readonly handed_on_at: string | null;
  /** While it is in flight: when it is given up at the latest. */
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
  /** Of its steps, each with its step. */
  readonly warnings: readonly string[];
  /** What the estimates take BigQuery to cost for each TiB billed. */
  readonly bigquery_price_per_tib: number;
  /** Of the costs, as ISO 4217 names it. */
  readonly currency: string;
  readonly steps: readonly {
    readonly step_id: string;
    readonly type: string;
    readonly status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED';
    /** How many attempts have ended. */
    readonly attempts: number;
    /** Each attempt that has ended, and the one that is under way, as far as it is a BigQuery job. */
    readonly attempt_details: readonly {
      readonly attempt: number;
      readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
      readonly started_at: string | null;
      /** null while it runs. */
      readonly ended_at: string | null;
      readonly rows_written: number | null;
      readonly bytes_processed: number | null;
      readonly bytes_billed: number | null;
      readonly error_code: string | null;
      readonly error_message: string | null;
      /** Its BigQuery job, for admins only. null: it has none, or could not be told. */
      readonly job?: {
        readonly project_id: string;
        readonly location: string;
        readonly job_id: string;
      } | null;
    }[];
    readonly started_at: string | null;
    readonly ended_at: string | null;
    readonly duration_ms: number | null;
    readonly rows_written: number | null;
    readonly bytes_processed: number | null;
    readonly bytes_billed: number | null;
    readonly error_code: string | null;
    readonly error_message: string | null;
    /** Rows of files that its last attempt left out. */
    readonly bad_records: number | null;
    /** What its files turned out to be, such as FOCUS 1.2. */
    readonly file_format: string | null;
    readonly warnings: readonly string[];
    /** The run that has done the step, where this one goes on after it and has left it out. */
    readonly reused_from: string | null;
  }[];
  readonly checks: readonly {
    readonly step_id: string;
    readonly check_name: string;
    readonly type: string;
    /** error fails the run, warn does not. */
    readonly severity: string;
    readonly passed: boolean | null;
    readonly observed: string | null;
    readonly expected: string | null;
    readonly failing_rows: number | null;
    readonly message: string | null;
  }[];
};
export type RunList = {
  readonly runs: readonly {
    readonly run_id: string;
    readonly tenant_id: string;
    /** provider/domain/pipeline */
    readonly pipeline: string;
    /** Who started it: api or scheduler. */
    readonly trigger: string | null;
    /** QUEUED while it waits for a slot, ADMITTED until it is over. */
    readonly status: 'QUEUED' | 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
    readonly error_code: string | null;
    readonly error_message: string | null;
    readonly failed_step: string | null;
    /** UTC, RFC 3339. */
    readonly admitted_at: string;
    readonly started_at: string | null;
    readonly ended_at: string | null;
    /** Milliseconds from its start to its end. */
    readonly duration_ms: number | null;
    readonly rows_written: number | null;
    readonly bytes_processed: number | null;
    readonly bytes_billed: number | null;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export interface RunsOperations {
  /** The tenant’s runs, newest first, page by page. */
  readonly listRuns: {
    readonly path: undefined;
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
      /** Runs of this status only. */
      readonly status?: 'QUEUED' | 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
      /** Runs of this pipeline only: provider/domain/pipeline. */
      readonly pipeline?: string;
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
    readonly answer: RunList;
  };
  /** A run with its steps and checks. */
  readonly showRun: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
    };
    readonly headers: {
      /** `wait=30`: the body comes when the run is over, or after so many seconds (55 at most). `Preference-Applied` says that it will; it does not where too many wait already. */
      readonly Prefer?: string;
    };
    readonly body: undefined;
    readonly answer: Run;
  };
  /** A run’s events until it is over. */
  readonly followRun: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
    };
    readonly headers: {
      /** The id of the last event that was heard: the stream goes on after it. */
      readonly 'Last-Event-ID'?: string;
    };
    readonly body: undefined;
    readonly answer: string | undefined;
  };
  /** Cancels a run. */
  readonly cancelRun: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: CancelledRun;
  };
  /** Does a run again that is over. */
  readonly rerunRun: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** With it a request can be repeated at will: the same run, the same answer, counted once, for ever. */
      readonly 'Idempotency-Key'?: string;
    };
    readonly body: RerunRequest | undefined;
    readonly answer: Rerun;
  };
}
