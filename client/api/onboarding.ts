// Made of schemas/openapi.json: `npm run schema` writes this file.

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
  /** null: unlimited. */
  readonly max_bytes_billed_per_month: number | null;
  /** Runs that may wait in the queue at once. 0: there is none. */
  readonly max_queued_pipelines: number;
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
  readonly max_bytes_billed_per_month?: number | null;
  readonly max_queued_pipelines?: number;
  readonly notes?: string;
  readonly location?: string;
  readonly replace_offboarded?: boolean;
  readonly force_recreate_dataset?: boolean;
  readonly force_recreate_tables?: boolean;
};
export interface OnboardingOperations {
  /** Makes a tenant: its dataset, metadata tables and API key. */
  readonly onboardTenant: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: Onboarding;
    readonly answer: OnboardedTenant;
  };
}
