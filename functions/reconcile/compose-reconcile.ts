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
import { createMayHaveRowsSince } from '../../shared/google/bigquery/tables/may-have-rows-since';
import { createReadKeyExpiries } from '../../shared/google/bigquery/tables/read-key-expiries';
import { createReadTenantState } from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { recordIn } from '../../shared/runs/all-runs';
import { createAnnounceAlerts } from '../../shared/runs/announce-alerts';
import { createRecordOutcomes, createTellOutcomes } from '../../shared/runs/record-outcomes';
import type { ReconcileRule } from '../../shared/runs/rules/run-times';
import { createDropSettledRuns, createHandOnSlots, createSettle } from '../../shared/runs/settle';
import type { Clock } from '../../shared/support/clock';
import { reconcileRoutes } from './handler';
import { createRecordReconciliation } from './record-reconciliation';
import { wakeOperations } from './wake-operations';

export interface ReconcileSetUp {
  readonly runTopic: string;
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  /** Unless given, there are no operations. */
  readonly operations?: { readonly topic: string; readonly controlDataset: string } | undefined;
  readonly rule: ReconcileRule;
  /** The pipeline with this path; undefined where there is none. Asked for only where a lease is over. */
  readonly findPipeline: (path: string) => PipelineDefinition | undefined;
  /** Where settled runs of all tenants are written. Unless given, they are not. */
  readonly control?: ControlDatasetSettings | undefined;
  /** Names the rows that say there what each call has found. Unless given, there are none. */
  readonly newId?: (() => string) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createAppendRows,
  createControlDataset,
  createListTenants,
  createMayHaveRowsSince,
  createReadTenantState,
  createReadKeyExpiries,
  createOpenJobs,
  createPublishRun,
  createPublishOperation,
  createPublishTenantEvents,
};

/** Puts the function together: which part uses which client, and the route over them. */
export function composeReconcile(
  { runTopic, events, operations, rule, findPipeline, control, newId, clock, log }: ReconcileSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] {
  const { now } = clock;
  const bigquery = google.createBigQuery();
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(withoutRetries);
  const publishEvents = google.createPublishTenantEvents(events, withoutRetries);
  const publishOperation = operations && google.createPublishOperation(operations.topic, withoutRetries);
  const recordOutcomes = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(publishEvents, publishOperation),
    appendRows: google.createAppendRows(withoutRetries),
    now,
    log,
  });
  const publishRun = google.createPublishRun(runTopic, withoutRetries);
  const dataset = control && google.createControlDataset(withoutRetries, control);
  const recordInAllRuns = recordIn(dataset, clock);
  const ofOperations = operations &&
    publishOperation && {
      mayHaveRowsSince: google.createMayHaveRowsSince(bigquery),
      runStatement,
      publishOperation,
      controlDataset: operations.controlDataset,
      now,
      log,
    };
  return reconcileRoutes({
    listTenants: google.createListTenants(bigquery),
    readTenantState: google.createReadTenantState(bigquery),
    runStatement,
    recordOutcomes,
    recordInAllRuns,
    readKeyExpiries: google.createReadKeyExpiries(bigquery),
    publishEvents,
    announceAlerts: createAnnounceAlerts({ publishEvents, runStatement, now }),
    publishRun,
    settle: createSettle({ runStatement, recordOutcomes, recordInAllRuns, publishRun, now, log }),
    handOnSlots: createHandOnSlots({ runStatement, publishRun, now, log }),
    openJobs: google.createOpenJobs(bigquery),
    findPipeline,
    dropSettledRuns: createDropSettledRuns({ runStatement, now }),
    recordReconciliation:
      dataset && newId && createRecordReconciliation({ append: dataset.append, newId, now, log }),
    wakeOperations: ofOperations && (() => wakeOperations(ofOperations)),
    rule,
    clock,
    now,
    log,
  });
}
