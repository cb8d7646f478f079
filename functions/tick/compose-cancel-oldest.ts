import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import type { Log } from '../../shared/log';
import { recordIn } from '../../shared/runs/all-runs';
import { createCancelOldest } from '../../shared/runs/cancel-run';
import { createRecordOutcomes, createTellOutcomes } from '../../shared/runs/record-outcomes';
import { createSettle } from '../../shared/runs/settle';
import type { CancelOldest } from '../../shared/runs/start-run';
import type { Clock } from '../../shared/support/clock';

/** Who is told of a run that a tick has cancelled. */
export interface CancellingSettings {
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  /** The topic that wakes operations: one may have started the run. */
  readonly operationTopic: string;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CancelOldestSetUp extends CancellingSettings {
  readonly bigquery: ReturnType<typeof createBigQuery>;
  readonly withoutRetries: ReturnType<typeof createBigQuery>;
  readonly control: Pick<ControlDataset, 'append'>;
  readonly publishRun: PublishRun;
}

const realGoogle = {
  createRunStatement,
  createAppendRows,
  createOpenJobs,
  createPublishOperation,
  createPublishTenantEvents,
};
export type CancellingGoogle = typeof realGoogle;

/** How long the run that is to be cancelled is looked for, in milliseconds. */
const longestLookMs = 8_000;
/** A tick is over before the next one but one. */
const settlingOfTicks = { budgetMs: 10_000, statementMs: 4_000 };

/**
 * What cancels a run in whose place a scheduled one starts, as the function run does it for a caller's. It is loaded
 * with the first of them: most instances never cancel any.
 */
export function composeCancelOldest(
  setUp: CancelOldestSetUp,
  given: Partial<CancellingGoogle> = {},
): CancelOldest {
  const google = { ...realGoogle, ...given };
  const { bigquery, withoutRetries, control, publishRun, pipelines, clock, log } = setUp;
  const { now } = clock;
  const recordOutcomes = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(
      google.createPublishTenantEvents(setUp.events, withoutRetries),
      google.createPublishOperation(setUp.operationTopic, withoutRetries),
    ),
    appendRows: google.createAppendRows(withoutRetries),
    now,
    log,
  });
  const settle = createSettle(
    {
      runStatement: google.createRunStatement(withoutRetries),
      recordOutcomes,
      recordInAllRuns: recordIn(control, clock),
      publishRun,
      now,
      log,
    },
    settlingOfTicks,
  );
  return createCancelOldest({
    runStatement: google.createRunStatement(bigquery, longestLookMs),
    settle,
    openJobs: google.createOpenJobs(bigquery),
    pipelines,
    now,
    log,
  });
}
