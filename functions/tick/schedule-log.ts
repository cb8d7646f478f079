import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import type { ScheduleTimeRow } from '../../shared/sql/schedules/list-schedule-times';
import { noteHandledTimes } from '../../shared/sql/schedules/note-handled-times';
import type { ScheduleRow } from '../../shared/sql/schedules/schedule-row';
import type { Clock } from '../../shared/support/clock';
import { retrying } from '../../shared/support/retry';

/** What became of a planned time. */
export type TimeOutcome = Pick<ScheduleTimeRow, 'planned_at' | 'outcome' | 'run_id' | 'code' | 'detail'> & {
  readonly missed_since: Date | null;
};

/** What a tick has done about a schedule. */
export interface HandledSchedule {
  readonly schedule: Pick<ScheduleRow, 'schedule_id' | 'tenant_id' | 'version'>;
  readonly outcomes: readonly TimeOutcome[];
  /** Planned times up to this one are over and done with. */
  readonly handledUntil: Date;
  /** Why it is to be disabled. null: it is not. */
  readonly disabledFor: string | null;
}

export interface ScheduleLog {
  /** Writes it down soon, with others'. */
  readonly note: (handled: HandledSchedule) => void;
  /** Resolves when all that was noted is written down. Rejects with the first error: then some of it is not. */
  readonly written: () => Promise<void>;
}

export interface ScheduleLogDependencies {
  readonly append: ControlDataset['append'];
  readonly runStatement: RunStatement;
  readonly controlDataset: string;
  readonly clock: Clock;
}

/** So many schedules are written down together, while the tick goes on with others. */
const schedulesTogether = 200;
/** What was noted waits no longer than this for others, while more is noted: a tick may be killed. In milliseconds. */
const longestWaitMs = 10_000;
/** Of one streaming insert: https://cloud.google.com/bigquery/quotas#streaming_inserts says 500 to 10,000. */
const rowsTogether = 500;
const retryPolicy = { budgetMs: 20_000, initialBackoffMs: 200, maximumBackoffMs: 2_000, isRetryable };

/**
 * Writes down what became of planned times, and then how far each schedule has come: a tick that dies between the two
 * has a time done again, which starts nothing new, and none is ever left out.
 */
export function createScheduleLog(deps: ScheduleLogDependencies): ScheduleLog {
  const { monotonicMs } = deps.clock;
  let waiting: HandledSchedule[] = [];
  let waitingSince = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    const handled = waiting;
    waiting = [];
    if (handled.length > 0) writing = Promise.all([writing, write(handled, deps)]).then(() => undefined);
    // It is looked at in the end; until then nothing else is to hear of it.
    writing.catch(() => undefined);
  };
  return {
    note(handled) {
      if (waiting.length === 0) waitingSince = monotonicMs();
      waiting.push(handled);
      const isOld = monotonicMs() - waitingSince >= longestWaitMs;
      if (waiting.length >= schedulesTogether || isOld) flush();
    },
    written() {
      flush();
      return writing;
    },
  };
}

async function write(
  handled: readonly HandledSchedule[],
  { append, runStatement, controlDataset, clock }: ScheduleLogDependencies,
): Promise<void> {
  const now = clock.now();
  const recorded_at = now.toISOString();
  const rows = handled.flatMap(({ schedule: { schedule_id, tenant_id }, outcomes }) =>
    outcomes.map(({ planned_at, missed_since, ...outcome }) => ({
      insertId: `${schedule_id} ${planned_at.getTime()} ${outcome.outcome}`,
      json: {
        schedule_id,
        tenant_id,
        planned_at: planned_at.toISOString(),
        ...outcome,
        missed_since: missed_since?.toISOString() ?? null,
        recorded_at,
      },
    })),
  );
  for (let start = 0; start < rows.length; start += rowsTogether) {
    const part = rows.slice(start, start + rowsTogether);
    await retrying(retryPolicy, () => append('schedule_times', ...part));
  }
  const parameters = {
    now,
    handled: handled.map(({ schedule: { schedule_id, version }, handledUntil, disabledFor }) => ({
      schedule_id,
      version,
      handled_until: handledUntil,
      reason: disabledFor,
    })),
  };
  await retrying(retryPolicy, () => runStatement(controlDataset, noteHandledTimes, parameters));
}
