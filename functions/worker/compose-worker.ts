import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { Tier } from '../../shared/definitions/tiers';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createClaimHandOver } from '../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createReadColumns } from '../../shared/google/bigquery/tables/read-columns';
import { createHoldsSlot } from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../shared/google/pubsub/publish-operation';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import { createReadFileStarts } from '../../shared/google/storage/read-file-starts';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import type { HttpTools, NotifyTools } from '../../shared/pipelines/execution';
import { createFindRecord } from '../../shared/pipelines/steps/notify/notify-step';
import { recordIn } from '../../shared/runs/all-runs';
import { createAnnounceAlerts } from '../../shared/runs/announce-alerts';
import { createRecordOutcomes, createTellOutcomes } from '../../shared/runs/record-outcomes';
import { createSettle, type SettleSettings } from '../../shared/runs/settle';
import { createHasBegun } from '../../shared/runs/settling/has-begun';
import type { Clock } from '../../shared/support/clock';
import { executeRun } from './execute-run';
import { createFindRun } from './find-run';
import { workerRoutes } from './handler';
import { createTenantPlaces } from './tenant-places';

export interface WorkerSetUp {
  readonly runTopic: string;
  /** The topic that has operations worked on. Unless given, none is told of its runs. */
  readonly operationTopic?: string | undefined;
  /** Where events are published. Unless given, they are not. */
  readonly events?: EventSettings | undefined;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly tiers: Readonly<Record<string, Tier>>;
  /** What the deployment allows definitions to read besides their tenants' datasets. */
  readonly allowedSources: readonly string[];
  /** Absent: steps of type http fail. */
  readonly http?: HttpTools | undefined;
  /** Absent: steps of type notify fail. */
  readonly notify?: NotifyTools | undefined;
  /** A delivery that has worked this long hands its run over to a fresh message. In milliseconds. */
  readonly handOverAfterMs: number;
  /** How often a message is delivered. Then Pub/Sub gives it up, and reconcile ends its run. */
  readonly deliveryAttempts: number;
  /** How many runs of one tenant an instance works on at once. */
  readonly runsOfTenantAtOnce: number;
  /** How often a worker looks whether its run was cancelled. In milliseconds. */
  readonly watchEveryMs: number;
  /** Where settled runs of all tenants are written. Unless given, they are not. */
  readonly control?: ControlDatasetSettings | undefined;
  /** Where these differ from production's. */
  readonly settling?: Partial<SettleSettings> | undefined;
  /** In [0, 1): for the jitter of back-offs. */
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createRunJob,
  createAppendRows,
  createControlDataset,
  createHoldsSlot,
  createOpenJobs,
  createClaimHandOver,
  createPublishRun,
  createPublishOperation,
  createPublishTenantEvents,
  createReadFileStarts,
  createReadColumns,
};

/** What looks at files. Without it they are left to BigQuery. */
type FileReaders = Pick<typeof realGoogle, 'createReadFileStarts' | 'createReadColumns'>;
type GoogleForWorker = Omit<typeof realGoogle, keyof FileReaders> & Partial<FileReaders>;

/** Puts the function together: which part uses which client, and the route over them. */
export function composeWorker(setUp: WorkerSetUp, google: GoogleForWorker = realGoogle): readonly Route[] {
  const { pipelines, notify, clock, log } = setUp;
  const bigquery = google.createBigQuery();
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(bigquery);
  const control = setUp.control && google.createControlDataset(withoutRetries, setUp.control);
  const publishEvents = google.createPublishTenantEvents(setUp.events, withoutRetries);
  const openJobs = google.createOpenJobs(bigquery);
  const tools = {
    runJob: google.createRunJob(bigquery),
    openJobs,
    appendRows: google.createAppendRows(bigquery),
    readFileStarts: google.createReadFileStarts?.(bigquery),
    readColumns: google.createReadColumns?.(bigquery),
    tiers: setUp.tiers,
    allowedSources: setUp.allowedSources,
    http: setUp.http,
    notify: notify && { findRecord: createFindRecord(runStatement), ...notify },
    random: setUp.random,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
    log,
  };
  const publishRun = google.createPublishRun(setUp.runTopic, withoutRetries);
  return workerRoutes({
    inPlace: createTenantPlaces({
      most: setUp.runsOfTenantAtOnce,
      publishRun,
      monotonicMs: clock.monotonicMs,
      log,
    }).inPlace,
    findRun: createFindRun(runStatement),
    announceAlerts: createAnnounceAlerts({ publishEvents, runStatement, now: clock.now }),
    findPipeline: (path) => pipelines.get(path),
    execute: (tenantId, slot, definition, now, watch, signal) =>
      executeRun(tenantId, slot, definition, { ...tools, now }, watch, signal),
    settle: createSettle(
      {
        runStatement: google.createRunStatement(withoutRetries),
        recordOutcomes: createRecordOutcomes({
          tellOutcomes: createTellOutcomes(
            publishEvents,
            setUp.operationTopic === undefined
              ? undefined
              : google.createPublishOperation(setUp.operationTopic, withoutRetries),
          ),
          appendRows: google.createAppendRows(withoutRetries),
          now: clock.now,
          log,
        }),
        recordInAllRuns: recordIn(control, clock),
        publishRun,
        now: clock.now,
        log,
      },
      setUp.settling,
    ),
    publishRun,
    claimHandOver: google.createClaimHandOver(bigquery),
    handOverAfterMs: setUp.handOverAfterMs,
    deliveryAttempts: setUp.deliveryAttempts,
    holdsSlot: google.createHoldsSlot(withoutRetries),
    hasBegun: createHasBegun(openJobs, runStatement),
    watchEveryMs: setUp.watchEveryMs,
    clock,
    log,
  });
}
