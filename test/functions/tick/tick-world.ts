import { join } from 'node:path';
import { createScheduleLog, type ScheduleLog } from '../../../functions/tick/schedule-log';
import { type TickDependencies, type TickSummary, tick } from '../../../functions/tick/tick';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { ServiceError } from '../../../shared/errors';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { AppendedRow } from '../../../shared/google/bigquery/tables/append-rows';
import type { StartersInFlight } from '../../../shared/google/bigquery/tables/read-tenant-state';
import type { Candidate } from '../../../shared/runs/rules/admission-rules';
import type { ScheduleRow } from '../../../shared/sql/schedules/schedule-row';
import type { Clock } from '../../../shared/support/clock';

/** A run that was admitted, and counted once. */
export interface CountedRun extends Candidate {
  readonly tenantId: string;
}

/** What ticks read and write, as tables have it, in memory; and a clock that is set by hand. */
export interface TickWorld {
  readonly schedules: Map<string, ScheduleRow>;
  /** By tenant. */
  readonly lives: Map<string, string | null>;
  /** In the order of their admission. */
  readonly runs: CountedRun[];
  /** Those of them that are not over. */
  readonly inFlight: Set<CountedRun>;
  /** Those that never start. */
  readonly denied: Set<string>;
  /** Rows of schedule_times. */
  readonly times: AppendedRow['json'][];
  now: Date;
  /** Refuses admissions, or is undecided, where it gives an error. */
  refusal: (candidate: Candidate) => ServiceError | undefined;
  /** Throws where a call is to fail. */
  fail: (call: 'read' | 'append' | 'note') => void;
  /** A tick's log, by a clock of its own. */
  readonly openLog: (clock: Clock) => ScheduleLog;
  /** A tick of a version whose definitions may differ from the shipped ones. */
  readonly tick: (change?: Partial<TickDependencies>) => Promise<TickSummary>;
}

const pipelines = loadPipelines(join(__dirname, '../../../schemas'));

export function createTickWorld(start: string): TickWorld {
  let monotonicMs = 0;
  const byId = new Map<string, CountedRun>();
  const clock = { now: () => world.now, monotonicMs: () => monotonicMs };
  const inFlightOf = (tenantId: string): StartersInFlight | undefined => {
    const onboarding_id = world.lives.get(tenantId);
    if (onboarding_id === undefined) return undefined;
    return {
      onboarding_id,
      active_runs: [...world.inFlight].filter((run) => run.tenantId === tenantId),
      withdrawn_runs: [...world.denied].map((run_id) => ({ run_id })),
    };
  };
  /** The statement that a tick has: it notes how far it has come. */
  const runStatement: RunStatement = async (_dataset, _statement, parameters) => {
    world.fail('note');
    const handled: unknown = Reflect.get(parameters, 'handled');
    const updated_at = world.now;
    for (const one of Array.isArray(handled) ? handled : []) {
      const row = world.schedules.get(one.schedule_id);
      if (row === undefined) continue;
      const isDisabled = one.reason !== null && row.version === one.version;
      world.schedules.set(row.schedule_id, {
        ...row,
        handled_until: one.handled_until > row.handled_until ? one.handled_until : row.handled_until,
        ...(isDisabled && { state: 'disabled', reason: one.reason, updated_at }),
      });
    }
    return { rows: [], affectedRows: 1, location: 'US' };
  };
  const world: TickWorld = {
    schedules: new Map(),
    lives: new Map(),
    runs: [],
    inFlight: new Set(),
    denied: new Set(),
    times: [],
    now: new Date(start),
    refusal: () => undefined,
    fail: () => undefined,
    openLog: (clock) =>
      createScheduleLog({
        append: async (_table, ...rows) => {
          world.fail('append');
          world.times.push(...rows.map(({ json }) => json));
        },
        runStatement,
        controlDataset: 'tenant_pipelines',
        clock,
      }),
    tick: (change) =>
      tick('request-1', {
        readScheduleTimings: async () => [...world.schedules.values()],
        readSchedules: async (ids) =>
          [...world.schedules.values()].filter(({ schedule_id }) => ids.has(schedule_id)),
        forgetSchedules: async (before) => {
          for (const { schedule_id, state, updated_at } of world.schedules.values())
            if (state === 'disabled' && updated_at < before) world.schedules.delete(schedule_id);
        },
        readStarters: async (tenantId) => {
          world.fail('read');
          return inFlightOf(tenantId);
        },
        denyRun: async (_tenantId, { runId }) => {
          if (byId.has(runId)) return 'started';
          world.denied.add(runId);
          return 'denied';
        },
        openLog: () => world.openLog(clock),
        admit: async (tenantId, candidate) => {
          const known = byId.get(candidate.run_id);
          if (known !== undefined && known.request_hash !== candidate.request_hash)
            return {
              verdict: refused(new ServiceError('idempotency_key_reused', 'reused')),
              quotas: undefined,
            };
          if (known === undefined) {
            if (world.denied.has(candidate.run_id)) throw new ServiceError('unavailable', 'It is denied');
            const error = world.refusal(candidate);
            if (error?.code === 'unavailable') throw error;
            if (error !== undefined) return { verdict: refused(error), quotas: undefined };
            const run = { ...candidate, tenantId };
            byId.set(candidate.run_id, run);
            world.runs.push(run);
            world.inFlight.add(run);
          }
          const isOver = known !== undefined && !world.inFlight.has(known);
          return { verdict: { kind: 'admitted', isOver }, quotas: undefined };
        },
        publishRun: async () => undefined,
        pipelines,
        newId: () => `id-${monotonicMs++}`,
        clock,
        now: clock.now,
        log: () => undefined,
        ...change,
      }),
  };
  return world;
}

const refused = (error: ServiceError) => ({ kind: 'refused' as const, error });

/** A schedule of `acme` that is due at the start of each hour, but for what is changed. */
export function scheduled(world: TickWorld, change: Partial<ScheduleRow> = {}): ScheduleRow {
  const row: ScheduleRow = {
    schedule_id: 'sch_hourly',
    tenant_id: 'acme',
    onboarding_id: 'life-1',
    pipeline: 'gcp/example/dryrun',
    parameters: '{}',
    cron: '0 * * * *',
    interval_seconds: null,
    anchor: null,
    time_zone: 'Etc/UTC',
    missed: 'last',
    overlap: 'skip',
    window_seconds: 0,
    description: null,
    state: 'active',
    reason: null,
    version: 1,
    handled_until: world.now,
    created_at: world.now,
    created_by: 'key-1',
    updated_at: world.now,
    ...change,
  };
  world.schedules.set(row.schedule_id, row);
  if (!world.lives.has(row.tenant_id)) world.lives.set(row.tenant_id, 'life-1');
  return row;
}

/** Of the day of these tests, in UTC. */
export const timeOf = (time: string): Date => new Date(`2026-11-30T${time}Z`);

/** A tick at that time. */
export function tickAt(world: TickWorld, time: string) {
  world.now = timeOf(time);
  return world.tick();
}

/** What has become of each planned time, as it was written down. */
export const outcomesOf = (world: TickWorld): string[] =>
  world.times.map(
    ({ planned_at, outcome, code }) =>
      `${String(planned_at).slice(11, 16)} ${outcome}${code === null ? '' : ` ${code}`}`,
  );
