import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { Log } from '../log';
import { settleAndDropRuns, settleHeldRuns, settleRuns } from '../sql/runs/settle-runs';
import type { TenantLife } from '../tenants/rules/tenant-events';
import type { RecordInAllRuns } from './all-runs';
import { createGroupCommit } from './group-commit';
import type { RecordOutcomes } from './record-outcomes';
import { type AdmittedRun, type RecordedOutcome, type RunOutcome, recordedOutcome } from './rules/ledger-row';

/** A run, and how it is to have ended. */
export interface RunToSettle {
  readonly run: AdmittedRun;
  /** The tenant's life in which the run was admitted. Null: the tenant was onboarded before there were such ids. */
  readonly onboardingId: string | null;
  readonly outcome: RunOutcome;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date;
  /** Where the ledger has the outcome already: when it was decided. Then no row is appended. Else that is now. */
  readonly recordedAt?: Date | undefined;
}

export interface Settled {
  /** The outcome that stands, whoever decided it. */
  readonly outcome: RecordedOutcome;
  /**
   * Resolves when others are told and the ledger and `all_runs` have taken the row, or that has failed. Never
   * rejects. To be awaited before a request is answered: afterwards a function gets no CPU.
   */
  readonly appended: Promise<void>;
}

/**
 * Settles a run, unless it is settled already: frees its slot, fixes its outcome, and then tells others and
 * appends it to the ledger. Undefined where nothing is to be settled, because the run was never admitted, was withdrawn, or its
 * tenant is gone or was onboarded anew.
 *
 * Throws BigQuery's error, or a TimeIsUp where the decision was not possible in time: then it may be decided
 * or not, and the same call again finds out. An append that fails is left to reconcile: the tenant row keeps
 * the outcome until the ledger has it, which is after others were told.
 */
export type Settle = (tenantId: string, settling: RunToSettle) => Promise<Settled | undefined>;

export interface SettleDependencies {
  readonly runStatement: RunStatement;
  readonly recordOutcomes: RecordOutcomes;
  readonly recordInAllRuns: RecordInAllRuns;
  readonly now: () => Date;
  readonly log: Log;
}

export interface SettleSettings {
  /**
   * How long a run is tried to be settled, in milliseconds. Under load, conflicts with the tenant's admissions
   * are usual, and a later delivery would only try the same.
   */
  readonly budgetMs: number;
  /** A statement that has not answered by then is sent again, which does no harm. In milliseconds. */
  readonly statementMs: number;
  /** How long an outcome is tried to be told and appended, in milliseconds. Reconcile does what this does not. */
  readonly appendMs: number;
}

const settingsByDefault: SettleSettings = { budgetMs: 60_000, statementMs: 10_000, appendMs: 8_000 };

/** Ids that a statement looks for in the ledger. */
const mostAppended = 1_000;
const bytesBesideTexts = 600;

interface Decided {
  readonly outcome: RecordedOutcome;
  /** The ledger may not have it yet. */
  readonly isWaiting: boolean;
}

/** A ledger row that was appended, while `all_runs` has the run, too. */
type AppendedRun = Pick<RecordedOutcome, 'run_id' | 'admitted_at' | 'recorded_at'>;

/**
 * Settles by group commit, like admissions: a tenant's runs that end together are settled by one statement.
 * The ids whose rows this instance appended go with the next one, which drops their entries: those that `all_runs`
 * did not take stay, and reconcile appends them.
 */
export function createSettle(deps: SettleDependencies, changes: Partial<SettleSettings> = {}): Settle {
  const { budgetMs, statementMs, appendMs } = { ...settingsByDefault, ...changes };
  const runStatement: RunStatement = (dataset, statement, parameters) =>
    deps.runStatement(dataset, statement, parameters, { timeoutMs: statementMs });
  const appendedBefore = createAppendedRuns();
  const submit = createGroupCommit<RunToSettle, Decided | undefined>({
    commit: async (life, items) => {
      const decided = await decide(life, items, appendedBefore, { runStatement, now: deps.now });
      return items.map(({ run }) => ({ kind: 'done', result: decided.get(run.run_id) }));
    },
    isRetryable,
    budgetMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 5_000,
    maximumItems: 1_000,
    maximumBytes: 1_000_000,
    bytesOf: ({ outcome }) => Buffer.byteLength(outcome.errorMessage ?? '') + bytesBesideTexts,
  });

  const append = createGroupCommit<RecordedOutcome, void>({
    commit: async (life, outcomes) => {
      await deps.recordOutcomes(tenantLifeOf(life), outcomes);
      return outcomes.map(() => ({ kind: 'done', result: undefined }));
    },
    isRetryable,
    budgetMs: appendMs,
    initialBackoffMs: 100,
    maximumBackoffMs: 1_000,
    // Of rows that have 32 KB of parameters 200 fit into one streaming insert.
    maximumItems: 200,
    maximumBytes: 8_000_000,
    bytesOf: (outcome) => Buffer.byteLength(JSON.stringify(outcome)),
  });

  return async (tenantId, settling) => {
    const life = keyOfLife(tenantId, settling.onboardingId);
    const decided = await submit(life, settling);
    if (decided === undefined) return undefined;
    const { outcome, isWaiting } = decided;
    if (!isWaiting) return { outcome, appended: Promise.resolve() };
    const isInLedger = settling.recordedAt?.getTime() === outcome.recorded_at.getTime();
    const writing = [
      isInLedger ? undefined : append(life, outcome),
      deps.recordInAllRuns(tenantLifeOf(life), outcome),
    ];
    return { outcome, appended: note(life, outcome, writing) };
  };

  /** Never rejects, because the outcome is decided and kept. */
  async function note(
    life: string,
    outcome: RecordedOutcome,
    writing: readonly (Promise<void> | undefined)[],
  ): Promise<void> {
    const written = await Promise.allSettled(writing);
    for (const [index, result] of written.entries()) {
      if (result.status === 'fulfilled') continue;
      const where = index === 0 ? 'appended to the ledger' : 'written to all_runs';
      const fields = { tenant_id: lifeOfKey(life).tenantId, run_id: outcome.run_id, error: result.reason };
      deps.log('WARNING', `A settled run could not be ${where}; reconcile does it`, fields);
    }
    if (written.every(({ status }) => status === 'fulfilled')) appendedBefore.add(life, outcome);
  }
}

/** The outcomes that stand, by run id. The usual case is one UPDATE; only where it cannot, a script says why. */
async function decide(
  life: string,
  items: readonly RunToSettle[],
  appendedBefore: AppendedRuns,
  { runStatement, now }: Pick<SettleDependencies, 'runStatement' | 'now'>,
): Promise<ReadonlyMap<string, Decided>> {
  const { tenantId, onboardingId } = lifeOfKey(life);
  const decidedAt = now();
  const outcomes = new Map<string, RecordedOutcome>();
  for (const { run, outcome, startedAt, endedAt, recordedAt = decidedAt } of items) {
    if (outcomes.has(run.run_id)) continue;
    outcomes.set(run.run_id, recordedOutcome(run, outcome, { startedAt, endedAt, recordedAt }));
  }
  const parameters = {
    tenant_id: tenantId,
    onboarding_id: onboardingId,
    now: decidedAt,
    outcomes: [...outcomes.values()],
  };
  const appended = appendedBefore.get(life);
  try {
    const { affectedRows } =
      appended.length === 0
        ? await runStatement(tenantId, settleRuns, parameters)
        : await runStatement(tenantId, settleAndDropRuns, { ...parameters, ...droppable(appended) });
    if (affectedRows > 0) {
      // Those that this statement could not see yet are left to reconcile.
      appendedBefore.forget(life, appended);
      return new Map([...outcomes].map(([id, outcome]) => [id, { outcome, isWaiting: true }]));
    }
    const days = admissionRange(parameters.outcomes);
    const { rows } = await runStatement(tenantId, settleHeldRuns, { ...parameters, ...days });
    return new Map(
      rows.map(({ is_waiting, ...outcome }) => [outcome.run_id, { outcome, isWaiting: is_waiting }]),
    );
  } catch (error) {
    // The tenant was deleted, and its runs with it.
    if (isNotFound(error)) return new Map();
    throw error;
  }
}

/** Drops the entries of runs that were appended, as far as the statement sees them in the ledger. */
export type DropSettledRuns = (
  tenantId: string,
  onboardingId: string | null,
  appended: readonly AppendedRun[],
) => Promise<void>;

export const createDropSettledRuns =
  ({ runStatement, now }: Pick<SettleDependencies, 'runStatement' | 'now'>): DropSettledRuns =>
  async (tenantId, onboardingId, appended) => {
    await runStatement(tenantId, settleAndDropRuns, {
      tenant_id: tenantId,
      onboarding_id: onboardingId ?? '',
      now: now(),
      outcomes: [],
      ...droppable(appended),
    });
  };

const droppable = (appended: readonly AppendedRun[]) => {
  const { from, to } = admissionRange(appended);
  const appended_run_ids = appended.map(({ run_id }) => run_id);
  return { appended, appended_run_ids, appended_from: from, appended_to: to };
};

/** The half-open range of time in which these runs were admitted. */
export function admissionRange(runs: readonly Pick<AppendedRun, 'admitted_at'>[]): {
  readonly from: Date;
  readonly to: Date;
} {
  const times = runs.map(({ admitted_at }) => admitted_at.getTime());
  return {
    from: new Date(times.reduce((one, other) => Math.min(one, other))),
    to: new Date(times.reduce((one, other) => Math.max(one, other)) + 1),
  };
}

/** One life of a tenant: what is settled together. Neither id has a space in it. */
const keyOfLife = (tenantId: string, onboardingId: string | null): string =>
  `${tenantId} ${onboardingId ?? ''}`;

function lifeOfKey(life: string): { readonly tenantId: string; readonly onboardingId: string } {
  const [tenantId = '', onboardingId = ''] = life.split(' ');
  return { tenantId, onboardingId };
}

/** As those name it who are told of outcomes. An onboarding id is never empty. */
function tenantLifeOf(life: string): TenantLife {
  const { tenantId, onboardingId } = lifeOfKey(life);
  return { tenant_id: tenantId, onboarding_id: onboardingId || null };
}

type AppendedRuns = ReturnType<typeof createAppendedRuns>;

/** The runs whose rows this instance has appended, by life, until a statement has looked for them. */
function createAppendedRuns() {
  const byLife = new Map<string, readonly AppendedRun[]>();
  return {
    get: (life: string): readonly AppendedRun[] => byLife.get(life) ?? [],
    add: (life: string, { run_id, admitted_at, recorded_at }: AppendedRun): void => {
      // Of more than a statement looks for, reconcile drops the others.
      const known = (byLife.get(life) ?? []).slice(0, mostAppended - 1);
      byLife.set(life, [...known, { run_id, admitted_at, recorded_at }]);
    },
    forget: (life: string, looked: readonly AppendedRun[]): void => {
      const left = (byLife.get(life) ?? []).filter((run) => !looked.includes(run));
      if (left.length === 0) byLife.delete(life);
      else byLife.set(life, left);
    },
  };
}
