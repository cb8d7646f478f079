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
export type Overview = {
  /** When the tenants’ rows were read: half a minute ago at most. */
  readonly as_of: string;
  /** Runs that hold a slot now, of the tenants that were read. */
  readonly running: number;
  /** Runs that wait for one. */
  readonly queued: number;
  readonly tenants: {
    readonly active: number;
    readonly suspended: number;
    /** Of how many tenants the rows were read: 500 at most. */
    readonly read: number;
    /** How many others could not be read: of them these numbers say nothing. */
    readonly failed: number;
    /** Whether there are others, of which these numbers say nothing. */
    readonly more: boolean;
  };
  /** The runs of all tenants that ended in each of the last 24 hours, oldest first. */
  readonly runs_by_hour: readonly {
    /** UTC, RFC 3339. */
    readonly hour: string;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  }[];
  /** The ten quotas of active tenants of which the largest share is used, the fullest first. */
  readonly near_quota: readonly {
    readonly tenant_id: string;
    readonly company_name: string;
    readonly subscription_tier: string | null;
    readonly quota: 'monthly' | 'concurrent' | 'bytes';
    /** Runs this month, slots held now, or bytes billed this month. */
    readonly used: number;
    readonly limit: number;
    /** 1: all of it. It can be more where the quota was lowered. */
    readonly share: number;
  }[];
  /** Since the first of these hours, but for about the last minute. null: they are not kept. */
  readonly refusals: {
    /** UTC, RFC 3339. */
    readonly from: string;
    /** About how many calls were refused with each code, the most first. */
    readonly by_code: readonly {
      readonly code: string;
      readonly count: number;
    }[];
  } | null;
  /** Pipelines of which runs failed in these hours, the most first, 20 at most. */
  readonly failing_pipelines: readonly {
    readonly pipeline: string;
    readonly failed: number;
    /** All of its runs that ended in these hours. */
    readonly runs: number;
    /** Of how many tenants runs of it failed. */
    readonly tenants: number;
    readonly last_error_code: string | null;
    /** UTC, RFC 3339. */
    readonly last_failed_at: string;
    readonly last_failed_run: {
      readonly tenant_id: string;
      readonly run_id: string;
    };
  }[];
  /** null: reconcile has not looked in these hours. */
  readonly conservation: {
    /** When reconcile has looked last. */
    readonly checked_at: string;
    /** At how many tenants it could look. */
    readonly tenants: number;
    /** At how many it could not. */
    readonly failed: number;
    /** Tenants whose counters broke the conservation law in these hours and were repaired. */
    readonly repaired: readonly {
      readonly tenant_id: string;
      /** UTC, RFC 3339. */
      readonly checked_at: string;
    }[];
  } | null;
  /** Messages about runs that were delivered in vain in these hours. null: they are not kept. */
  readonly dead_letters: {
    readonly count: number;
    readonly last_at: string | null;
  } | null;
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
export type TierList = {
  readonly tiers: readonly {
    /** Its name, as `subscription_tier` has it. */
    readonly tier: string;
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
  }[];
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
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
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
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
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
  /** The deployment’s tiers, and the quotas that each gives. */
  readonly listTiers: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TierList;
  };
  /** What operators see first: how all tenants’ runs go, and what needs to be looked at. */
  readonly showOverview: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Overview;
  };
}
