import { isRetryable } from '../../shared/google/bigquery/failures';
import type { TenantState } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { Log } from '../../shared/log';
import type { RecordInAllRuns } from '../../shared/runs/all-runs';
import type { RecordOutcomes } from '../../shared/runs/record-outcomes';
import { mostWaitingForAllRuns } from '../../shared/runs/rules/admission-rules';
import type { RecordedOutcome } from '../../shared/runs/rules/ledger-row';
import type { ReconcileRule } from '../../shared/runs/rules/run-times';
import type { DropSettledRuns } from '../../shared/runs/settle';
import { admissionRange } from '../../shared/runs/settling/appended-runs';
import { retrying } from '../../shared/support/retry';

export interface RecordDependencies {
  readonly recordOutcomes: RecordOutcomes;
  readonly recordInAllRuns: RecordInAllRuns;
  readonly dropSettledRuns: DropSettledRuns;
  readonly rule: ReconcileRule;
  readonly log: Log;
}

/** What a tenant has settled, as one call of reconcile sees it. */
export interface SettledOfTenant extends Pick<TenantState, 'onboarding_id' | 'settled_runs'> {
  readonly tenantId: string;
  readonly now: Date;
  /** What the ledger has of its runs, by run id. Nothing where that could not be read. */
  readonly ledger: ReadonlyMap<string, RecordedOutcome>;
}

/** A row has up to 32 KB of parameters, and a streaming insert takes 10 MB. */
const rowsPerAppend = 200;
/** A statement compares each of them with each entry of `settled_runs`, of which there may be 5,000. */
const runsPerDrop = 200;

/** How reconcile tries again. */
export const retryPolicy = {
  budgetMs: 30_000,
  initialBackoffMs: 200,
  maximumBackoffMs: 5_000,
  isRetryable,
};

/**
 * Tells of settled runs that are not in the ledger and ought to be by now, appends them, and drops the entries of
 * all that are, once `all_runs` has them, too: whoever settled them may have died between the two. One that the
 * ledger has only as the version before recorded it, later and perhaps otherwise, is not dropped: without its own
 * row the outcome would change. What the ledger has is dropped although others could not be told or appended;
 * then that failure is thrown.
 */
export async function recordSettled(looked: SettledOfTenant, deps: RecordDependencies): Promise<number> {
  const { tenantId, onboarding_id, settled_runs, ledger, now } = looked;
  const rowOf = ({ run_id, recorded_at }: RecordedOutcome) => {
    const row = ledger.get(run_id);
    return row !== undefined && row.recorded_at <= recorded_at ? row : undefined;
  };
  const missing = settled_runs.filter(
    (run) => rowOf(run) === undefined && now.getTime() - run.recorded_at.getTime() >= deps.rule.appendGraceMs,
  );
  const appended = new Set<RecordedOutcome>();
  const failures: unknown[] = [];
  for (const runs of chunksOf(missing, rowsPerAppend)) {
    const record = () => deps.recordOutcomes(lifeOf(looked), runs);
    try {
      // Where one was tried in vain for half a minute, the others are tried once.
      await (failures.length === 0 ? retrying(retryPolicy, record) : record());
      for (const run of runs) appended.add(run);
    } catch (error) {
      failures.push(error);
    }
  }
  const recorded = settled_runs.flatMap((run) => rowOf(run) ?? (appended.has(run) ? [run] : []));
  const droppable = await recordedEverywhere(recorded, looked, deps);
  for (const runs of chunksOf(droppable, runsPerDrop)) {
    await retrying(retryPolicy, () => deps.dropSettledRuns(tenantId, onboarding_id, runs));
  }
  if (failures.length > 0) throw failures[0];
  return missing.length;
}

/**
 * Those of the ledger's runs that may be dropped: `all_runs` has them now. Where it takes no rows, entries wait for
 * it, but not more than the half of those with which admission stops: the oldest of the others go without.
 */
async function recordedEverywhere(
  recorded: readonly RecordedOutcome[],
  looked: SettledOfTenant,
  { recordInAllRuns, log }: RecordDependencies,
): Promise<readonly RecordedOutcome[]> {
  const { tenantId, settled_runs } = looked;
  const results = await Promise.allSettled(recorded.map((run) => recordInAllRuns(lifeOf(looked), run)));
  const written = recorded.filter((_, index) => results[index]?.status === 'fulfilled');
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return written;
  const waiting = recorded.filter((run) => !written.includes(run));
  const tooMany = settled_runs.length - written.length - mostWaitingForAllRuns;
  const lost = waiting
    .toSorted((one, other) => one.recorded_at.getTime() - other.recorded_at.getTime())
    .slice(0, Math.max(0, tooMany));
  const fields = { tenant_id: tenantId, runs: waiting.length, error: failure.reason };
  log('WARNING', 'Settled runs could not be written to all_runs; they are tried again', fields);
  if (lost.length > 0) {
    const { from, to } = admissionRange(lost);
    const message = 'Runs are missing in all_runs: docs/operating.md says how to fill it from the ledger';
    const which = { tenant_id: tenantId, runs: lost.length, admitted_from: from, admitted_before: to };
    log('ERROR', message, which);
  }
  return [...written, ...lost];
}

const lifeOf = ({ tenantId, onboarding_id }: SettledOfTenant) => ({ tenant_id: tenantId, onboarding_id });

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
