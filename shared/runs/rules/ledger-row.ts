import { durationMs } from '../../support/clock';

/** Who started a run, and from where. All null: a version admitted it that did not keep this. */
export interface StartedBy {
  /** As the audit log has it: key or token. */
  readonly actor_kind: string | null;
  /** The id of the key, or of the token's. */
  readonly actor: string | null;
  /** The client's address. */
  readonly address: string | null;
  /** The `X-Request-Id` of the request's answer. */
  readonly request_id: string | null;
}

/** How a run came to be: who started it, and as what. */
export interface RunOrigin extends StartedBy {
  /** The run that this one does again. Null: none. */
  readonly rerun_of: string | null;
  /** What is to be done otherwise than by its pipeline alone, as run-instructions.ts writes it. Null: nothing. */
  readonly instructions: string | null;
}

/** How a run waits for a slot, and takes it (shared/sql/runs/hand-on.ts). */
export interface Queueing {
  /** Seconds of head start in the queue. Null: none. */
  readonly priority: number | null;
  /** How much of the concurrent quota the run takes. Null: 1. */
  readonly slots: number | null;
  /** Of the runs with this key at most `concurrency_limit` hold a slot at once. Null: the run has none. */
  readonly concurrency_key: string | null;
  readonly concurrency_limit: number | null;
}

/** A run in flight: an entry of the tenant row's `active_runs`, whole. */
export interface Slot extends RunOrigin, Queueing {
  readonly run_id: string;
  /** provider/domain/pipeline_id */
  readonly pipeline: string;
  /** Canonical JSON text. */
  readonly parameters: string | null;
  readonly trigger: string | null;
  readonly request_hash: string | null;
  readonly admitted_at: Date;
  /** Of a run that waits in the queue, and has no lease yet: when it was admitted. */
  readonly lease_expires_at: Date;
  /** The run waits in the queue, until then at the latest. Null: it does not, or not any more. */
  readonly queued_until: Date | null;
  /** When it left the queue for a slot. Null: it did not wait, or still does. */
  readonly handed_on_at: Date | null;
  /** How long its lease lasts once it has a slot. Null: it did not wait. */
  readonly lease_seconds: number | null;
}

/** Whether a run in flight waits for a slot. */
export const isQueued = ({ queued_until }: Pick<Slot, 'queued_until'>): boolean => queued_until !== null;

/** Whether a run in flight holds slots: an expired lease holds none, and neither does a run that waits. */
export const hasSlot = (run: Pick<Slot, 'queued_until' | 'lease_expires_at'>, now: Date): boolean =>
  run.lease_expires_at > now && !isQueued(run);

/** The slots that runs in flight hold. */
export const slotsHeldBy = (
  runs: readonly Pick<Slot, 'queued_until' | 'lease_expires_at' | 'slots'>[],
  now: Date,
): number => runs.filter((run) => hasSlot(run, now)).reduce((sum, { slots }) => sum + (slots ?? 1), 0);

/** How a run ended. */
export interface RunOutcome {
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly failedStep?: string | undefined;
  /** How far a pipeline with a watermark has come. */
  readonly watermark?: string | undefined;
  /** When its first step began, which may have been under an earlier delivery. */
  readonly startedAt?: Date | undefined;
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
}

/** The outcome of a run that failed before any step did anything. */
export const failedOutcome = (errorCode: string, errorMessage: string): RunOutcome => ({
  status: 'FAILED',
  errorCode,
  errorMessage,
  rowsWritten: 0,
  bytesProcessed: 0,
  bytesBilled: 0,
});

/** When a run was executed. */
export interface RunTimes {
  /** Undefined: it never started, as far as is known. */
  readonly startedAt: Date | undefined;
  readonly endedAt: Date;
  /** When the outcome was decided. */
  readonly recordedAt: Date;
}

/**
 * How a run ended, with everything that is kept of it: an entry of the tenant row's `settled_runs`, and but for
 * `tenant_id` the ledger's row. All texts are as stored; times in UTC, exact to the millisecond.
 */
export interface RecordedOutcome extends RunOrigin {
  readonly run_id: string;
  readonly pipeline: string;
  readonly parameters: string | null;
  readonly trigger: string | null;
  readonly request_hash: string | null;
  readonly status: RunOutcome['status'];
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly failed_step: string | null;
  readonly admitted_at: Date;
  /** When it left the queue: for a slot, or because it ended. Null: it did not wait. */
  readonly handed_on_at: Date | null;
  readonly started_at: Date | null;
  readonly ended_at: Date;
  readonly duration_ms: number | null;
  readonly rows_written: number | null;
  readonly bytes_processed: number | null;
  readonly bytes_billed: number | null;
  readonly watermark: string | null;
  readonly recorded_at: Date;
}

/** An admitted run, as much of its slot as its outcome repeats. */
export type AdmittedRun = Omit<Slot, keyof Queueing | 'lease_expires_at' | 'queued_until' | 'lease_seconds'>;

/**
 * What is recorded of a run that ended like this. Its times are in order, whatever the clocks that they come
 * from: no run starts before its admission or ends before its start, and it lasted as long as its worker says.
 */
export const recordedOutcome = (run: AdmittedRun, outcome: RunOutcome, times: RunTimes): RecordedOutcome => ({
  run_id: run.run_id,
  pipeline: run.pipeline,
  parameters: run.parameters,
  trigger: run.trigger,
  request_hash: run.request_hash,
  ...originOf(run),
  status: outcome.status,
  error_code: outcome.errorCode ?? null,
  error_message: outcome.errorMessage ?? null,
  failed_step: outcome.failedStep ?? null,
  admitted_at: run.admitted_at,
  handed_on_at: run.handed_on_at,
  ...inOrder(run.admitted_at, times),
  rows_written: outcome.rowsWritten,
  bytes_processed: outcome.bytesProcessed,
  bytes_billed: outcome.bytesBilled,
  watermark: outcome.watermark ?? null,
  recorded_at: times.recordedAt,
});

/** Of a run no more than who started it. */
export const startedByOf = ({ actor_kind, actor, address, request_id }: StartedBy): StartedBy => ({
  actor_kind,
  actor,
  address,
  request_id,
});

/** Of a run no more than how it came to be. */
export const originOf = ({ rerun_of, instructions, ...run }: RunOrigin): RunOrigin => ({
  ...startedByOf(run),
  rerun_of,
  instructions,
});

function inOrder(admittedAt: Date, { startedAt, endedAt }: RunTimes) {
  if (startedAt === undefined)
    return { started_at: null, ended_at: later(admittedAt, endedAt), duration_ms: null };
  const started_at = later(admittedAt, startedAt);
  const duration_ms = durationMs(startedAt, endedAt);
  return { started_at, ended_at: new Date(started_at.getTime() + duration_ms), duration_ms };
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** The outcome of a run that is recorded. */
export const outcomeOf = (run: RecordedOutcome): RunOutcome => ({
  status: run.status,
  errorCode: run.error_code ?? undefined,
  errorMessage: run.error_message ?? undefined,
  failedStep: run.failed_step ?? undefined,
  watermark: run.watermark ?? undefined,
  rowsWritten: run.rows_written ?? 0,
  bytesProcessed: run.bytes_processed ?? 0,
  bytesBilled: run.bytes_billed ?? 0,
});

/**
 * The ledger's row of a settled run, in the form that a streaming insert takes. Its insertId is made of the
 * execution's id and of when the outcome was decided, so that BigQuery drops most repeats; those that it does
 * not are equal. It must not drop the row for one of the version before, which can tell another outcome: that
 * version's insertId is the execution's id alone.
 */
export const ledgerRow = (tenantId: string, executionId: string, run: RecordedOutcome) => {
  const {
    watermark,
    handed_on_at,
    actor_kind,
    actor,
    address,
    request_id,
    rerun_of,
    instructions,
    ...columns
  } = run;
  const { admitted_at, started_at, ended_at, recorded_at } = run;
  return {
    insertId: `${executionId}-${recorded_at.getTime()}`,
    json: {
      ...columns,
      tenant_id: tenantId,
      admitted_at: admitted_at.toISOString(),
      started_at: started_at?.toISOString() ?? null,
      ended_at: ended_at.toISOString(),
      // Left out where there are none, so that a table without these columns still takes the row.
      ...withoutNulls({
        handed_on_at: handed_on_at?.toISOString() ?? null,
        watermark,
        actor_kind,
        actor,
        address,
        request_id,
        rerun_of,
        instructions,
      }),
      recorded_at: recorded_at.toISOString(),
    },
  };
};

const withoutNulls = (columns: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
