// Made of schemas/openapi.json: `npm run schema` writes this file.

export type ApiKeyList = {
  readonly api_keys: readonly {
    readonly api_key_id: string;
    readonly name: string | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
    /** null: never. */
    readonly expires_at: string | null;
    /** onboard, admin, or the id of a key. */
    readonly created_by: string | null;
    readonly revoked_at: string | null;
  }[];
};
export type ApiKeyRequest = {
  readonly name?: string;
  readonly expires_at?: string;
};
export type BillingExport = {
  readonly month: string;
  readonly format: 'stripe' | 'openmeter';
  /** As the billing system takes them: one for each run that completed. */
  readonly events: readonly { readonly [name: string]: unknown }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type CancelledRun = {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly status: 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
};
export type Catalogue = {
  readonly pipelines: readonly {
    readonly pipeline: string;
    readonly description: string;
    readonly timeout_seconds: number;
    readonly parameters: {
      readonly [name: string]: {
        readonly type: 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'DATE' | 'TIMESTAMP';
        readonly description: string;
        readonly required?: boolean;
        readonly default?: string | number | boolean | null;
        readonly pattern?: string;
      };
    };
  }[];
};
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
export type Health = {
  readonly status: 'ok';
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
export type NewApiKey = {
  /** Shown once, here. */
  readonly api_key: string;
  readonly api_key_id: string;
  readonly name: string | null;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  /** null: never. */
  readonly expires_at: string | null;
};
export type OnboardedTenant = {
  readonly tenant_id: string;
  /** The tenant's BigQuery dataset. */
  readonly dataset: string;
  readonly location: string;
  /** The metadata tables that were made. */
  readonly tables: readonly string[];
  readonly subscription_tier: string;
  readonly is_active: true;
  /** null: unlimited. */
  readonly max_pipelines_per_month: number | null;
  /** null: unlimited. */
  readonly max_concurrent_pipelines: number | null;
  /** Shown once, here. */
  readonly api_key: string;
  readonly api_key_id: string;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  readonly dryrun_status: 'COMPLETED' | 'FAILED' | 'SKIPPED';
  readonly dryrun_error: {
    readonly code: string;
    readonly message: string;
    readonly step: string | null;
  } | null;
};
export type Onboarding = {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly contact_email?: string;
  readonly subscription_tier?: string;
  readonly max_pipelines_per_month?: number | null;
  readonly max_concurrent_pipelines?: number | null;
  readonly notes?: string;
  readonly location?: string;
  readonly force_recreate_dataset?: boolean;
  readonly force_recreate_tables?: boolean;
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
    | 'tenant_inactive'
    | 'not_local'
    | 'not_found'
    | 'pipeline_not_found'
    | 'run_not_found'
    | 'tenant_not_found'
    | 'api_key_not_found'
    | 'method_not_allowed'
    | 'request_timeout'
    | 'tenant_exists'
    | 'payload_too_large'
    | 'unsupported_media_type'
    | 'idempotency_key_reused'
    | 'monthly_quota_exceeded'
    | 'concurrent_limit_reached'
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
export type ProfileChange = {
  readonly company_name?: string;
  readonly contact_email?: string | null;
  readonly notes?: string | null;
};
export type QuotaChange = {
  readonly subscription_tier?: string;
  readonly max_pipelines_per_month?: number | null;
  readonly max_concurrent_pipelines?: number | null;
};
export type Readiness = {
  readonly status: 'ok' | 'unavailable';
  readonly bigquery: 'ok' | 'unreachable';
  readonly pubsub: 'ok' | 'unreachable';
};
export type Run = {
  readonly run_id: string;
  readonly tenant_id: string;
  /** provider/domain/pipeline */
  readonly pipeline: string;
  /** Who started it: api or scheduler. */
  readonly trigger: string | null;
  /** ADMITTED until the run is over. */
  readonly status: 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
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
  readonly watermark: string | null;
  /** While it is in flight: when it is given up at the latest. */
  readonly lease_expires_at: string | null;
  /** Of its steps, each with its step. */
  readonly warnings: readonly string[];
  readonly steps: readonly {
    readonly step_id: string;
    readonly type: string;
    readonly status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED';
    /** How many attempts have ended. */
    readonly attempts: number;
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
export type RunEventData = {
  readonly run_id: string;
  readonly tenant_id: string;
  /** provider/domain/pipeline */
  readonly pipeline: string;
  /** Who started it: api or scheduler. */
  readonly trigger: string | null;
  /** ADMITTED until the run is over. */
  readonly status: 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
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
  readonly watermark: string | null;
  /** While it is in flight: when it is given up at the latest. */
  readonly lease_expires_at: string | null;
  /** Of its steps, each with its step. */
  readonly warnings: readonly string[];
};
export type RunList = {
  readonly runs: readonly {
    readonly run_id: string;
    readonly tenant_id: string;
    /** provider/domain/pipeline */
    readonly pipeline: string;
    /** Who started it: api or scheduler. */
    readonly trigger: string | null;
    /** ADMITTED until the run is over. */
    readonly status: 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
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
export type RunParameters = { readonly [name: string]: unknown };
export type StartedRun = {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly pipeline: string;
  readonly status: 'ADMITTED';
};
export type StepEventData = {
  readonly step_id: string;
  readonly type: string;
  readonly status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  /** How many attempts have ended. */
  readonly attempts: number;
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
};
export type Suspension = {
  readonly reason: string;
};
export type Tenant = {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly contact_email: string | null;
  readonly subscription_tier: string;
  readonly is_active: boolean;
  readonly suspended_at: string | null;
  readonly suspension_reason: string | null;
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
  };
  readonly usage: {
    /** Of all time. */
    readonly pipeline_runs_count: number;
    readonly pipeline_runs_this_month: number;
    readonly current_running_pipelines: number;
    /** null: unlimited. */
    readonly monthly_runs_left: number | null;
    /** null: unlimited. */
    readonly concurrent_runs_left: number | null;
    readonly last_pipeline_run_at: string | null;
    /** The day on which the count of the month began anew last. */
    readonly quota_reset_date: string;
    /** UTC, RFC 3339. */
    readonly next_reset_at: string;
  };
  readonly active_runs_count: number;
  /** The oldest of the runs in flight. */
  readonly active_runs: readonly {
    readonly run_id: string;
    readonly pipeline: string;
    readonly trigger: string | null;
    /** UTC, RFC 3339. */
    readonly admitted_at: string;
    /** UTC, RFC 3339. */
    readonly lease_expires_at: string;
  }[];
};
export type TenantList = {
  readonly tenants: readonly {
    readonly tenant_id: string;
    readonly company_name: string;
    readonly subscription_tier: string;
    readonly is_active: boolean;
    /** null: unlimited. */
    readonly max_pipelines_per_month: number | null;
    /** null: unlimited. */
    readonly max_concurrent_pipelines: number | null;
    readonly pipeline_runs_this_month: number;
    readonly current_running_pipelines: number;
    readonly last_pipeline_run_at: string | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
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
/** What each call takes and answers. */
export interface Operations {
  /** Makes a tenant: its dataset, metadata tables and API key. */
  readonly onboardTenant: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: Onboarding;
    readonly answer: OnboardedTenant;
  };
  /** All tenants, page by page. */
  readonly listTenants: {
    readonly path: undefined;
    readonly query: {
      /** Tenants of this tier only. */
      readonly tier?: string;
      /** Only those that are active, or suspended. */
      readonly active?: boolean;
      /** Only those that have used 80 % of their monthly quota or more, or less. */
      readonly near_quota?: boolean;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TenantList;
  };
  /** A tenant with its quotas, its usage and its runs in flight. */
  readonly showTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Tenant;
  };
  /** Changes name, contact or notes. */
  readonly changeProfile: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: ProfileChange;
    readonly answer: Tenant;
  };
  /** Changes quotas, or the tier. */
  readonly changeQuotas: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: QuotaChange;
    readonly answer: Tenant;
  };
  /** Suspends a tenant: no run of it starts any more. */
  readonly suspendTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: Suspension;
    readonly answer: Tenant;
  };
  /** Ends a suspension. */
  readonly activateTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Tenant;
  };
  /** Makes a further key, shown once in the answer. */
  readonly makeApiKey: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: ApiKeyRequest | undefined;
    readonly answer: NewApiKey;
  };
  /** The tenant’s keys, oldest first, without the keys themselves. */
  readonly listApiKeys: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ApiKeyList;
  };
  /** Revokes a key. */
  readonly revokeApiKey: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a key, as the list of keys has it. */
      readonly key_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
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
    readonly query: undefined;
    readonly headers: {
      /** With it a request can be repeated at will: the same run, the same answer, counted once, for ever. */
      readonly 'Idempotency-Key'?: string;
    };
    readonly body: RunParameters | undefined;
    readonly answer: StartedRun;
  };
  /** The tenant’s runs, newest first, page by page. */
  readonly listRuns: {
    readonly path: undefined;
    readonly query: {
      /** Runs of this status only. */
      readonly status?: 'ADMITTED' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
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
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Run;
  };
  /** A run’s events until it is over. */
  readonly followRun: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: undefined;
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
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: CancelledRun;
  };
  /** The pipelines that can be started, with their parameters. */
  readonly listPipelines: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Catalogue;
  };
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
  /** This document as a page. */
  readonly showReference: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: string;
  };
  /** This document. */
  readonly showDocument: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: string;
  };
  /** Whether the process answers. */
  readonly showHealth: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Health;
  };
  /** Whether BigQuery and Pub/Sub answer, as seen within the last five seconds. */
  readonly showReadiness: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Readiness;
  };
}
/** Method and path of each call. */
export const operations = {
  onboardTenant: { method: 'POST', path: '/api/v1/customers/onboard' },
  listTenants: { method: 'GET', path: '/api/v1/tenants' },
  showTenant: { method: 'GET', path: '/api/v1/tenants/{tenant}' },
  changeProfile: { method: 'PATCH', path: '/api/v1/tenants/{tenant}' },
  changeQuotas: { method: 'PATCH', path: '/api/v1/tenants/{tenant}/quotas' },
  suspendTenant: { method: 'POST', path: '/api/v1/tenants/{tenant}/suspend' },
  activateTenant: { method: 'POST', path: '/api/v1/tenants/{tenant}/activate' },
  makeApiKey: { method: 'POST', path: '/api/v1/tenants/{tenant}/api-keys' },
  listApiKeys: { method: 'GET', path: '/api/v1/tenants/{tenant}/api-keys' },
  revokeApiKey: { method: 'DELETE', path: '/api/v1/tenants/{tenant}/api-keys/{key_id}' },
  startRun: { method: 'POST', path: '/api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}' },
  listRuns: { method: 'GET', path: '/api/v1/pipelines/runs' },
  showRun: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}' },
  followRun: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}/events' },
  cancelRun: { method: 'POST', path: '/api/v1/pipelines/runs/{run_id}/cancel' },
  listPipelines: { method: 'GET', path: '/api/v1/pipelines' },
  showUsage: { method: 'GET', path: '/api/v1/tenants/{tenant}/usage' },
  showMonthlyUsage: { method: 'GET', path: '/api/v1/usage' },
  exportBilling: { method: 'GET', path: '/api/v1/billing/export' },
  showReference: { method: 'GET', path: '/api/v1/docs' },
  showDocument: { method: 'GET', path: '/api/v1/openapi.json' },
  showHealth: { method: 'GET', path: '/healthz' },
  showReadiness: { method: 'GET', path: '/readyz' },
} as const satisfies Readonly<Record<keyof Operations, { method: string; path: string }>>;
