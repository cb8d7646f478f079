import { isRetryable } from '../google/bigquery/failures';
import type { AppendedRow } from '../google/bigquery/tables/append-rows';
import type { ControlDataset } from '../google/bigquery/tables/control-dataset';
import { executionIdOf } from '../pipelines/job-ids';
import type { Clock } from '../support/clock';
import type { TenantLife } from '../tenants/rules/tenant-events';
import { createGroupCommit } from './group-commit';
import { allRunsRow } from './rules/all-runs-row';
import type { RecordedOutcome } from './rules/ledger-row';

/**
 * Writes a settled run to `all_runs`, the operators' view over all tenants. Throws BigQuery's error, or a TimeIsUp.
 * A repeat does no harm: readers take one row a run.
 */
export type RecordInAllRuns = (life: TenantLife, outcome: RecordedOutcome) => Promise<void>;

const rowOf = ({ tenant_id, onboarding_id }: TenantLife, outcome: RecordedOutcome) =>
  allRunsRow(tenant_id, executionIdOf({ runId: outcome.run_id, onboardingId: onboarding_id }), outcome);

/** Whoever settles waits for this table as long as this: about as long as for the ledger, when that is slow. */
const budgetMs = 3_000;
/** After that it is left alone for a while, so that runs are settled as fast as without it. */
const restMs = 30_000;

/** Writes to this dataset's table; nowhere, where there is none. */
export const recordIn = (
  dataset: Pick<ControlDataset, 'append'> | undefined,
  clock: Pick<Clock, 'monotonicMs'>,
): RecordInAllRuns =>
  dataset === undefined ? async () => undefined : createRecordInAllRuns(dataset.append, clock);

/**
 * Runs of different tenants that end together go in one insert. Where the table takes no rows, further ones are
 * refused at once for half a minute; reconcile writes them.
 */
function createRecordInAllRuns(
  append: ControlDataset['append'],
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
): RecordInAllRuns {
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  const submit = createGroupCommit<AppendedRow, undefined>({
    commit: async (table, rows) => {
      await append(table, ...rows);
      return rows.map(() => ({ kind: 'done', result: undefined }));
    },
    isRetryable,
    budgetMs,
    initialBackoffMs: 100,
    maximumBackoffMs: 1_000,
    // What Google recommends at most: https://cloud.google.com/bigquery/quotas#streaming_inserts
    maximumItems: 500,
    maximumBytes: 5_000_000,
    bytesOf: ({ json }) => Buffer.byteLength(JSON.stringify(json)),
  });
  return async (life, outcome) => {
    if (monotonicMs() < restsUntilMs) throw new Error('The table all_runs took no rows a moment ago');
    try {
      await submit('all_runs', rowOf(life, outcome));
    } catch (error) {
      restsUntilMs = monotonicMs() + restMs;
      throw error;
    }
  };
}
