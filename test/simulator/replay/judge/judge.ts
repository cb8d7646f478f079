import type { TenantEvent } from '../../../../shared/definitions/schemas/event-schemas';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import { isQueued, type RecordedOutcome, type Slot } from '../../../../shared/runs/rules/ledger-row';
import { parseInstructions } from '../../../../shared/runs/rules/run-instructions';
import type { Observer } from '../cloud/observer';
import { runsByLaw } from '../cloud/statements/reading';
import { outcomeOf } from '../cloud/statements/recorded';
import { slotsHeld, type Tables, type TenantRecord } from '../cloud/tables';
import type { VirtualTime } from '../time/virtual-time';
import { crossings } from './crossings';
import { differencesOf } from './differences';
import type { InvariantName } from './invariants';
import type { Journal } from './journal';
import { createOperationJudge, type OperationJudge } from './operations';
import { countOne, type Register } from './register';
import { createReplacingJudge } from './replacing';
import { tokenOf } from './run-token';
import { createScheduleJudge, type ScheduleJudge } from './schedules';
import { judgeSlots } from './slots';

export interface Judge extends Observer {
  readonly violate: (invariant: InvariantName, facts: string) => void;
  /**
   * A caller was told of the run's state; undefined: that there is no such run. `askedAt` is when it asked:
   * whoever asked before another was told may still be told the state before.
   */
  readonly told: (tenantId: string, runId: string, status: string | undefined, askedAt: number) => void;
  readonly toldAdmitted: (tenantId: string, runId: string) => void;
  readonly toldNothingStarted: (tenantId: string, token: string) => void;
  /** Runs that took effect, by run and step. */
  readonly effects: ReadonlyMap<string, number>;
  readonly admissions: () => number;
  readonly schedules: ScheduleJudge;
  readonly operations: OperationJudge;
  /** Crossed thresholds that no event has told yet. */
  readonly untold: () => readonly string[];
}

/** Judges every change at the moment at which it happens, and everything that callers are told. */
export function createJudge(
  time: VirtualTime,
  journal: Journal,
  register: Register,
  tablesOf: (tenantId: string) => Tables,
): Judge {
  const effects = new Map<string, number>();
  /** Runs that ever had a slot, by tenant and run. */
  const known = new Set<string>();
  const withdrawn = new Set<string>();
  /** Steps that are not done again, by run and step. */
  const reused = new Set<string>();
  const started = new Set<string>();
  /** The ledger's first row of each run. */
  const rows = new Map<string, AppendedRow['json']>();
  /** The events that were published, by their ids. */
  const events = new Map<string, TenantEvent>();
  /** The ids of the events of thresholds that were crossed. */
  const crossed = new Set<string>();
  /** What events tell of runs, by tenant and run. */
  const settledAs = new Map<string, string>();
  /** The outcome of each run, as it was seen last. */
  const decided = new Map<string, RecordedOutcome>();
  /** Turns in which a run was handed over, by the job that stands for them. */
  const turns = new Set<string>();

  const { violate } = journal;
  const isRun = (tenantId: string, runId: string): boolean => {
    const run = `${tenantId} ${runId}`;
    return known.has(run) && !withdrawn.has(run);
  };
  const schedules = createScheduleJudge(time, journal, register, isRun);
  const operations = createOperationJudge(time, journal, register, isRun, tablesOf);

  const replacing = createReplacingJudge(register);

  function judgeCounters(tenantId: string, tables: Tables): void {
    const { tenant } = tables;
    if (tenant === undefined) return;
    const law = runsByLaw(tables);
    const { pipeline_runs_count: runs, pipeline_runs_this_month: thisMonth } = tenant;
    const bytes = tenant.bytes_billed_this_month;
    if (bytes !== law.bytes_this_month)
      violate('law', `${tenantId}: ${bytes} bytes; by the law ${law.bytes_this_month}`);
    if (runs !== law.runs || thisMonth !== law.runs_this_month) {
      const facts = `${runs} runs, ${thisMonth} this month; by the law ${law.runs}, ${law.runs_this_month}`;
      violate('law', `${tenantId}: ${facts}`);
    }
  }

  function judgeQuotas(tenantId: string, tenant: TenantRecord): void {
    const { max_pipelines_per_month: month } = tenant;
    // Those that wait again had their slot.
    const queued = tenant.active_runs.filter(
      (run) => isQueued(run) && run.lease_expires_at <= run.admitted_at,
    ).length;
    if (queued > (tenant.max_queued_pipelines ?? 0)) violate('quota', `${tenantId}: ${queued} runs wait`);
    const used = tenant.pipeline_runs_this_month;
    if (month !== null && used > month) violate('quota', `${tenantId}: ${used} of ${month} a month`);
  }

  function judgeAdmitted(tenantId: string, slot: Slot, tables: Tables): void {
    const run = `${tenantId} ${slot.run_id}`;
    if (known.has(run) || tables.ledgerOf.has(slot.run_id)) violate('once', run);
    if (withdrawn.has(run)) violate('denied', `${run} was withdrawn`);
    known.add(run);
    operations.admitted(tenantId, slot);
    if (slot.actor_kind === 'schedule') schedules.admitted(tenantId, slot);
    if (slot.rerun_of !== null && outcomeOf(tables, slot.rerun_of) === undefined)
      violate('once', `${run} does ${slot.rerun_of} again, which is not over`);
    for (const stepId of Object.keys(parseInstructions(slot.instructions).resume?.steps ?? {}))
      reused.add(`${slot.run_id} ${stepId}`);
    const token = tokenOf(slot.parameters);
    if (register.denied.has(token)) violate('denied', `${run} of request ${token}`);
    // What does a run again, or is made by an operation, may be another key's.
    const keyId = slot.actor_kind === 'key' ? (slot.actor ?? '') : '';
    const revokedAt = register.revokedAt.get(keyId);
    if (revokedAt !== undefined) {
      violate(
        'revoked',
        `${run} by ${keyId}, ${time.now() - revokedAt} ms after its revocation was answered`,
      );
    }
  }

  function judgeOutcome(tenantId: string, runId: string, tables: Tables): void {
    const outcome = outcomeOf(tables, runId);
    if (outcome === undefined) return;
    const run = `${tenantId} ${runId}`;
    const before = decided.get(run);
    if (before === outcome) return;
    decided.set(run, outcome);
    const changes = before === undefined ? [] : differencesOf(before, outcome);
    if (changes.length > 0) violate('outcome', `${run}: ${changes.join('; ')}`);
    const isAsked = () =>
      register.cancelled.has(runId) ||
      operations.mayCancel(tenantId, outcome) ||
      replacing.mayReplace(tenantId, outcome);
    if (outcome.status === 'CANCELLED' && !isAsked()) violate('asked', run);
    if (outcome.error_code === 'lease_expired' && !started.has(run)) violate('begun', `${run} never did`);
    const told = register.toldOutcome.get(run);
    if (told !== undefined && told.status !== outcome.status) {
      violate('told', `${run}: a caller was told ${told.status}, and it is ${outcome.status}`);
    }
  }

  return {
    violate,
    effects,
    operations,
    schedules,
    scheduled: schedules.scheduled,
    read: replacing.read,
    admissions: () => known.size,
    untold: () => [...crossed].filter((id) => !events.has(id)),

    changed(tenantId, before, tables) {
      const { tenant } = tables;
      if (tenant === undefined || tenant === before) return;
      judgeCounters(tenantId, tables);
      for (const id of crossings(tenantId, before, tenant)) crossed.add(id);
      const held = new Map(before?.active_runs.map((slot) => [slot.run_id, slot]));
      const waited = new Set(before?.active_runs.filter(isQueued).map(({ run_id }) => run_id));
      const starting = tenant.active_runs.filter(
        (run) => !isQueued(run) && (waited.has(run.run_id) || !held.has(run.run_id)),
      );
      for (const { run_id } of tenant.active_runs.filter(isQueued)) {
        if (waited.has(run_id) || !held.has(run_id)) continue;
        countOne(register.played, 'runs went back to the queue');
        if (started.has(`${tenantId} ${run_id}`))
          violate('begun', `${tenantId} ${run_id} goes back to the queue`);
      }
      const gained = tenant.active_runs.filter(({ run_id }) => !held.delete(run_id));
      for (const slot of gained) judgeAdmitted(tenantId, slot, tables);
      if (gained.length > 0) judgeQuotas(tenantId, tenant);
      const isAnySettled = [...held.keys()].some((runId) => outcomeOf(tables, runId) !== undefined);
      if (starting.length > 0 || isAnySettled) judgeSlots(tenantId, tenant, starting, violate);
      if (gained.length + held.size + starting.length > 0) {
        const running = slotsHeld(tenant.active_runs, tenant.updated_at);
        if (running !== tenant.current_running_pipelines) {
          violate('running', `${tenantId}: ${tenant.current_running_pipelines}, not ${running}`);
        }
      }
      for (const runId of held.keys()) {
        if (outcomeOf(tables, runId) !== undefined) {
          judgeOutcome(tenantId, runId, tables);
          continue;
        }
        const run = `${tenantId} ${runId}`;
        withdrawn.add(run);
        if (started.has(run)) violate('ghost', `${run} was withdrawn after it had begun`);
        if (register.admitted.has(runId)) violate('lost', `${tenantId} ${runId} lost its slot`);
      }
    },

    published(event) {
      const before = events.get(event.id);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(event))
        violate('announced', `${event.id} has told two things`);
      events.set(event.id, event);
      if (event.type === 'quota.threshold' && !crossed.has(event.id))
        violate('announced', `${event.id}, which nothing has crossed`);
      if (event.type === 'run.settled')
        settledAs.set(`${event.subject} ${event.data.run_id}`, event.data.status);
    },

    appended(tenantId, table, json) {
      if (table === 'schedule_times') schedules.told(json);
      if (table === 'operations') operations.told(json);
      if (table !== 'pipeline_runs') return;
      const told = settledAs.get(`${tenantId} ${json.run_id}`);
      if (told !== json.status)
        violate('announced', `${tenantId} ${json.run_id} is ${json.status} in the ledger, told as ${told}`);
      const run = `${tenantId} ${json.run_id}`;
      const before = rows.get(run);
      if (before === undefined) rows.set(run, json);
      const differences = before === undefined ? [] : differencesOf(before, json);
      if (differences.length > 0) violate('rows', `${run}: ${differences.join('; ')}`);
    },

    readable(tenantId, table, json, tables) {
      if (table !== 'pipeline_runs') return;
      judgeCounters(tenantId, tables);
      judgeOutcome(tenantId, String(json.run_id), tables);
    },

    started(tenantId, runId) {
      const run = `${tenantId} ${runId}`;
      started.add(run);
      if (withdrawn.has(run)) violate('ghost', `${run} begins a step after it was withdrawn`);
    },

    effect(tenantId, runId, stepId) {
      const step = `${runId} ${stepId}`;
      const times = (effects.get(step) ?? 0) + 1;
      effects.set(step, times);
      if (reused.has(step)) violate('effect', `${tenantId} ${step}: an earlier run had done it`);
      if (times > 1) violate('effect', `${tenantId} ${step}: ${times} times`);
      const run = `${tenantId} ${runId}`;
      if (!known.has(run) || withdrawn.has(run)) violate('ghost', `${run}: ${stepId}`);
    },

    handedOver(runId, jobId) {
      if (turns.has(jobId)) violate('handOver', `${runId}: twice as ${jobId}`);
      turns.add(jobId);
    },

    told(tenantId, runId, status, askedAt) {
      const run = `${tenantId} ${runId}`;
      const told = register.toldOutcome.get(run);
      if (status === undefined) {
        if (register.admitted.has(runId)) violate('lost', `${run}: a caller was told that there is none`);
        return;
      }
      if (status === 'ADMITTED' || status === 'QUEUED') {
        if (told === undefined || told.at > askedAt) return;
        const since = `${time.now() - told.at} ms after another was told ${told.status}`;
        return violate('told', `${run}: a caller was told ${status} ${since}`);
      }
      if (told !== undefined && told.status !== status) {
        violate('told', `${run}: a caller was told ${status}, another ${told.status} before`);
      }
      if (told === undefined) register.toldOutcome.set(run, { tenantId, status, at: time.now() });
      const outcome = outcomeOf(tablesOf(tenantId), runId);
      if (outcome?.status !== status) {
        violate('told', `${run}: a caller was told ${status}, and it is ${outcome?.status ?? 'in flight'}`);
      }
    },

    toldAdmitted(tenantId, runId) {
      register.admitted.add(runId);
      const run = `${tenantId} ${runId}`;
      if (!known.has(run) || withdrawn.has(run)) violate('lost', `${run} was admitted, its caller is told`);
    },

    toldNothingStarted(tenantId, token) {
      register.denied.add(token);
      const { tenant, ledger } = tablesOf(tenantId);
      const isOfRequest = (run: Pick<Slot, 'parameters'>) => tokenOf(run.parameters) === token;
      const slot = tenant?.active_runs.find(isOfRequest);
      if (slot !== undefined) violate('denied', `${tenantId} ${slot.run_id} of request ${token} has a slot`);
      const over = [...(tenant?.settled_runs ?? []), ...ledger].find(isOfRequest);
      if (over !== undefined) violate('denied', `${tenantId} ${over.run_id} of request ${token} is over`);
    },
  };
}
