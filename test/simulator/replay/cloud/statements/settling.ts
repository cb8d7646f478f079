import { isQueued, type RecordedOutcome } from '../../../../../shared/runs/rules/ledger-row';
import type { StatementParameters } from '../../../../../shared/sql/define-statement';
import { confirmRuns } from '../../../../../shared/sql/runs/confirm-runs';
import { settleHeldAndDropRuns, settleHeldRuns } from '../../../../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../../../../shared/sql/runs/settle-runs';
import { modelOf } from '../statement-model';
import { isMonthOver, monthStart, slotsHeld, type Tables, type TenantRecord } from '../tables';
import { crossedAlerts } from './alerts';
import { handedOn, handedOnSince, keptOf, runsQueued, startable } from './queue';
import { cellsOf, compare, isBetween, outcomeOf } from './recorded';

type Settling = StatementParameters<typeof settleRuns>;

interface Appended {
  readonly appended: readonly { readonly run_id: string | null; readonly recorded_at: Date | null }[];
  readonly appended_from: Date | null;
  readonly appended_to: Date | null;
}

const none: ReadonlySet<string> = new Set();

/** Whether BigQuery has billed as much this month as it may. */
export const isBudgetUsedUp = (tenant: TenantRecord, now: Date): boolean =>
  tenant.max_bytes_billed_per_month !== null &&
  (isMonthOver(tenant, now) ? 0 : (tenant.bytes_billed_this_month ?? 0)) >= tenant.max_bytes_billed_per_month;

const statusOf = (status: string | null): RecordedOutcome['status'] =>
  status === 'COMPLETED' || status === 'CANCELLED' ? status : 'FAILED';

/** Moves the given runs from their slots to `settled_runs`, and drops entries that are seen in the ledger. */
function settle(
  tables: Tables,
  { tenant_id, onboarding_id, now, outcomes }: Settling,
  isEnough: (held: number, queued: number) => boolean,
  handsOn: boolean,
  appended?: Appended,
): number {
  const { tenant } = tables;
  if (tenant?.tenant_id !== tenant_id || now === null) return 0;
  if ((tenant.onboarding_id ?? '') !== onboarding_id) return 0;
  const started = new Set(tenant.active_runs.filter((run) => !isQueued(run)).map(({ run_id }) => run_id));
  const outcomesById = new Map(
    outcomes
      .filter(({ run_id, only_if_queued }) => !handsOn || !only_if_queued || !started.has(run_id ?? ''))
      .map((outcome) => [outcome.run_id, outcome]),
  );
  const held = tenant.active_runs.filter(({ run_id }) => outcomesById.has(run_id));
  const areAsKnown = held.every(
    ({ run_id, handed_on_at }) =>
      handed_on_at?.getTime() === outcomesById.get(run_id)?.handed_on_at?.getTime(),
  );
  if (!handsOn && !isEnough(areAsKnown ? held.length : -1, runsQueued(tenant.active_runs))) return 0;
  const seen = new Set(
    (appended?.appended ?? [])
      .filter(
        ({ run_id, recorded_at }) =>
          tables.putBack.has('early-drop') ||
          (tables.ledgerOf.get(run_id ?? '') ?? []).some(
            (row) =>
              row.recorded_at.getTime() === recorded_at?.getTime() &&
              isBetween(row.admitted_at, appended?.appended_from ?? null, appended?.appended_to ?? null),
          ),
      )
      .map(({ run_id }) => run_id),
  );
  const kept = tenant.active_runs.filter((slot) => !held.includes(slot));
  const starting =
    handsOn && tenant.is_active && !isBudgetUsedUp(tenant, now) ? startable(kept, tenant, now) : none;
  if (handsOn && held.length + starting.size === 0) return 0;
  const active = handedOn(kept, starting, now);
  const settled = held.flatMap((run) => {
    const slot = keptOf(run);
    const outcome = outcomesById.get(slot.run_id);
    if (outcome === undefined) return [];
    const { status, ended_at, recorded_at } = outcome;
    const times = { ended_at: ended_at ?? now, recorded_at: recorded_at ?? now };
    const handed_on_at = run.queued_until === null ? run.handed_on_at : times.ended_at;
    const { only_if_queued: _, ...ended } = outcome;
    return [{ ...slot, ...ended, ...times, handed_on_at, run_id: slot.run_id, status: statusOf(status) }];
  });
  const before = tenant.bytes_billed_this_month;
  const ofMonth = settled.filter(({ admitted_at }) => admitted_at >= monthStart(tenant.quota_reset_date));
  const billed = ofMonth.reduce((sum, { bytes_billed }) => sum + (bytes_billed ?? 0), 0);
  const [dearest] = ofMonth.toSorted(
    (one, other) => (other.bytes_billed ?? 0) - (one.bytes_billed ?? 0) || compare(one.run_id, other.run_id),
  );
  tables.tenant = {
    ...tenant,
    active_runs: active,
    settled_runs: [...tenant.settled_runs.filter(({ run_id }) => !seen.has(run_id)), ...settled],
    withdrawn_runs: [
      ...tenant.withdrawn_runs.filter(({ run_id }) => !seen.has(run_id)),
      ...held
        .filter(({ request_hash }) => request_hash !== null)
        .map(({ run_id }) => ({ run_id, withdrawn_at: now })),
    ],
    current_running_pipelines: slotsHeld(active, now),
    mean_run_ms: handsOn ? meanAfter(tenant.mean_run_ms, settled) : tenant.mean_run_ms,
    bytes_billed_this_month: before === null ? null : before + billed,
    quota_alerts: [
      ...tenant.quota_alerts,
      ...crossedAlerts(tenant, {
        quota: 'bytes',
        limit: before === null ? null : tenant.max_bytes_billed_per_month,
        before: before ?? 0,
        after: (before ?? 0) + billed,
        resetDate: tenant.quota_reset_date,
        now,
        at: () => ({ used: (before ?? 0) + billed, run_id: dearest?.run_id ?? '' }),
      }),
    ],
    updated_at: now,
  };
  return 1;
}

/** The fault `recorded-at`: who comes second is told that its own outcome stands, and appends it. */
const ownOutcomes = (tables: Tables, outcomes: Settling['outcomes']) =>
  outcomes.flatMap((own) => {
    const decided = outcomeOf(tables, own.run_id ?? '');
    if (decided === undefined) return [];
    const { ended_at = null, recorded_at = null } = own;
    const times = { ended_at: ended_at ?? decided.ended_at, recorded_at: recorded_at ?? decided.recorded_at };
    const outcome = { ...decided, ...own, ...times, run_id: decided.run_id, status: statusOf(own.status) };
    return [{ ...cellsOf(outcome), is_waiting: true }];
  });

/** How long runs take, after these have ended. */
function meanAfter(before: number | null, settled: readonly RecordedOutcome[]): number | null {
  const durations = settled.flatMap(({ duration_ms }) => duration_ms ?? []);
  if (durations.length === 0) return before;
  const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
  return Math.round(before === null ? mean : 0.8 * before + 0.2 * mean);
}

const settleAll = (tables: Tables, parameters: Settling, appended?: Appended): number => {
  const { length } = parameters.outcomes;
  const isEnough = (held: number, queued: number) => held === length && (length === 0 || queued === 0);
  return settle(tables, parameters, isEnough, false, appended);
};

const settleHeld = (tables: Tables, parameters: Settling, appended?: Appended): number =>
  settle(tables, parameters, () => true, true, appended);

function report(tables: Tables, parameters: StatementParameters<typeof settleHeldRuns>) {
  const { tenant_id, onboarding_id, outcomes, from, to, handed_since } = parameters;
  const { tenant } = tables;
  if (tenant?.tenant_id !== tenant_id || (tenant.onboarding_id ?? '') !== onboarding_id) return [];
  const recorded = tables.putBack.has('recorded-at')
    ? ownOutcomes(tables, outcomes)
    : outcomes
        .map(({ run_id }) => outcomeOf(tables, run_id ?? ''))
        .filter((outcome) => outcome !== undefined)
        .filter(({ admitted_at }) => isBetween(admitted_at, from, to))
        .map((outcome) => ({
          ...cellsOf(outcome),
          is_waiting: tenant.settled_runs.some(({ run_id }) => run_id === outcome.run_id),
        }));
  return [
    {
      recorded,
      queued: runsQueued(tenant.active_runs),
      handed_on: handedOnSince(tenant.active_runs, handed_since),
    },
  ];
}

export const settlingModels = [
  modelOf(settleRuns, { change: (tables, parameters) => settleAll(tables, parameters) }),
  modelOf(settleAndDropRuns, {
    change: (tables, parameters) => settleAll(tables, parameters, parameters),
  }),
  modelOf(settleHeldRuns, {
    change: (tables, parameters) => settleHeld(tables, parameters),
    read: report,
  }),
  modelOf(settleHeldAndDropRuns, {
    change: (tables, parameters) => settleHeld(tables, parameters, parameters),
    read: report,
  }),
  modelOf(confirmRuns, {
    change(tables, { tenant_id, until }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || until === null) return 0;
      if (tenant.confirmed_until !== null && tenant.confirmed_until >= until) return 0;
      tables.tenant = { ...tenant, confirmed_until: until };
      return 1;
    },
  }),
];
