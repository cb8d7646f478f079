import type { StatementParameters } from '../../../../../shared/sql/define-statement';
import {
  admitKeyedRuns,
  admitRuns,
  decideKeyedRuns,
  decideRuns,
} from '../../../../../shared/sql/runs/admit-runs';
import { dateCellOf, modelOf } from '../statement-model';
import { countUnexpired, dateOf, isInLedger, isMonthOver, monthStart, type Tables } from '../tables';
import { crossedAlerts } from './alerts';
import { compare } from './recorded';

type Parameters = StatementParameters<typeof admitRuns>;
type Candidate = Parameters['candidates'][number];

/** The tenant as it is at `now`, unless nothing may be admitted. */
function openTenant({ tenant, putBack }: Tables, parameters: Parameters) {
  const { tenant_id, statement_id, now, unlimited, most_waiting } = parameters;
  if (tenant?.tenant_id !== tenant_id || !tenant.is_active || now === null) return undefined;
  const isGivenUp = tenant.withdrawn_runs.some(({ run_id }) => run_id === statement_id);
  if (isGivenUp && !putBack.has('late-admission')) return undefined;
  if (tenant.settled_runs.length >= (most_waiting ?? 0)) return undefined;
  const isNew = isMonthOver(tenant, now);
  const bytes = isNew ? 0 : tenant.bytes_billed_this_month;
  const { max_bytes_billed_per_month: budget } = tenant;
  if (budget !== null && (bytes ?? 0) >= budget) return undefined;
  const used = isNew ? 0 : tenant.pipeline_runs_this_month;
  const running = countUnexpired(tenant.active_runs, now);
  const left = (quota: number | null, taken: number) => (quota === null ? (unlimited ?? 0) : quota - taken);
  const room = Math.min(
    left(tenant.max_pipelines_per_month, used),
    left(tenant.max_concurrent_pipelines, running),
  );
  return {
    tenant,
    now,
    used,
    bytes,
    running,
    room,
    resetDate: isNew ? dateOf(now) : tenant.quota_reset_date,
  };
}

type OpenTenant = NonNullable<ReturnType<typeof openTenant>>;

/** Whether a candidate may get a slot, if there is room. */
function isNew(tables: Tables, { tenant }: OpenTenant, keyedIds: readonly (string | null)[]) {
  const known = new Set(
    [...tenant.active_runs, ...tenant.settled_runs, ...tenant.withdrawn_runs].map(({ run_id }) => run_id),
  );
  const revoked = new Set(tenant.revoked_keys.map(({ key_id }) => key_id));
  return ({ run_id, key_id }: Candidate) =>
    run_id !== null &&
    !known.has(run_id) &&
    (tables.putBack.has('cached-keys') || !revoked.has(key_id ?? '')) &&
    !(keyedIds.includes(run_id) && isInLedger(tables, run_id));
}

function giveSlots(tables: Tables, open: OpenTenant, candidates: readonly Candidate[]): void {
  const { tenant, now, used, bytes, running, resetDate } = open;
  const earliest = monthStart(resetDate);
  const slots = candidates.map(({ lease_seconds, key_id: _, ...candidate }) => ({
    ...candidate,
    run_id: candidate.run_id ?? '',
    pipeline: candidate.pipeline ?? '',
    admitted_at: now > earliest ? now : earliest,
    lease_expires_at: new Date(now.getTime() + (lease_seconds ?? 0) * 1000),
  }));
  tables.tenant = {
    ...tenant,
    active_runs: [...tenant.active_runs, ...slots],
    pipeline_runs_count: tenant.pipeline_runs_count + slots.length,
    pipeline_runs_this_month: used + slots.length,
    current_running_pipelines: running + slots.length,
    bytes_billed_this_month: bytes,
    quota_reset_date: resetDate,
    quota_alerts: [
      ...tenant.quota_alerts,
      ...crossedAlerts(tenant, {
        quota: 'monthly',
        limit: tenant.max_pipelines_per_month,
        before: used,
        after: used + slots.length,
        resetDate,
        now,
        at: (reached) => ({ used: reached, run_id: slots[reached - used - 1]?.run_id ?? '' }),
      }),
    ],
    last_pipeline_run_at: now,
    updated_at: now,
  };
}

/** All candidates get a slot, or nothing changes. */
function admitAll(tables: Tables, parameters: Parameters, keyedIds: readonly (string | null)[]): number {
  const { candidates } = parameters;
  const open = openTenant(tables, parameters);
  if (open === undefined || candidates.length > open.room) return 0;
  if (!candidates.every(isNew(tables, open, keyedIds))) return 0;
  // In the ledger any of the keyed ids counts, a candidate's or not.
  if (keyedIds.some((id) => isInLedger(tables, id ?? ''))) return 0;
  giveSlots(tables, open, candidates);
  return 1;
}

/** The first candidates get a slot, as many as there is room for. */
function admitSome(tables: Tables, parameters: Parameters, keyedIds: readonly (string | null)[]): number {
  const open = openTenant(tables, parameters);
  if (open === undefined) return 0;
  const admitted = parameters.candidates
    .filter(isNew(tables, open, keyedIds))
    .slice(0, Math.max(0, open.room));
  if (admitted.length === 0) return 0;
  giveSlots(tables, open, admitted);
  return 1;
}

/** The row after the decision, and the candidates that it knows. */
function report({ tenant }: Tables, { tenant_id, now, candidates }: Parameters) {
  if (tenant?.tenant_id !== tenant_id || now === null) return [];
  const asked = new Set(candidates.map(({ run_id }) => run_id));
  const keys = new Set(candidates.map(({ key_id }) => key_id));
  return [
    {
      is_active: tenant.is_active,
      suspension_public_reason: tenant.suspension_public_reason,
      max_pipelines_per_month: tenant.max_pipelines_per_month,
      max_concurrent_pipelines: tenant.max_concurrent_pipelines,
      used_this_month: isMonthOver(tenant, now) ? 0 : tenant.pipeline_runs_this_month,
      quota_reset_date: dateCellOf(tenant.quota_reset_date),
      running: countUnexpired(tenant.active_runs, now),
      max_bytes_billed_per_month: tenant.max_bytes_billed_per_month,
      bytes_this_month: isMonthOver(tenant, now) ? 0 : (tenant.bytes_billed_this_month ?? 0),
      waiting_outcomes: tenant.settled_runs.length,
      revoked_key_ids: tenant.revoked_keys.map(({ key_id }) => key_id).filter((id) => keys.has(id)),
      known: [...tenant.active_runs, ...tenant.settled_runs]
        .filter(({ run_id }) => asked.has(run_id))
        .map(({ run_id, request_hash }) => ({ run_id, request_hash })),
    },
  ];
}

export const admissionModels = [
  modelOf(admitRuns, { change: (tables, parameters) => admitAll(tables, parameters, []) }),
  modelOf(admitKeyedRuns, {
    change: (tables, parameters) => admitAll(tables, parameters, parameters.keyed_run_ids),
  }),
  modelOf(decideRuns, {
    change: (tables, parameters) => admitSome(tables, parameters, []),
    read: report,
  }),
  modelOf(decideKeyedRuns, {
    change: (tables, parameters) => admitSome(tables, parameters, parameters.keyed_run_ids),
    read: (tables, parameters) =>
      report(tables, parameters).map((row) => ({
        ...row,
        finished: parameters.keyed_run_ids
          .flatMap((runId) => tables.ledgerOf.get(runId ?? '') ?? [])
          .sort((one, other) => compare(one.recorded_at, other.recorded_at))
          .map(({ run_id, request_hash }) => ({ run_id, request_hash })),
      })),
  }),
];
