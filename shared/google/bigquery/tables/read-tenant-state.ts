import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { TenantInFlight } from '../../../operations/rules/bulk-cancel';
import { createGroupCommit } from '../../../runs/group-commit';
import type { RecordedOutcome, Slot } from '../../../runs/rules/ledger-row';
import type { QuotaAlert } from '../../../runs/rules/quota-alerts';
import { bool, date, integer, string, timestamp } from '../../../sql/column-schemas';
import { slotSchema } from '../../../sql/runs/find-runs';
import { alertSchema } from '../../../sql/runs/quota-alerts';
import { outcomeFields } from '../../../sql/runs/recorded-runs';
import { tenantRow } from '../../../sql/tenants/tenant-row';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/*
 * Reads of the tenant row by tabledata.list, which is free of charge. A query for each tenant every five
 * minutes would be the largest part of the bill. They may see an older state of the row than a statement
 * does.
 */

/** What a tenant has in flight, and what waits for the ledger. */
export interface TenantState {
  /** The tenant's life. Null: it was onboarded before there were such ids. */
  readonly onboarding_id: string | null;
  readonly is_active: boolean;
  /** null is unlimited. */
  readonly max_concurrent_pipelines: number | null;
  readonly active_runs: readonly Slot[];
  readonly settled_runs: readonly RecordedOutcome[];
  /** No admission up to then is withdrawn any more. */
  readonly confirmed_until: Date | null;
  /** What was reached of its monthly quotas. */
  readonly quota_alerts: readonly QuotaAlert[];
}

/** Undefined if there is no such tenant. */
export type ReadTenantState = (dataset: string) => Promise<TenantState | undefined>;

const statesSchema = z.array(
  z.object({
    onboarding_id: string.nullable(),
    is_active: bool,
    max_concurrent_pipelines: integer.nullable(),
    active_runs: z.array(slotSchema),
    settled_runs: z.array(z.object(outcomeFields)),
    confirmed_until: timestamp.nullable(),
    quota_alerts: z.array(alertSchema),
  }),
);

export const createReadTenantState =
  (bigquery: BigQuery): ReadTenantState =>
  async (dataset) => {
    const selectedFields = Object.keys(statesSchema.element.shape).join();
    const rows = await readTenantRows(bigquery, dataset, { selectedFields });
    return statesSchema.parse(rows)[0];
  };

/** A tenant's tier, and its runs in flight without their parameters, which may be large. */
export type ReadRunsInFlight = (dataset: string) => Promise<TenantInFlight | undefined>;

const inFlightSchema = z.array(
  z.object({
    subscription_tier: string,
    active_runs: z.array(
      z.object({
        run_id: string,
        pipeline: string,
        admitted_at: timestamp,
        queued_until: timestamp.nullable(),
      }),
    ),
  }),
);

/** Undefined if there is no such tenant. */
export const createReadRunsInFlight =
  (bigquery: BigQuery): ReadRunsInFlight =>
  async (dataset) => {
    const selectedFields =
      'subscription_tier,active_runs.run_id,active_runs.pipeline,active_runs.admitted_at,active_runs.queued_until';
    const rows = await readTenantRows(bigquery, dataset, { selectedFields });
    return inFlightSchema.parse(rows)[0];
  };

/** A tenant's life, and who started its runs in flight, such as a schedule. */
export interface StartersInFlight {
  readonly onboarding_id: string | null;
  readonly active_runs: readonly Pick<Slot, 'run_id' | 'actor_kind' | 'actor'>[];
  /** Runs that get no slot any more: denied to start, withdrawn, or over. */
  readonly withdrawn_runs: readonly { readonly run_id: string }[];
}

/** Undefined if there is no such tenant. */
export type ReadStartersInFlight = (dataset: string) => Promise<StartersInFlight | undefined>;

const startersSchema = z.array(
  z.object({
    onboarding_id: string.nullable(),
    active_runs: z.array(
      z.object({ run_id: string, actor_kind: string.nullable(), actor: string.nullable() }),
    ),
    withdrawn_runs: z.array(z.object({ run_id: string })),
  }),
);

export const createReadStartersInFlight =
  (bigquery: BigQuery): ReadStartersInFlight =>
  async (dataset) => {
    const selectedFields =
      'onboarding_id,active_runs.run_id,active_runs.actor_kind,active_runs.actor,withdrawn_runs.run_id';
    const rows = await readTenantRows(bigquery, dataset, { selectedFields });
    return startersSchema.parse(rows)[0];
  };

/** The tenant's life; undefined if there is no such tenant. */
export type ReadTenantLife = (
  dataset: string,
) => Promise<{ readonly onboarding_id: string | null } | undefined>;

const livesSchema = z.array(z.object({ onboarding_id: string.nullable() }));

export const createReadTenantLife =
  (bigquery: BigQuery): ReadTenantLife =>
  async (dataset) =>
    livesSchema.parse(await readTenantRows(bigquery, dataset, { selectedFields: 'onboarding_id' }))[0];

/** A tenant's quotas and counters, as the last write left them. */
export interface QuotaCounters {
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly pipeline_runs_this_month: number;
  readonly current_running_pipelines: number;
  /** Day of the last monthly reset, e.g. 2024-09-01. */
  readonly quota_reset_date: string;
  readonly max_bytes_billed_per_month: number | null;
  /** null: not counted yet. */
  readonly bytes_billed_this_month: number | null;
}

/** Undefined if there is no such tenant. */
export type ReadQuotaCounters = (dataset: string) => Promise<QuotaCounters | undefined>;

/** The columns of QuotaCounters. */
export const countersFields = {
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  pipeline_runs_this_month: integer,
  current_running_pipelines: integer,
  quota_reset_date: date,
  max_bytes_billed_per_month: integer.nullable(),
  bytes_billed_this_month: integer.nullable(),
};
const countersSchema = z.array(z.object(countersFields));

export const createReadQuotaCounters =
  (bigquery: BigQuery): ReadQuotaCounters =>
  async (dataset) => {
    const rows = await readTenantRows(bigquery, dataset, {
      selectedFields: Object.keys(countersFields).join(),
    });
    return countersSchema.parse(rows)[0];
  };

/** As the column says: null is none. */
const queueLength = integer.nullable().transform((length) => length ?? 0);

const summaryFields = {
  company_name: string,
  subscription_tier: string,
  is_active: bool,
  ...countersFields,
  max_queued_pipelines: queueLength,
  last_pipeline_run_at: timestamp.nullable(),
  created_at: timestamp,
};
const summariesSchema = z.array(z.object(summaryFields));

/** What a list of tenants tells of each. */
export type TenantSummary = z.infer<typeof summariesSchema>[number];

/** Undefined if there is no such tenant. */
export type ReadTenantSummary = (dataset: string) => Promise<TenantSummary | undefined>;

export const createReadTenantSummary =
  (bigquery: BigQuery): ReadTenantSummary =>
  async (dataset) => {
    const rows = await readTenantRows(bigquery, dataset, {
      selectedFields: Object.keys(summaryFields).join(),
    });
    return summariesSchema.parse(rows)[0];
  };

const detailsSchema = z.array(
  tenantRow
    .pick({
      company_name: true,
      contact_email: true,
      notes: true,
      subscription_tier: true,
      is_active: true,
      suspension_reason: true,
      suspension_public_reason: true,
      max_pipelines_per_month: true,
      max_concurrent_pipelines: true,
      max_bytes_billed_per_month: true,
      alert_at_percent: true,
    })
    .extend({ max_queued_pipelines: queueLength }),
);

/** What administrators change of a tenant. */
export type TenantDetails = z.infer<typeof detailsSchema>[number];

/** Undefined if there is no such tenant. */
export type ReadTenantDetails = (dataset: string) => Promise<TenantDetails | undefined>;

export const createReadTenantDetails =
  (bigquery: BigQuery): ReadTenantDetails =>
  async (dataset) => {
    const selectedFields = Object.keys(detailsSchema.element.shape).join();
    return detailsSchema.parse(await readTenantRows(bigquery, dataset, { selectedFields }))[0];
  };

/**
 * Whether a run of this life of the tenant (undefined: of the one that it has now) holds its slot. False if there
 * is no such tenant.
 */
export type HoldsSlot = (
  dataset: string,
  onboardingId: string | null | undefined,
  runId: string,
) => Promise<boolean>;

/** Each row's two selected columns, and each entry's one selected field, as REST sends them. */
const runIdsSchema = z.array(
  z.object({
    f: z.tuple([
      z.object({ v: z.string().nullable() }),
      z.object({ v: z.array(z.object({ v: z.object({ f: z.tuple([z.object({ v: z.string() })]) }) })) }),
    ]),
  }),
);

/**
 * Reads only the run ids, so it can be called every few seconds; those who ask for the same tenant while it is
 * read share the next read, which begins after they asked.
 */
export function createHoldsSlot(bigquery: BigQuery): HoldsSlot {
  const look = createGroupCommit<
    { readonly life: string | null | undefined; readonly runId: string },
    boolean
  >({
    commit: async (dataset, asked) => {
      const selection = { selectedFields: 'onboarding_id,active_runs.run_id', skipParsing: true };
      const rows = runIdsSchema.parse(await readTenantRows(bigquery, dataset, selection));
      const held = rows.map(({ f: [life, slots] }) => ({
        life: life.v,
        runIds: new Set(slots.v.map(({ v }) => v.f[0].v)),
      }));
      return asked.map(({ life, runId }) => ({
        kind: 'done',
        result: held.some((row) => (life === undefined || row.life === life) && row.runIds.has(runId)),
      }));
    },
    // Whoever looks looks again.
    isRetryable: () => false,
    budgetMs: 2 * longestReadMs,
    initialBackoffMs: 0,
    maximumBackoffMs: 0,
    maximumItems: 1_000,
    maximumBytes: 1_000_000,
    bytesOf: ({ runId }) => runId.length,
  });
  return (dataset, onboardingId, runId) => look(dataset, { life: onboardingId, runId });
}

/** In milliseconds. */
const longestReadMs = 12_000;

/** The tenant row by tabledata.list. No rows if there is no such tenant. */
export async function readTenantRows(
  bigquery: BigQuery,
  dataset: string,
  options: { readonly selectedFields: string; readonly skipParsing?: boolean },
): Promise<unknown> {
  try {
    const table = bigquery.dataset(dataset).table('tenants');
    // The client would ask for the columns, by one more request, though it parses nothing.
    if (options.skipParsing) table.metadata = { schema: { fields: [] } };
    const asked = table.getRows(options);
    const [rows]: readonly unknown[] = await within(longestReadMs, 'BigQuery', asked);
    return rows;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
