import { isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { PublishRun } from '../google/pubsub/publish-run';
import type { Log } from '../log';
import { settleHeldRuns } from '../sql/runs/settle-held-runs';
import { settleAndDropRuns } from '../sql/runs/settle-runs';
import type { TenantLife } from '../tenants/rules/tenant-events';
import type { RecordInAllRuns } from './all-runs';
import { createGroupCommit } from './group-commit';
import { createHandingOn } from './queue/handing-on';
import type { RecordOutcomes } from './record-outcomes';
import type { RecordedOutcome } from './rules/ledger-row';
import { type AppendedRun, createAppendedRuns, droppable } from './settling/appended-runs';
import {
  type Decided,
  decideOutcomes,
  keyOfLife,
  lifeOfKey,
  type RunToSettle,
  unlimitedSlots,
} from './settling/decide-outcomes';

export interface Settled {
  /** The outcome that stands, whoever decided it. */
  readonly outcome: RecordedOutcome;
  /**
   * Resolves when others are told, the ledger and `all_runs` have taken the row, and those runs are published that
   * have the slots from the queue, or that has failed. Never rejects. To be awaited before a request is answered:
   * afterwards a function gets no CPU.
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
  /** For runs that leave the queue. Undefined: reconcile publishes them. */
  readonly publishRun: PublishRun | undefined;
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

const bytesBesideTexts = 600;

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
  const handingOn = createHandingOn(deps);
  const queues = new Set<string>();
  const parts = { runStatement, now: deps.now, appendedBefore, handingOn, queues };
  const submit = createGroupCommit<RunToSettle, Decided | undefined>({
    commit: async (life, items) => {
      const decided = await decideOutcomes(life, items, parts);
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
    const { outcome, isWaiting, handedOn } = decided;
    if (!isWaiting) return { outcome, appended: handedOn };
    const isInLedger = settling.recordedAt?.getTime() === outcome.recorded_at.getTime();
    const writing = [
      isInLedger ? undefined : append(life, outcome),
      deps.recordInAllRuns(tenantLifeOf(life), outcome),
    ];
    return { outcome, appended: Promise.all([note(life, outcome, writing), handedOn]).then(() => undefined) };
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

/** Gives free slots to the runs that wait, as far as the rule allows, and publishes them. Resolves to their number. */
export type HandOnSlots = (tenantId: string, onboardingId: string | null) => Promise<number>;

export function createHandOnSlots({
  runStatement,
  publishRun,
  log,
  now,
}: Pick<SettleDependencies, 'runStatement' | 'publishRun' | 'log' | 'now'>): HandOnSlots {
  const handingOn = createHandingOn({ publishRun, log });
  return async (tenantId, onboardingId) => {
    const at = now();
    const { rows } = await runStatement(tenantId, settleHeldRuns, {
      tenant_id: tenantId,
      onboarding_id: onboardingId ?? '',
      now: at,
      outcomes: [],
      from: at,
      to: at,
      unlimited: unlimitedSlots,
      handed_since: handingOn.since(tenantId, at),
    });
    const handedOn = rows[0]?.handed_on ?? [];
    await handingOn.publish(tenantId, tenantId, handedOn);
    return handedOn.length;
  };
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

/** As those name it who are told of outcomes. An onboarding id is never empty. */
function tenantLifeOf(life: string): TenantLife {
  const { tenantId, onboardingId } = lifeOfKey(life);
  return { tenant_id: tenantId, onboarding_id: onboardingId || null };
}
