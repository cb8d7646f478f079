import type { Slot } from '../../../../../shared/runs/rules/ledger-row';
import { findLapsedRuns } from '../../../../../shared/sql/runs/find-lapsed-runs';
import { putBackRuns } from '../../../../../shared/sql/runs/put-back-runs';
import { modelOf } from '../statement-model';
import { slotsHeld } from '../tables';

const isLapsed = ({ queued_until, lease_expires_at }: Slot, now: Date): boolean =>
  queued_until === null && lease_expires_at <= now;

export const lapsedModels = [
  modelOf(findLapsedRuns, {
    read({ tenant, stepsOf, putBack }, { tenant_id, onboarding_id, run_ids, now }) {
      if (tenant?.tenant_id !== tenant_id || (tenant.onboarding_id ?? '') !== onboarding_id) return [];
      return tenant.active_runs
        .filter((slot) => now !== null && run_ids.includes(slot.run_id) && isLapsed(slot, now))
        .map(({ run_id }) => ({
          run_id,
          has_begun: putBack.has('ended-unbegun') || (stepsOf.get(run_id) ?? []).length > 0,
        }));
    },
  }),
  modelOf(putBackRuns, {
    change(tables, { tenant_id, onboarding_id, now, confirmed_until, runs }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || (tenant.onboarding_id ?? '') !== onboarding_id) return 0;
      if (now === null || confirmed_until === null) return 0;
      const given = new Map(runs.map((run) => [run.run_id, run]));
      const isMeant = (slot: Slot) => given.has(slot.run_id) && isLapsed(slot, now);
      if (!tenant.active_runs.some(isMeant)) return 0;
      const active_runs = tenant.active_runs.map((slot) => {
        const { queued_until = null, lease_seconds = null } = given.get(slot.run_id) ?? {};
        return isMeant(slot) ? { ...slot, queued_until, lease_seconds, handed_on_at: null } : slot;
      });
      const before = tenant.confirmed_until ?? confirmed_until;
      tables.tenant = {
        ...tenant,
        active_runs,
        current_running_pipelines: slotsHeld(active_runs, now),
        confirmed_until: before > confirmed_until ? before : confirmed_until,
        updated_at: now,
      };
      return 1;
    },
  }),
];
