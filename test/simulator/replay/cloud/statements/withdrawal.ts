import { denyRuns } from '../../../../../shared/sql/runs/deny-runs';
import { findStartedRuns } from '../../../../../shared/sql/runs/find-started-runs';
import {
  withdrawAndHandOn,
  withdrawRuns,
  withdrawStatements,
} from '../../../../../shared/sql/runs/withdraw-runs';
import { modelOf } from '../statement-model';
import { monthStart, slotsHeld, type Tables, type TenantRecord } from '../tables';
import { handedOn, handedOnSince, runsQueued, startable } from './queue';
import { outcomeOf } from './recorded';
import { isBudgetUsedUp } from './settling';

const hourMs = 3_600_000;
const none: ReadonlySet<string> = new Set();

/** Whether somebody may have started a run, or it was settled. */
function begunOf(tables: Tables, { active_runs, settled_runs, confirmed_until }: TenantRecord) {
  const started = active_runs.filter(
    ({ admitted_at, handed_on_at }) =>
      !tables.putBack.has('late-withdrawal') &&
      (handed_on_at !== null || (confirmed_until !== null && admitted_at <= confirmed_until)),
  );
  const runIds = new Set([...started, ...settled_runs].map(({ run_id }) => run_id));
  return (runId: string | null): boolean => runId !== null && runIds.has(runId);
}

/** The tenant without these runs, of whose slots some are handed on. */
function withdraw(
  tenant: TenantRecord,
  runIds: readonly (string | null)[],
  starting: ReadonlySet<string>,
  now: Date,
): TenantRecord {
  const withdrawn = tenant.active_runs.filter(({ run_id }) => runIds.includes(run_id));
  const kept = tenant.active_runs.filter((slot) => !withdrawn.includes(slot));
  const active = handedOn(kept, starting, now);
  const month = monthStart(tenant.quota_reset_date);
  return {
    ...tenant,
    active_runs: active,
    pipeline_runs_count: tenant.pipeline_runs_count - withdrawn.length,
    pipeline_runs_this_month:
      tenant.pipeline_runs_this_month - withdrawn.filter(({ admitted_at }) => admitted_at >= month).length,
    current_running_pipelines: slotsHeld(active, now),
    ...remembered(tenant, runIds, now),
  };
}

const remembered = (tenant: TenantRecord, ids: readonly (string | null)[], now: Date) => ({
  withdrawn_runs: [
    ...tenant.withdrawn_runs.filter(
      ({ run_id, withdrawn_at }) => withdrawn_at.getTime() > now.getTime() - hourMs && !ids.includes(run_id),
    ),
    ...ids.map((run_id) => ({ run_id: run_id ?? '', withdrawn_at: now })),
  ],
  updated_at: now,
});

/** Whether the ledger has a run of the last day. */
const isFinished = ({ ledgerOf }: Tables, runId: string | null, now: Date | null): boolean =>
  (ledgerOf.get(runId ?? '') ?? []).some(
    ({ admitted_at }) => admitted_at.getTime() >= Number(now) - 24 * hourMs,
  );

export const withdrawalModels = [
  modelOf(findStartedRuns, {
    read(tables, { tenant_id, run_ids, from }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || from === null) return [];
      const inFlight = new Set(tenant.active_runs.map(({ run_id }) => run_id));
      return run_ids
        .flatMap((runId) => runId ?? [])
        .filter((runId) => {
          const outcome = outcomeOf(tables, runId);
          return inFlight.has(runId) || (outcome !== undefined && outcome.admitted_at >= from);
        })
        .map((run_id) => ({ run_id }));
    },
  }),
  modelOf(withdrawRuns, {
    change(tables, { tenant_id, run_ids, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      const begun = begunOf(tables, tenant);
      const isInFlight = tenant.active_runs.some(({ run_id }) => run_ids.includes(run_id));
      if (
        run_ids.some((runId) => begun(runId) || isFinished(tables, runId, now)) ||
        (isInFlight && runsQueued(tenant.active_runs) > 0)
      )
        return 0;
      tables.tenant = withdraw(tenant, run_ids, none, now);
      return 1;
    },
  }),
  modelOf(denyRuns, {
    change(tables, { tenant_id, run_ids, from, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null || from === null) return 0;
      const isKnown = (runId: string | null): boolean =>
        [...tenant.active_runs, ...tenant.settled_runs].some(({ run_id }) => run_id === runId) ||
        (tables.ledgerOf.get(runId ?? '') ?? []).some(({ admitted_at }) => admitted_at >= from);
      if (run_ids.some(isKnown)) return 0;
      tables.tenant = { ...tenant, ...remembered(tenant, run_ids, now) };
      return 1;
    },
  }),
  modelOf(withdrawStatements, {
    change(tables, { tenant_id, statement_ids, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      tables.tenant = { ...tenant, ...remembered(tenant, statement_ids, now) };
      return 1;
    },
  }),
  modelOf(withdrawAndHandOn, {
    change(tables, { tenant_id, run_ids, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      const begun = begunOf(tables, tenant);
      const withdrawn = run_ids.filter((runId) => !begun(runId));
      if (withdrawn.length === 0) return 0;
      const kept = tenant.active_runs.filter(({ run_id }) => !withdrawn.includes(run_id));
      const mayStart = tenant.is_active && !isBudgetUsedUp(tenant, now);
      tables.tenant = withdraw(tenant, withdrawn, mayStart ? startable(kept, tenant, now) : none, now);
      return 1;
    },
    read(tables, { tenant_id, run_ids, now, handed_since }) {
      const { tenant } = tables;
      return tenant?.tenant_id !== tenant_id
        ? []
        : [
            {
              withdrawn: tenant.withdrawn_runs
                .map(({ run_id }) => run_id)
                .filter((runId) => run_ids.includes(runId))
                .filter((runId) => !tenant.settled_runs.some(({ run_id }) => run_id === runId))
                .toSorted(),
              finished: run_ids.filter((runId) => isFinished(tables, runId, now)).toSorted(),
              handed_on: handedOnSince(tenant.active_runs, handed_since),
            },
          ];
    },
  }),
];
