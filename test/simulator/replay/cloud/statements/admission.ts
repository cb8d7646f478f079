import { originOf, type Slot } from '../../../../../shared/runs/rules/ledger-row';
import type { StatementParameters } from '../../../../../shared/sql/define-statement';
import { admitKeyedRuns, admitRuns } from '../../../../../shared/sql/runs/admit-runs';
import { decideKeyedRuns, decideRuns } from '../../../../../shared/sql/runs/decide-runs';
import { dateCellOf, modelOf } from '../statement-model';
import {
  dateOf,
  isInLedger,
  isMonthOver,
  monthStart,
  slotsHeld,
  type Tables,
  type TenantRecord,
} from '../tables';
import { crossedAlerts } from './alerts';
import { handedOn, handedOnSince, placeOf, runsQueued, startable, turnOf } from './queue';
import { compare } from './recorded';

type Parameters = StatementParameters<typeof admitRuns>;
type Candidate = Parameters['candidates'][number];
type Decision = StatementParameters<typeof decideRuns>;

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
  const running = slotsHeld(tenant.active_runs, now);
  const left = (quota: number | null, taken: number) => (quota === null ? (unlimited ?? 0) : quota - taken);
  return {
    tenant,
    now,
    used,
    bytes,
    running,
    monthlyLeft: left(tenant.max_pipelines_per_month, used),
    slotsLeft: left(tenant.max_concurrent_pipelines, running),
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

/** The entry of a candidate that gets a slot at once. */
function slotOf(candidate: Candidate, { now, resetDate }: OpenTenant): Slot {
  const earliest = monthStart(resetDate);
  return {
    run_id: candidate.run_id ?? '',
    pipeline: candidate.pipeline ?? '',
    parameters: candidate.parameters,
    trigger: candidate.trigger,
    request_hash: candidate.request_hash,
    ...originOf(candidate),
    admitted_at: now > earliest ? now : earliest,
    lease_expires_at: new Date(now.getTime() + (candidate.lease_seconds ?? 0) * 1000),
    queued_until: null,
    handed_on_at: null,
    lease_seconds: null,
    priority: null,
    slots: null,
    concurrency_key: null,
    concurrency_limit: null,
  };
}

/** Counts these new entries; the runs in flight are then those of `after`. */
function admit(tables: Tables, open: OpenTenant, slots: readonly Slot[], after: readonly Slot[]): void {
  const { tenant, now, used, bytes, resetDate } = open;
  tables.tenant = {
    ...tenant,
    active_runs: after,
    pipeline_runs_count: tenant.pipeline_runs_count + slots.length,
    pipeline_runs_this_month: used + slots.length,
    current_running_pipelines: slotsHeld(after, now),
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
  if (open === undefined || candidates.length > Math.min(open.monthlyLeft, open.slotsLeft)) return 0;
  const { active_runs } = open.tenant;
  if (runsQueued(active_runs) > 0 || !candidates.every(isNew(tables, open, keyedIds))) return 0;
  // In the ledger any of the keyed ids counts, a candidate's or not.
  if (keyedIds.some((id) => isInLedger(tables, id ?? ''))) return 0;
  const slots = candidates.map((candidate) => slotOf(candidate, open));
  admit(tables, open, slots, [...active_runs, ...slots]);
  return 1;
}

/** How many more runs may wait. */
function queueLeft({ active_runs, max_queued_pipelines }: TenantRecord, mostBytes: number | null): number {
  const bytes = active_runs.reduce((sum, { parameters }) => sum + Buffer.byteLength(parameters ?? ''), 0);
  if (bytes >= (mostBytes ?? 0)) return 0;
  return Math.max(0, (max_queued_pipelines ?? 0) - runsQueued(active_runs));
}

const lastOfAll = new Date('9999-01-01T00:00:00Z');

/** Where a candidate stands among those that may wait; behind them all, if it may not. */
const mayWaitAt = ({ mayWait, run }: { readonly mayWait: boolean; readonly run: Slot }): Date =>
  mayWait ? turnOf(run) : lastOfAll;

/** Candidates and runs that wait get slots in their turn; other candidates wait, as many as may. */
function admitSome(tables: Tables, parameters: Decision, keyedIds: readonly (string | null)[]): number {
  const open = openTenant(tables, parameters);
  if (open === undefined) return 0;
  const { tenant, now } = open;
  const most = tenant.max_concurrent_pipelines ?? Number.POSITIVE_INFINITY;
  const fresh = parameters.candidates
    .filter(isNew(tables, open, keyedIds))
    .filter(({ slots }) => (slots ?? 1) <= most)
    .slice(0, Math.max(0, open.monthlyLeft));
  const queueRoom = queueLeft(tenant, parameters.most_bytes);
  const waiting = fresh.map(({ at_limit, queue_seconds, ...candidate }, place) => {
    const slot = slotOf(candidate, open);
    const { priority, slots, concurrency_key, concurrency_limit, lease_seconds } = candidate;
    return {
      place,
      mayWait: at_limit === 'queue' && queueRoom > 0,
      slot,
      run: {
        ...slot,
        ...{ priority, slots, concurrency_key, concurrency_limit, lease_seconds },
        lease_expires_at: slot.admitted_at,
        queued_until: new Date(now.getTime() + (queue_seconds ?? 0) * 1000),
      },
    };
  });
  // Those first that may wait, in the order of their turns.
  const ranked = waiting.toSorted(
    (one, other) => compare(mayWaitAt(one), mayWaitAt(other)) || compare(one.place, other.place),
  );
  // Whoever asks now may start, however short it would wait; who may find no place to wait comes last.
  const forTheRule = ranked.map(({ run, mayWait }, rank) => ({
    ...run,
    queued_until: new Date(now.getTime() + 1),
    ...(!(mayWait && rank < queueRoom) && { admitted_at: lastOfAll, priority: null }),
  }));
  const starting = startable([...tenant.active_runs, ...forTheRule], tenant, now);
  const places = new Set(
    ranked
      .filter(({ run, mayWait }) => mayWait && !starting.has(run.run_id))
      .slice(0, queueRoom)
      .map(({ run }) => run.run_id),
  );
  const admitted = waiting.flatMap(({ run, slot }) => {
    if (starting.has(run.run_id)) {
      const { lease_expires_at } = slot;
      return { ...run, lease_expires_at, queued_until: null, lease_seconds: null };
    }
    return places.has(run.run_id) ? run : [];
  });
  if (admitted.length + starting.size === 0) return 0;
  admit(tables, open, admitted, [...handedOn(tenant.active_runs, starting, now), ...admitted]);
  return 1;
}

/** The row after the decision, and the candidates that it knows. */
function report({ tenant }: Tables, { tenant_id, now, candidates, most_bytes, handed_since }: Decision) {
  if (tenant?.tenant_id !== tenant_id || now === null) return [];
  const { active_runs } = tenant;
  const asked = new Set(candidates.map(({ run_id }) => run_id));
  const keys = new Set(candidates.map(({ key_id }) => key_id));
  const held = active_runs.filter((run) => run.lease_expires_at > now && run.queued_until === null);
  const concurrencyKeys = [...new Set(candidates.map(({ concurrency_key }) => concurrency_key))];
  const replacing = new Set(
    candidates.filter(({ at_limit }) => at_limit === 'cancel_oldest').map(({ pipeline }) => pipeline),
  );
  const oldest = new Map(
    held
      .filter(({ pipeline }) => replacing.has(pipeline))
      .toSorted((one, other) => compare(one.admitted_at, other.admitted_at))
      .toReversed()
      .map(({ pipeline, concurrency_key, run_id }) => [
        `${pipeline} ${concurrency_key}`,
        { pipeline, concurrency_key, run_id },
      ]),
  );
  return [
    {
      is_active: tenant.is_active,
      suspension_public_reason: tenant.suspension_public_reason,
      max_pipelines_per_month: tenant.max_pipelines_per_month,
      max_concurrent_pipelines: tenant.max_concurrent_pipelines,
      used_this_month: isMonthOver(tenant, now) ? 0 : tenant.pipeline_runs_this_month,
      quota_reset_date: dateCellOf(tenant.quota_reset_date),
      running: slotsHeld(active_runs, now),
      max_bytes_billed_per_month: tenant.max_bytes_billed_per_month,
      bytes_this_month: isMonthOver(tenant, now) ? 0 : (tenant.bytes_billed_this_month ?? 0),
      waiting_outcomes: tenant.settled_runs.length,
      max_queued_pipelines: tenant.max_queued_pipelines ?? 0,
      queued: runsQueued(active_runs),
      queue_left: queueLeft(tenant, most_bytes),
      mean_run_ms: tenant.mean_run_ms,
      revoked_key_ids: tenant.revoked_keys.map(({ key_id }) => key_id).filter((id) => keys.has(id)),
      withdrawn: tenant.withdrawn_runs
        .map(({ run_id }) => run_id)
        .filter((runId) => asked.has(runId))
        .toSorted(),
      known: [
        ...active_runs.map((run) => ({ ...run, queue_place: placeOf(active_runs, run.run_id) })),
        ...tenant.settled_runs.map((run) => ({ ...run, queue_place: null })),
      ]
        .filter(({ run_id }) => asked.has(run_id))
        .map(({ run_id, request_hash, queue_place }) => ({ run_id, request_hash, queue_place })),
      keys_held: concurrencyKeys
        .map((key) => ({
          concurrency_key: key,
          runs: held.filter(({ concurrency_key }) => key !== null && concurrency_key === key).length,
        }))
        .filter(({ runs }) => runs > 0),
      oldest: [...oldest.values()],
      handed_on: handedOnSince(active_runs, handed_since),
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
