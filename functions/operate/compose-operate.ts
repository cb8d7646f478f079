import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createDescribeRows } from '../../shared/google/bigquery/tables/read-rows-page';
import {
  createReadQuotaCounters,
  createReadRunsInFlight,
} from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { createOperationLog } from '../../shared/operations/operation-log';
import { backfillKind } from '../../shared/operations/rules/backfill';
import { bulkCancelKind } from '../../shared/operations/rules/bulk-cancel';
import { bulkRerunKind } from '../../shared/operations/rules/bulk-rerun';
import { type AdmitSettings, createAdmit } from '../../shared/runs/admit';
import { recordIn } from '../../shared/runs/all-runs';
import { createRecordOutcomes, createTellOutcomes } from '../../shared/runs/record-outcomes';
import { createFindOverwritten } from '../../shared/runs/rerun/overwritten-tables';
import type { RerunDependencies } from '../../shared/runs/rerun/rerun-run';
import { createSettle } from '../../shared/runs/settle';
import type { Clock } from '../../shared/support/clock';
import { backfill } from './backfill';
import { bulkCancel } from './bulk-cancel';
import { bulkRerun } from './bulk-rerun';
import { operateRoutes } from './handler';

export interface OperateSetUp {
  readonly operationTopic: string;
  readonly runTopic: string;
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  readonly control: ControlDatasetSettings;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  /** After so long a delivery hands over to a fresh message. In milliseconds. */
  readonly workMs: number;
  /** Where it differs from production's. */
  readonly admission?: Partial<AdmitSettings> | undefined;
  /** How many items are done between two rows of progress. */
  readonly batchSize: number;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createAppendRows,
  createControlDataset,
  createOpenJobs,
  createListTenants,
  createReadRunsInFlight,
  createReadQuotaCounters,
  createDescribeRows,
  createPublishOperation,
  createPublishRun,
  createPublishTenantEvents,
};

/** Puts the function together: which part uses which client, and the route over them. */
export function composeOperate(
  setUp: OperateSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] {
  const { operationTopic, runTopic, control, pipelines, workMs, batchSize, newId, clock, log } = setUp;
  const { now } = clock;
  const bigquery = google.createBigQuery();
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(bigquery);
  const statementOnce = google.createRunStatement(withoutRetries);
  const publishOperation = google.createPublishOperation(operationTopic, withoutRetries);
  const publishRun = google.createPublishRun(runTopic, withoutRetries);
  const recordOutcomes = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(
      google.createPublishTenantEvents(setUp.events, withoutRetries),
      publishOperation,
    ),
    appendRows: google.createAppendRows(withoutRetries),
    now,
    log,
  });
  const inControl = google.createControlDataset(withoutRetries, control);
  const settle = createSettle({
    runStatement: statementOnce,
    recordOutcomes,
    recordInAllRuns: recordIn(inControl, clock),
    publishRun,
    now,
    log,
  });
  const starting: RerunDependencies = {
    admit: createAdmit(
      {
        runStatement: statementOnce,
        readQuotaCounters: google.createReadQuotaCounters(withoutRetries),
        publishRun,
        newId,
        clock,
        log,
      },
      setUp.admission,
    ),
    publishRun,
    runStatement,
    findOverwritten: createFindOverwritten(google.createDescribeRows(bigquery)),
    pipelines,
    newId,
    now,
    log,
  };
  return operateRoutes({
    operations: createOperationLog({
      append: inControl.append,
      runStatement,
      controlDataset: control.name,
      newId,
      now,
    }),
    kinds: {
      [backfillKind]: backfill(starting),
      [bulkRerunKind]: bulkRerun(starting),
      [bulkCancelKind]: bulkCancel({
        listTenants: google.createListTenants(bigquery),
        readRunsInFlight: google.createReadRunsInFlight(bigquery),
        runStatement,
        settle,
        openJobs: google.createOpenJobs(bigquery),
        pipelines,
        now,
        log,
      }),
    },
    append: inControl.append,
    now,
    publishOperation,
    workMs,
    batchSize,
    newId,
    clock,
    log,
  });
}
