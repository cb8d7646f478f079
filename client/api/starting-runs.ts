// Made of schemas/openapi.json: `npm run schema` writes this file.

export type DryRun = {
  readonly dry_run: true;
  readonly tenant_id: string;
  readonly pipeline: string;
  /** With the defaults filled in. */
  readonly parameters: { readonly [name: string]: unknown };
  /** Where the run would begin. null: the pipeline has no watermark. */
  readonly watermark: string | null;
  readonly admission: {
    /** What a start would be answered now. */
    readonly status: 'ADMITTED' | 'QUEUED' | 'REFUSED';
    /** As the problem would be, with its numbers. */
    readonly refusal: {
      readonly code:
        | 'invalid_request'
        | 'unauthenticated'
        | 'tenant_mismatch'
        | 'insufficient_role'
        | 'cross_site_request'
        | 'insufficient_scope'
        | 'run_mismatch'
        | 'pipeline_not_allowed'
        | 'tenant_inactive'
        | 'not_local'
        | 'not_found'
        | 'pipeline_not_found'
        | 'run_not_found'
        | 'tenant_not_found'
        | 'operation_not_found'
        | 'api_key_not_found'
        | 'result_not_found'
        | 'webhook_not_found'
        | 'delivery_not_found'
        | 'schedule_not_found'
        | 'method_not_allowed'
        | 'request_timeout'
        | 'tenant_exists'
        | 'too_many_webhooks'
        | 'too_many_schedules'
        | 'result_changed'
        | 'secret_rotating'
        | 'runs_in_flight'
        | 'run_not_over'
        | 'run_not_failed'
        | 'steps_changed'
        | 'tenant_offboarding'
        | 'precondition_failed'
        | 'payload_too_large'
        | 'unsupported_media_type'
        | 'idempotency_key_reused'
        | 'monthly_quota_exceeded'
        | 'byte_quota_exceeded'
        | 'concurrent_limit_reached'
        | 'concurrency_key_busy'
        | 'queue_full'
        | 'too_many_failures'
        | 'too_many_streams'
        | 'headers_too_large'
        | 'internal'
        | 'unavailable';
      readonly status: number;
      readonly detail: string;
      readonly retry_after_seconds: number | null;
    } | null;
    /** The run whose place it would take, of a pipeline with at_limit: cancel_oldest. */
    readonly cancels: string | null;
  };
  /** Whether a step would fail as everything is now. */
  readonly would_fail: boolean;
  /** Whether the bytes of all steps are known: else the sums are too low. */
  readonly is_complete: boolean;
  readonly bytes_processed: number;
  readonly bytes_billed: number;
  /** Of the bytes billed, at the deployment's price. */
  readonly estimated_bigquery_cost: number;
  /** What the estimates take BigQuery to cost for each TiB billed. */
  readonly bigquery_price_per_tib: number;
  /** Of the costs, as ISO 4217 names it. */
  readonly currency: string;
  /** In the order of the definition. */
  readonly steps: readonly {
    /** `watermark-read` and `watermark-record` are of a pipeline’s watermark. */
    readonly step_id: string;
    readonly type: string;
    /** ESTIMATED: BigQuery takes its query, and has said what it would read. NOT_BILLED: it runs no query, and nothing is known to be wrong with it. NOT_KNOWN: what it reads is only there once steps before it have run, or a dry run may not look at it. WOULD_FAIL: it would fail as everything is now. */
    readonly status: 'ESTIMATED' | 'NOT_BILLED' | 'NOT_KNOWN' | 'WOULD_FAIL';
    /** null: not known. */
    readonly bytes_processed: number | null;
    /** Whole MiB, at least 10 for each table that it reads. null: not known. */
    readonly bytes_billed: number | null;
    /** Of bytes_processed. UPPER_BOUND: clustered tables may take less. LOWER_BOUND: it takes at least so much. */
    readonly accuracy: 'PRECISE' | 'UPPER_BOUND' | 'LOWER_BOUND' | 'UNKNOWN' | null;
    readonly estimated_bigquery_cost: number | null;
    /** The step's own limit, its tier's, or what is left of the byte budget. null: there is none. */
    readonly maximum_bytes_billed: number | null;
    /** The steps before it that write to tables that it reads. */
    readonly reads_tables_of: readonly string[];
    /** What it loads. null: it loads no files. */
    readonly files:
      | readonly {
          readonly uri: string;
          /** How many there are. null: a dry run may not look. */
          readonly files: number | null;
          readonly bytes: number | null;
        }[]
      | null;
    /** Of a run that failed with it, or `not_yet_known`. */
    readonly error_code: string | null;
    readonly error_message: string | null;
    readonly warnings: readonly string[];
  }[];
};
export type RunParameters = { readonly [name: string]: unknown };
export type StartedRun = {
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
  /** As it was when the wait was over. Only with `Prefer: wait=N` and the scope `read`. */
  readonly run?: {
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
};
export interface StartingRunsOperations {
  /** Starts a run. */
  readonly startRun: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The first part of the pipeline’s name. */
      readonly provider: string;
      /** The second part of the pipeline’s name. */
      readonly domain: string;
      /** The third part of the pipeline’s name. */
      readonly pipeline: string;
    };
    readonly query: {
      /** With true nothing is started, counted, published or written: the answer says what would be, and what it would cost. */
      readonly dry_run?: boolean;
      /** Seconds of head start in the queue, where it has to wait. */
      readonly priority?: number;
      /** How long it may wait in the queue, in seconds; its pipeline's queue_ttl_seconds if not given. */
      readonly queue_ttl?: number;
      /** Of a pipeline with a watermark: where the run begins, whatever is recorded. How far it came is then not recorded. */
      readonly watermark?: string;
      /** With a watermark: true has it recorded how far the run came. */
      readonly record_watermark?: boolean;
    };
    readonly headers: {
      /** With it a request can be repeated at will: the same run, the same answer, counted once, for ever. */
      readonly 'Idempotency-Key'?: string;
      /** `wait=30`: the body comes when the run is over, or after so many seconds (55 at most). `Preference-Applied` says that it will; it does not where too many wait already. */
      readonly Prefer?: string;
    };
    readonly body: RunParameters | undefined;
    readonly answer: DryRun | StartedRun;
  };
}
