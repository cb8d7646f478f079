import type { StatementParameters } from '../../../../../shared/sql/define-statement';
import { admitKeyedRuns, admitRuns } from '../../../../../shared/sql/runs/admit-runs';
import { modelOf } from '../statement-model';
import { countUnexpired, dateOf, isInLedger, isMonthOver, monthStart, type Tables } from '../tables';

type Parameters = StatementParameters<typeof admitRuns>;

/** The UPDATE: the first candidates that are not known yet get slots, as many as there is room for. */
function admit(
  tables: Tables,
  { tenant_id, now, candidates, unlimited }: Parameters,
  keyedIds: readonly (string | null)[],
): number {
  const { tenant } = tables;
  if (tenant?.tenant_id !== tenant_id || !tenant.is_active || now === null) return 0;
  const isNew = isMonthOver(tenant, now);
  const used = isNew ? 0 : tenant.pipeline_runs_this_month;
  const resetDate = isNew ? dateOf(now) : tenant.quota_reset_date;
  const running = countUnexpired(tenant.active_runs, now);
  const left = (quota: number | null, taken: number) => (quota === null ? (unlimited ?? 0) : quota - taken);
  const room = Math.max(
    0,
    Math.min(left(tenant.max_pipelines_per_month, used), left(tenant.max_concurrent_pipelines, running)),
  );
  const known = new Set([...tenant.active_runs, ...tenant.withdrawn_runs].map(({ run_id }) => run_id));
  const earliest = monthStart(resetDate);
  const slots = candidates
    .filter(({ run_id }) => run_id !== null && !known.has(run_id))
    .filter(({ run_id }) => !(run_id !== null && keyedIds.includes(run_id) && isInLedger(tables, run_id)))
    .slice(0, room)
    .map(({ run_id, pipeline, parameters, trigger, request_hash, lease_seconds }) => ({
      run_id: run_id ?? '',
      pipeline: pipeline ?? '',
      parameters,
      trigger,
      request_hash,
      admitted_at: now > earliest ? now : earliest,
      lease_expires_at: new Date(now.getTime() + (lease_seconds ?? 0) * 1000),
    }));
  if (slots.length === 0) return 0;
  tables.tenant = {
    ...tenant,
    active_runs: [...tenant.active_runs, ...slots],
    pipeline_runs_count: tenant.pipeline_runs_count + slots.length,
    pipeline_runs_this_month: used + slots.length,
    current_running_pipelines: running + slots.length,
    quota_reset_date: resetDate,
    last_pipeline_run_at: now,
    updated_at: now,
  };
  return 1;
}

/** The SELECT: the row after the decision, and the candidates that it knows. */
function report({ tenant }: Tables, { tenant_id, now, candidates }: Parameters) {
  if (tenant?.tenant_id !== tenant_id || now === null) return [];
  const asked = new Set(candidates.map(({ run_id }) => run_id));
  return [
    {
      is_active: tenant.is_active,
      max_pipelines_per_month: tenant.max_pipelines_per_month,
      max_concurrent_pipelines: tenant.max_concurrent_pipelines,
      used_this_month: isMonthOver(tenant, now) ? 0 : tenant.pipeline_runs_this_month,
      running: countUnexpired(tenant.active_runs, now),
      admitted: tenant.active_runs
        .filter(({ run_id }) => asked.has(run_id))
        .map(({ run_id, request_hash }) => ({ run_id, request_hash })),
    },
  ];
}

export const admissionModels = [
  modelOf(admitRuns, {
    change: (tables, parameters) => admit(tables, parameters, []),
    read: report,
  }),
  modelOf(admitKeyedRuns, {
    change: (tables, parameters) => admit(tables, parameters, parameters.keyed_run_ids),
    read: (tables, parameters) =>
      report(tables, parameters).map((row) => ({
        ...row,
        finished: parameters.keyed_run_ids
          .flatMap((runId) => tables.ledgerOf.get(runId ?? '') ?? [])
          .sort((one, other) => one.recorded_at.getTime() - other.recorded_at.getTime())
          .map(({ run_id, request_hash }) => ({ run_id, request_hash })),
      })),
  }),
];
