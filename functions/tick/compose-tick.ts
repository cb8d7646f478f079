import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import {
  createReadSchedules,
  createReadScheduleTimings,
} from '../../shared/google/bigquery/tables/read-schedules';
import {
  createReadQuotaCounters,
  createReadStartersInFlight,
} from '../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { createAdmit } from '../../shared/runs/admit';
import { forgetSchedules } from '../../shared/sql/schedules/forget-schedules';
import type { Clock } from '../../shared/support/clock';
import { createFindStarted } from './find-started';
import { tickRoutes } from './handler';
import { createScheduleLog } from './schedule-log';

export interface TickSetUp {
  readonly runTopic: string;
  readonly control: ControlDatasetSettings;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createControlDataset,
  createReadScheduleTimings,
  createReadSchedules,
  createReadStartersInFlight,
  createReadQuotaCounters,
  createPublishRun,
};

/** Puts the function together: which part uses which client, and the route over them. */
export function composeTick(setUp: TickSetUp, google: typeof realGoogle = realGoogle): readonly Route[] {
  const { runTopic, control, pipelines, newId, clock, log } = setUp;
  const { now } = clock;
  const bigquery = google.createBigQuery();
  // Admission, and what is written down, have back-offs of their own.
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(withoutRetries);
  const { append } = google.createControlDataset(withoutRetries, control);
  const publishRun = google.createPublishRun(runTopic, withoutRetries);
  return tickRoutes({
    readScheduleTimings: google.createReadScheduleTimings(bigquery, control.name, log),
    readSchedules: google.createReadSchedules(bigquery, control.name, log),
    readStarters: google.createReadStartersInFlight(bigquery),
    forgetSchedules: (before) => runStatement(control.name, forgetSchedules, { before }),
    findStarted: createFindStarted(runStatement, now),
    openLog: () => createScheduleLog({ append, runStatement, controlDataset: control.name, clock }),
    admit: createAdmit({
      runStatement,
      readQuotaCounters: google.createReadQuotaCounters(withoutRetries),
      publishRun,
      newId,
      clock,
      log,
    }),
    publishRun,
    pipelines,
    newId,
    clock,
    now,
    log,
  });
}
