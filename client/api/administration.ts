// Made of schemas/openapi.json: `npm run schema` writes this file.
import type { Tenant } from './common';

export type ChangedQuotas = {
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
  /** Which of the tenant’s own quotas the tier has overwritten. */
  readonly overwritten: {
    readonly max_pipelines_per_month?: {
      /** null: unlimited. */
      readonly from: number | null;
      /** null: unlimited. */
      readonly to: number | null;
    };
    readonly max_concurrent_pipelines?: {
      /** null: unlimited. */
      readonly from: number | null;
      /** null: unlimited. */
      readonly to: number | null;
    };
    readonly max_bytes_billed_per_month?: {
      /** null: unlimited. */
      readonly from: number | null;
      /** null: unlimited. */
      readonly to: number | null;
    };
    readonly max_queued_pipelines?: {
      readonly from: number;
      readonly to: number;
    };
  };
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
  readonly max_bytes_billed_per_month?: number | null;
  readonly max_queued_pipelines?: number;
  readonly alert_at_percent?: readonly number[];
  readonly keep_overrides?: boolean;
};
export type Suspension = {
  readonly reason: string;
  readonly public_reason?: string;
};
export interface AdministrationOperations {
  /** Changes name, contact or notes. */
  readonly changeProfile: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where administrators have changed the tenant since, nothing is done. */
      readonly 'If-Match'?: string;
    };
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
    readonly headers: {
      /** ETags of earlier answers: where administrators have changed the tenant since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: QuotaChange;
    readonly answer: ChangedQuotas;
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
}
