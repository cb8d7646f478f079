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
import { createAdmit } from '../../shared/runs/admit';
import { forgetSchedules } from '../../shared/sql/schedules/forget-schedules';
import { lazily } from '../../shared/support/lazily';
import type { CancellingGoogle, CancellingSettings } from './compose-cancel-oldest';
import { createDenyRun } from './deny-run';
import { tickRoutes } from './handler';
import { createScheduleLog } from './schedule-log';

export interface TickSetUp extends CancellingSettings {
  readonly runTopic: string;
  readonly control: ControlDatasetSettings;
  readonly newId: () => string;
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
export function composeTick(
  setUp: TickSetUp,
  given: Partial<typeof realGoogle & CancellingGoogle> = {},
): readonly Route[] {
  const google = { ...realGoogle, ...given };
  const { runTopic, control, pipelines, newId, clock, log } = setUp;
  const { now } = clock;
  const bigquery = google.createBigQuery();
  // Admission, and what is written down, have back-offs of their own.
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(withoutRetries);
  const inControl = google.createControlDataset(withoutRetries, control);
  const { append } = inControl;
  const publishRun = google.createPublishRun(runTopic, withoutRetries);
  const cancelling = lazily(async () => {
    const {
      composeCancelOldest,
    }: typeof import('./compose-cancel-oldest') = require('./compose-cancel-oldest');
    return composeCancelOldest({ ...setUp, bigquery, withoutRetries, control: inControl, publishRun }, given);
  });
  return tickRoutes({
    readScheduleTimings: google.createReadScheduleTimings(bigquery, control.name, log),
    readSchedules: google.createReadSchedules(bigquery, control.name, log),
    readStarters: google.createReadStartersInFlight(bigquery),
    forgetSchedules: (before) => runStatement(control.name, forgetSchedules, { before }),
    denyRun: createDenyRun(runStatement, now),
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
    cancelOldest: async (tenantId, runId) => (await cancelling())(tenantId, runId),
    pipelines,
    newId,
    clock,
    now,
    log,
  });
}
