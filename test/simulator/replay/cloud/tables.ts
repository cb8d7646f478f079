import { z } from 'zod';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import type { OperationRow } from '../../../../shared/operations/rules/operation';
import { isQueued, type RecordedOutcome, type Slot } from '../../../../shared/runs/rules/ledger-row';
import type { QuotaAlert } from '../../../../shared/runs/rules/quota-alerts';
import {
  headFields,
  itemEntrySchema,
  rowStateSchema,
} from '../../../../shared/sql/control/operation-columns';
import { timeOutcomes } from '../../../../shared/sql/schedules/list-schedule-times';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import type { PutBack } from './put-back';

/** A change of profile or quotas, and what was there before. */
export interface RecentChange {
  readonly change_id: string;
  readonly changed_at: Date;
  readonly subscription_tier: string | null;
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly max_bytes_billed_per_month: number | null;
  readonly max_queued_pipelines: number | null;
}

/** The row of `tenants`. It is replaced as a whole, never changed, so that older states stay readable. */
export interface TenantRecord {
  readonly tenant_id: string;
  readonly company_name: string | null;
  readonly contact_email: string | null;
  readonly subscription_tier: string | null;
  readonly is_active: boolean;
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly max_bytes_billed_per_month: number | null;
  readonly bytes_billed_this_month: number | null;
  readonly pipeline_runs_count: number;
  readonly pipeline_runs_this_month: number;
  readonly current_running_pipelines: number;
  readonly last_pipeline_run_at: Date | null;
  /** YYYY-MM-DD */
  readonly quota_reset_date: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly suspended_at: Date | null;
  readonly suspension_reason: string | null;
  readonly suspension_public_reason: string | null;
  readonly offboarding_at: Date | null;
  readonly version: number | null;
  readonly recent_changes: readonly RecentChange[];
  readonly notes: string | null;
  readonly onboarding_id: string | null;
  readonly active_runs: readonly Slot[];
  /** Outcomes that were not seen in the ledger yet. */
  readonly settled_runs: readonly RecordedOutcome[];
  readonly confirmed_until: Date | null;
  readonly revoked_keys: readonly { readonly key_id: string; readonly revoked_at: Date }[];
  /** As it is stored: see alertPercentsOf. */
  readonly alert_at_percent: readonly number[];
  readonly quota_alerts: readonly QuotaAlert[];
  readonly withdrawn_runs: readonly { readonly run_id: string; readonly withdrawn_at: Date }[];
  readonly max_queued_pipelines: number | null;
  readonly mean_run_ms: number | null;
}

/** A row of `api_keys`. */
export interface ApiKeyRecord {
  readonly key_id: string;
  readonly tenant_id: string;
  readonly key_hash: string;
  readonly last_four: string | null;
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly pipelines: readonly string[];
  readonly last_used_at: Date | null;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly expiry_told_days: number | null;
  readonly replaces: string | null;
}

const time = z.iso.datetime().transform((text) => new Date(text));
const text = z.string().nullish().default(null);
const count = z.int().nullish().default(null);

/** A row of `pipeline_runs`, as a streaming insert sends it. */
const ledgerRecordSchema = z.strictObject({
  run_id: z.string(),
  tenant_id: z.string(),
  pipeline: z.string(),
  parameters: text,
  trigger: text,
  request_hash: text,
  actor_kind: text,
  actor: text,
  address: text,
  request_id: text,
  rerun_of: text,
  instructions: text,
  status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
  error_code: text,
  error_message: text,
  failed_step: text,
  admitted_at: time,
  handed_on_at: time.nullish().default(null),
  started_at: time.nullish().default(null),
  ended_at: time,
  duration_ms: count,
  rows_written: count,
  bytes_processed: count,
  bytes_billed: count,
  watermark: text,
  recorded_at: time,
});

export type LedgerRecord = z.infer<typeof ledgerRecordSchema>;

/** A row of `all_runs`: the ledger's, without what is the tenant's alone. */
const allRunsRecordSchema = ledgerRecordSchema.omit({
  parameters: true,
  request_hash: true,
  address: true,
  request_id: true,
  rerun_of: true,
  instructions: true,
  error_message: true,
  watermark: true,
});

export type AllRunsRecord = z.infer<typeof allRunsRecordSchema>;

/** A row of `schedule_times`, likewise. */
const scheduleTimeSchema = z.strictObject({
  schedule_id: z.string(),
  tenant_id: z.string(),
  planned_at: time,
  outcome: z.enum(timeOutcomes),
  run_id: text,
  code: text,
  detail: text,
  missed_since: time.nullish().default(null),
  recorded_at: time,
});

export type ScheduleTimeRecord = z.infer<typeof scheduleTimeSchema>;

/** A row of `operations`, likewise. */
export const operationRecordSchema: z.ZodType<OperationRow> = z.strictObject({
  ...headFields,
  started_at: time,
  recorded_at: time,
  writer: z.string(),
  state: rowStateSchema,
  planned: z.int().nullable(),
  problem: z.string().nullable(),
  items: z.array(itemEntrySchema),
});

/** A row of `step_logs` or `dq_results`, as a streaming insert sends it. */
export type StepRecord = AppendedRow['json'];

/** The metadata tables of one tenant. Of streamed rows those that can be read. */
export interface Tables {
  readonly putBack: PutBack;
  tenant: TenantRecord | undefined;
  keys: readonly ApiKeyRecord[];
  readonly ledger: LedgerRecord[];
  readonly ledgerOf: Map<string, LedgerRecord[]>;
  readonly stepsOf: Map<string, StepRecord[]>;
  readonly checksOf: Map<string, StepRecord[]>;
  /** Of the control dataset. */
  readonly allRuns: AllRunsRecord[];
  /** Likewise. Replaced as a whole, like the tenant row. */
  schedules: readonly ScheduleRow[];
  readonly scheduleTimes: ScheduleTimeRecord[];
  readonly operationsOf: Map<string, OperationRow[]>;
}

export const emptyTables = (putBack: PutBack): Tables => ({
  putBack,
  tenant: undefined,
  keys: [],
  ledger: [],
  ledgerOf: new Map(),
  stepsOf: new Map(),
  checksOf: new Map(),
  allRuns: [],
  schedules: [],
  scheduleTimes: [],
  operationsOf: new Map(),
});

/** Makes a streamed row readable. Throws a ZodError for a row that the table would refuse. */
export function addRow(tables: Tables, table: string, json: AppendedRow['json']): void {
  if (table === 'pipeline_runs') {
    const row = ledgerRecordSchema.parse(json);
    tables.ledger.push(row);
    listed(tables.ledgerOf, row.run_id).push(row);
  } else if (table === 'step_logs') listed(tables.stepsOf, String(json.run_id)).push(json);
  else if (table === 'dq_results') listed(tables.checksOf, String(json.run_id)).push(json);
  else if (table === 'schedule_times') tables.scheduleTimes.push(scheduleTimeSchema.parse(json));
  else if (table === 'operations') {
    const row = operationRecordSchema.parse(json);
    listed(tables.operationsOf, row.operation_id).push(row);
  } else if (table === 'all_runs') tables.allRuns.push(allRunsRecordSchema.parse(json));
  // No simulated caller reads them.
  else if (!['reconciliations', 'refusals', 'dead_letters'].includes(table))
    throw new Error(`There is no table ${table}`);
}

export const isInLedger = ({ ledgerOf }: Tables, runId: string): boolean => ledgerOf.has(runId);

/** The first instant of the month (UTC) of a date such as 2026-11-30. */
export const monthStart = (date: string): Date => new Date(`${date.slice(0, 7)}-01T00:00:00Z`);

/** DATE(@now) */
export const dateOf = (now: Date): string => now.toISOString().slice(0, 10);

/** Whether the row counts an earlier month than the one that `now` is in. */
export const isMonthOver = ({ quota_reset_date }: TenantRecord, now: Date): boolean =>
  quota_reset_date.slice(0, 7) < dateOf(now).slice(0, 7);

/** The slots that are held: an expired lease holds none, and neither does a run that waits. */
export const slotsHeld = (runs: readonly Slot[], now: Date): number =>
  runs
    .filter((run) => run.lease_expires_at > now && !isQueued(run))
    .reduce((sum, { slots }) => sum + (slots ?? 1), 0);

function listed<Row>(rowsOf: Map<string, Row[]>, key: string): Row[] {
  const known = rowsOf.get(key);
  if (known !== undefined) return known;
  const rows: Row[] = [];
  rowsOf.set(key, rows);
  return rows;
}
