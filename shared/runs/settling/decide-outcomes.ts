import { isNotFound } from '../../google/bigquery/failures';
import type { RunStatement } from '../../google/bigquery/statements/run-statement';
import type { StatementParameters } from '../../sql/define-statement';
import { settleHeldAndDropRuns, settleHeldRuns } from '../../sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../sql/runs/settle-runs';
import type { HandingOn } from '../queue/handing-on';
import {
  type AdmittedRun,
  type RecordedOutcome,
  type RunOutcome,
  recordedOutcome,
} from '../rules/ledger-row';
import { type AppendedRun, type AppendedRuns, admissionRange, droppable } from './appended-runs';

/** A run, and how it is to have ended. */
export interface RunToSettle {
  readonly run: AdmittedRun;
  /** The tenant's life in which the run was admitted. Null: the tenant was onboarded before there were such ids. */
  readonly onboardingId: string | null;
  readonly outcome: RunOutcome;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date;
  /** It is only to end if it still waits in the queue. */
  readonly onlyIfQueued?: boolean | undefined;
  /** Where the ledger has the outcome already: when it was decided. Then no row is appended. Else that is now. */
  readonly recordedAt?: Date | undefined;
}

/** The outcome that stands. */
export interface Decided {
  readonly outcome: RecordedOutcome;
  /** The ledger may not have it yet. */
  readonly isWaiting: boolean;
  /** Resolves when the runs that have the freed slots are published. Never rejects. */
  readonly handedOn: Promise<void>;
}

/** More than any quota: stands in for NULL. */
export const unlimitedSlots = 1_000_000_000_000;

/** What an instance knows of the lives that it settles for. */
export interface SettlingParts {
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly appendedBefore: AppendedRuns;
  readonly handingOn: HandingOn;
  /** Those in which runs waited when they were seen last. */
  readonly queues: Set<string>;
}

/**
 * The outcomes that stand, by run id. The usual case is one UPDATE. Only where it cannot, or runs wait for the slots,
 * a script decides, says why, and which runs have them.
 */
export async function decideOutcomes(
  life: string,
  items: readonly RunToSettle[],
  parts: SettlingParts,
): Promise<ReadonlyMap<string, Decided>> {
  const { runStatement, appendedBefore, queues } = parts;
  const { tenantId, onboardingId } = lifeOfKey(life);
  const decidedAt = parts.now();
  const outcomes = new Map<string, RecordedOutcome & { readonly only_if_queued: boolean }>();
  for (const { run, outcome, startedAt, endedAt, onlyIfQueued = false, recordedAt = decidedAt } of items) {
    if (outcomes.has(run.run_id)) continue;
    const recorded = recordedOutcome(run, outcome, { startedAt, endedAt, recordedAt });
    outcomes.set(run.run_id, { ...recorded, only_if_queued: onlyIfQueued });
  }
  const parameters = {
    tenant_id: tenantId,
    onboarding_id: onboardingId,
    now: decidedAt,
    outcomes: [...outcomes.values()],
  };
  const appended = appendedBefore.get(life);
  try {
    if (!queues.has(life)) {
      const { affectedRows } =
        appended.length === 0
          ? await runStatement(tenantId, settleRuns, parameters)
          : await runStatement(tenantId, settleAndDropRuns, { ...parameters, ...droppable(appended) });
      if (affectedRows > 0) {
        // Those that this statement could not see yet are left to reconcile.
        appendedBefore.forget(life, appended);
        const handedOn = Promise.resolve();
        return new Map(
          [...outcomes].map(([id, { only_if_queued: _, ...outcome }]) => [
            id,
            { outcome, isWaiting: true, handedOn },
          ]),
        );
      }
    }
    return await settleHeld(life, parameters, appended, parts);
  } catch (error) {
    // The tenant was deleted, and its runs with it.
    if (isNotFound(error)) return new Map();
    throw error;
  }
}

async function settleHeld(
  life: string,
  given: StatementParameters<typeof settleRuns> & {
    readonly outcomes: readonly RecordedOutcome[];
    readonly now: Date;
  },
  appended: readonly AppendedRun[],
  { runStatement, appendedBefore, handingOn, queues }: SettlingParts,
): Promise<ReadonlyMap<string, Decided>> {
  const { tenantId } = lifeOfKey(life);
  const handed_since = handingOn.since(life, given.now);
  const parameters = { ...given, ...admissionRange(given.outcomes), unlimited: unlimitedSlots, handed_since };
  const { rows } =
    appended.length === 0
      ? await runStatement(tenantId, settleHeldRuns, parameters)
      : await runStatement(tenantId, settleHeldAndDropRuns, { ...parameters, ...droppable(appended) });
  appendedBefore.forget(life, appended);
  const [row = { recorded: [], queued: 0, handed_on: [] }] = rows;
  if (row.queued > 0) queues.add(life);
  else queues.delete(life);
  const handedOn = handingOn.publish(life, tenantId, row.handed_on);
  return new Map(
    row.recorded.map(({ is_waiting, ...outcome }) => [
      outcome.run_id,
      { outcome, isWaiting: is_waiting, handedOn },
    ]),
  );
}

/** One life of a tenant: what is settled together. Neither id has a space in it. */
export const keyOfLife = (tenantId: string, onboardingId: string | null): string =>
  `${tenantId} ${onboardingId ?? ''}`;

export function lifeOfKey(life: string): { readonly tenantId: string; readonly onboardingId: string } {
  const [tenantId = '', onboardingId = ''] = life.split(' ');
  return { tenantId, onboardingId };
}
