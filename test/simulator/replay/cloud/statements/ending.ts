import { releaseRuns } from '../../../../../shared/sql/runs/release-runs';
import { withdrawRuns } from '../../../../../shared/sql/runs/withdraw-runs';
import { modelOf } from '../statement-model';
import { countUnexpired, isInLedger, monthStart } from '../tables';

const hourMs = 3_600_000;

export const endingModels = [
  /** Only the slot of a run that is seen in the ledger is freed. */
  modelOf(releaseRuns, {
    change(tables, { tenant_id, run_ids, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      const released = new Set(run_ids.filter((id) => id !== null && isInLedger(tables, id)));
      const slots = tenant.active_runs.filter(({ run_id }) => !released.has(run_id));
      if (slots.length === tenant.active_runs.length) return 0;
      tables.tenant = {
        ...tenant,
        active_runs: slots,
        current_running_pipelines: countUnexpired(slots, now),
        updated_at: now,
      };
      return 1;
    },
    read: ({ tenant }, { tenant_id, run_ids }) =>
      tenant?.tenant_id !== tenant_id
        ? []
        : tenant.active_runs
            .filter(({ run_id }) => run_ids.includes(run_id))
            .map(({ run_id }) => ({ run_id })),
  }),
  modelOf(withdrawRuns, {
    change(tables, { tenant_id, run_ids, now, valid_until }, at) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null || valid_until === null || at >= valid_until)
        return 0;
      const withdrawn = tenant.active_runs.filter(
        ({ run_id }) => run_ids.includes(run_id) && !isInLedger(tables, run_id),
      );
      const slots = tenant.active_runs.filter((slot) => !withdrawn.includes(slot));
      const month = monthStart(tenant.quota_reset_date);
      tables.tenant = {
        ...tenant,
        active_runs: slots,
        pipeline_runs_count: tenant.pipeline_runs_count - withdrawn.length,
        pipeline_runs_this_month:
          tenant.pipeline_runs_this_month -
          withdrawn.filter(({ admitted_at }) => admitted_at >= month).length,
        current_running_pipelines: countUnexpired(slots, now),
        withdrawn_runs: [
          ...tenant.withdrawn_runs.filter(
            ({ run_id, withdrawn_at }) =>
              withdrawn_at.getTime() > now.getTime() - hourMs && !run_ids.includes(run_id),
          ),
          ...run_ids.map((run_id) => ({ run_id: run_id ?? '', withdrawn_at: now })),
        ],
        updated_at: now,
      };
      return 1;
    },
  }),
];
