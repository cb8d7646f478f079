// Made of schemas/openapi.json: `npm run schema` writes this file.
import type { Tenant } from './common';

export type TenantActivity = {
  /** UTC, RFC 3339. */
  readonly from: string;
  /** UTC, RFC 3339. */
  readonly to: string;
  readonly step_seconds: 300;
  /** Each step, oldest first; the last one is not over yet. */
  readonly points: readonly {
    /** The first instant of a step. */
    readonly at: string;
    /** The most runs that ran at once in the step. */
    readonly running: number;
    /** The most that waited in the queue at once. */
    readonly queued: number;
  }[];
};
export type TenantExport = {
  /** UTC, RFC 3339. */
  readonly exported_at: string;
  readonly tenant: {
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
  readonly api_keys: readonly {
    readonly api_key_id: string;
    /** Its last four characters. null: it was made before these were kept. */
    readonly last_four: string | null;
    readonly name: string | null;
    /** What it may do. */
    readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
    /** What it may start: provider/domain/pipeline or provider/domain/*. None: all pipelines. */
    readonly pipelines: readonly string[];
    /** UTC, RFC 3339. */
    readonly created_at: string;
    /** null: never. */
    readonly expires_at: string | null;
    /** onboard, admin, or the id of a key. */
    readonly created_by: string | null;
    /** The hour of its last use. null: none was noted. */
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
    /** The id of the key in whose place a rotation has made it. null: of none, or it was not kept yet. */
    readonly replaces: string | null;
    /** The id of the key that a rotation has made in its place last. */
    readonly replaced_by: string | null;
  }[];
  readonly dataset: {
    /** In BigQuery, in the project of the deployment. */
    readonly dataset_id: string;
    readonly location: string;
    /** UTC, RFC 3339. */
    readonly created_at: string;
  };
  readonly tables: readonly {
    readonly table_id: string;
    /** TABLE, VIEW, MATERIALIZED_VIEW, EXTERNAL or SNAPSHOT. */
    readonly type: string;
    /** Without those that were streamed in the last hour or so. */
    readonly rows: number | null;
    readonly bytes: number | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
    /** UTC, RFC 3339. */
    readonly last_modified_at: string;
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
    /** null: unlimited. */
    readonly max_bytes_billed_per_month: number | null;
    /** Runs that may wait in the queue at once. 0: there is none. */
    readonly max_queued_pipelines: number;
    readonly bytes_billed_this_month: number;
    readonly pipeline_runs_this_month: number;
    readonly current_running_pipelines: number;
    readonly last_pipeline_run_at: string | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export interface TenantsOperations {
  /** All tenants, page by page. */
  readonly listTenants: {
    readonly path: undefined;
    readonly query: {
      /** By name, creation, last run, runs used this month, or their share of the monthly quota. */
      readonly sort?: 'name' | 'created' | 'last_run' | 'used' | 'share';
      /** Beside `sort`: the least first unless given. */
      readonly order?: 'asc' | 'desc';
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
    readonly headers: {
      /** The ETag of an earlier answer: if administrators have changed nothing since, that is all that is told. */
      readonly 'If-None-Match'?: string;
    };
    readonly body: undefined;
    readonly answer: Tenant;
  };
  /** What is kept of a tenant and where. */
  readonly exportTenant: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TenantExport;
  };
  /** How many of a tenant’s runs ran and waited at once, by five minutes. */
  readonly showActivity: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: {
      /** How many hours before now. */
      readonly hours?: number;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: TenantActivity;
  };
}
