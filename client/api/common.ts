// Made of schemas/openapi.json: `npm run schema` writes this file.

export type CheckEventData = {
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
};
/** Why a call was refused (RFC 9457). */
export type Problem = {
  /** urn:tenant-pipelines:problem:<code> */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was given and what was expected, for people. */
  readonly detail: string;
  /** The path that was called. */
  readonly instance?: string;
  /** For programs. */
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
  /** What is wrong with each field, the first 20. */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
  /** How many more there are. */
  readonly errors_left_out?: number;
};
export type RunEventData = {
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
};
export type StepEventData = {
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
};
export type Tenant = {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly contact_email: string | null;
  readonly subscription_tier: string;
  readonly is_active: boolean;
  readonly suspended_at: string | null;
  /** For operators: a tenant’s keys are told null. */
  readonly suspension_reason: string | null;
  /** What the tenant is told of it. */
  readonly suspension_public_reason: string | null;
  /** When its offboarding began. */
  readonly offboarding_at: string | null;
  readonly notes: string | null;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  /** UTC, RFC 3339. */
  readonly updated_at: string;
  readonly quotas: {
    /** null: unlimited. */
    readonly max_pipelines_per_month: number | null;
    /** null: unlimited. */
    readonly max_concurrent_pipelines: number | null;
    /** null: unlimited. */
    readonly max_bytes_billed_per_month: number | null;
    /** Runs that may wait in the queue at once. 0: there is none. */
    readonly max_queued_pipelines: number;
    /** Shares of the monthly quotas at which `quota.threshold` is published. */
    readonly alert_at_percent: readonly number[];
  };
  readonly usage: {
    /** Of all time. */
    readonly pipeline_runs_count: number;
    readonly pipeline_runs_this_month: number;
    readonly current_running_pipelines: number;
    /** null: unlimited. */
    readonly monthly_runs_left: number | null;
    /** Of runs that are over. */
    readonly bytes_billed_this_month: number;
    /** null: unlimited. */
    readonly bytes_left: number | null;
    /** null: unlimited. */
    readonly concurrent_runs_left: number | null;
    readonly last_pipeline_run_at: string | null;
    /** The day on which the count of the month began anew last. */
    readonly quota_reset_date: string;
    /** UTC, RFC 3339. */
    readonly next_reset_at: string;
  };
  readonly active_runs_count: number;
  /** How many of them wait in the queue. */
  readonly queued_runs_count: number;
  /** The oldest of the runs in flight. */
  readonly active_runs: readonly {
    readonly run_id: string;
    readonly pipeline: string;
    readonly trigger: string | null;
    /** UTC, RFC 3339. */
    readonly admitted_at: string;
    readonly status: 'QUEUED' | 'ADMITTED';
    /** null while it waits in the queue. */
    readonly lease_expires_at: string | null;
  }[];
};
