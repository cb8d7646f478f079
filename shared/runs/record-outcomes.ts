import type { AppendRows } from '../google/bigquery/tables/append-rows';
import type { PublishOperation } from '../google/pubsub/publish-operation';
import type { PublishTenantEvents } from '../google/pubsub/publish-tenant-events';
import type { Log } from '../log';
import { executionIdOf } from '../pipelines/job-ids';
import { runSettled, type TenantLife } from '../tenants/rules/tenant-events';
import { ledgerRow, type RecordedOutcome } from './rules/ledger-row';
import { parseInstructions } from './rules/run-instructions';
import { longestUntoldMs } from './rules/run-times';

/**
 * Tells others of runs that were settled. Whoever is to hear of each run is told here. Throws where one could
 * not be told; then the others may have been.
 */
export type TellOutcomes = (life: TenantLife, outcomes: readonly RecordedOutcome[]) => Promise<void>;

/** Publishes `run.settled` for each of them, by one request, and wakes the operations that have started them. */
export const createTellOutcomes =
  (publishEvents: PublishTenantEvents, wakeOperation?: PublishOperation): TellOutcomes =>
  async (life, outcomes) => {
    const operations = new Map(
      outcomes.flatMap(({ instructions }) => {
        const { operation } = parseInstructions(instructions);
        return operation === undefined ? [] : [[operation.operation_id, operation] as const];
      }),
    );
    await Promise.all([
      publishEvents(outcomes.map((run) => runSettled(life, run))),
      ...[...operations.values()].map((operation) => wakeOperation?.(operation)),
    ]);
  };

/**
 * Tells of outcomes, and then appends them to the ledger. Throws where one of the two has failed. To be called
 * again then, by whoever: what is told twice is told alike, and a repeated row is the same row.
 */
export type RecordOutcomes = (life: TenantLife, outcomes: readonly RecordedOutcome[]) => Promise<void>;

export interface RecordOutcomesDependencies {
  readonly tellOutcomes: TellOutcomes;
  readonly appendRows: AppendRows;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * First told, then appended: so whatever the ledger has was told, and the tenant row keeps an outcome until it
 * is in the ledger. A crash in between loses nothing, and nothing else has to remember who was told.
 *
 * Whoever cannot be told, because a topic is gone or a right, must not hold up the ledger for ever. After an
 * hour outcomes are appended all the same, and the log has an error.
 */
export function createRecordOutcomes(deps: RecordOutcomesDependencies): RecordOutcomes {
  /** A repeat that appends again does not tell again. */
  const told = new WeakSet<RecordedOutcome>();

  /** Resolves to why they could not be told. */
  async function tell(life: TenantLife, outcomes: readonly RecordedOutcome[]): Promise<unknown> {
    if (outcomes.length === 0) return undefined;
    try {
      await deps.tellOutcomes(life, outcomes);
      for (const outcome of outcomes) told.add(outcome);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  return async (life, outcomes) => {
    const untold = outcomes.filter((outcome) => !told.has(outcome));
    const error = await tell(life, untold);
    const isDue = (outcome: RecordedOutcome) =>
      told.has(outcome) || deps.now().getTime() - outcome.recorded_at.getTime() >= longestUntoldMs;
    const due = outcomes.filter(isDue);
    if (due.length > 0) {
      const rows = due.map((run) =>
        ledgerRow(
          life.tenant_id,
          executionIdOf({ runId: run.run_id, onboardingId: life.onboarding_id }),
          run,
        ),
      );
      await deps.appendRows(life.tenant_id, 'pipeline_runs', rows);
    }
    if (error === undefined) return;
    if (due.length < outcomes.length) throw error;
    deps.log('ERROR', 'Settled runs were recorded although nobody could be told of them', {
      tenant_id: life.tenant_id,
      runs: untold.length,
      error,
    });
  };
}
