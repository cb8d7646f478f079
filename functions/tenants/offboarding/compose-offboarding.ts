import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../../shared/google/bigquery/jobs/tenant-jobs';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../../shared/google/bigquery/tables/control-dataset';
import { createHasStreamingBuffer } from '../../../shared/google/bigquery/tables/may-have-rows-since';
import { createReadTenantState } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import type { PublishTenantEvents } from '../../../shared/google/pubsub/publish-tenant-events';
import type { Log } from '../../../shared/log';
import { recordIn } from '../../../shared/runs/all-runs';
import { createAnnounceAlerts } from '../../../shared/runs/announce-alerts';
import { createRecordOutcomes, createTellOutcomes } from '../../../shared/runs/record-outcomes';
import { createSettle } from '../../../shared/runs/settle';
import { tenantGone } from '../../../shared/schedules/rules/gone-tenants';
import { disableSchedules } from '../../../shared/sql/schedules/disable-schedules';
import type { Clock } from '../../../shared/support/clock';
import { retrying } from '../../../shared/support/retry';
import { createAnnounce } from '../../../shared/tenants/announce';
import { tenantPolicy } from '../administer-tenant';
import { createAnnounceLastAlerts } from './announce-last-alerts';
import { createExportRuns } from './export-runs';
import type { OffboardDependencies } from './offboard-tenant';
import { createOffboardingRecords } from './offboarding-records';

export interface OffboardingSetUp {
  readonly control: ControlDatasetSettings;
  /** By path. Called when runs are to be cancelled. */
  readonly pipelines: () => ReadonlyMap<string, PipelineDefinition>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A call is answered within seconds; a worker has more time. */
const settlingOfRequests = { budgetMs: 5_000, statementMs: 4_000, appendMs: 3_000 };

/** What an offboarding needs, over the function's own client and statements. */
export function composeOffboarding(
  { control, pipelines, clock, log }: OffboardingSetUp,
  bigquery: ReturnType<typeof createBigQuery>,
  runStatement: RunStatement,
  publishEvents: PublishTenantEvents,
): OffboardDependencies {
  const { now } = clock;
  const dataset = createControlDataset(bigquery, control);
  const recordOutcomes = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(publishEvents),
    appendRows: createAppendRows(bigquery),
    now,
    log,
  });
  const settle = createSettle(
    {
      runStatement,
      recordOutcomes,
      recordInAllRuns: recordIn(dataset, clock),
      // No slot of a suspended tenant is handed on.
      publishRun: undefined,
      now,
      log,
    },
    settlingOfRequests,
  );
  const openJobs = createOpenJobs(bigquery);
  let definitions: ReadonlyMap<string, PipelineDefinition> | undefined;
  return {
    runStatement,
    cancelling() {
      definitions ??= pipelines();
      return { runStatement, settle, openJobs, pipelines: definitions, now, log };
    },
    recordOutcomes,
    hasStreamingBuffer: createHasStreamingBuffer(bigquery),
    exportRuns: createExportRuns(control.name, { runStatement, append: dataset.append }),
    records: createOffboardingRecords(control.name, { runStatement, append: dataset.append }),
    announce: createAnnounce(publishEvents, log),
    announceLastAlerts: createAnnounceLastAlerts(
      createReadTenantState(bigquery),
      createAnnounceAlerts({ publishEvents, runStatement, now }),
      log,
    ),
    disableSchedules: (tenant_id) => {
      const asked = { tenant_id, reason: tenantGone, now: now() };
      const disable = () => runStatement(control.name, disableSchedules, asked);
      // Without the table nobody has ever made a schedule.
      return rowsOrNone(retrying(tenantPolicy, disable));
    },
    datasets: createTenantDatasets(bigquery),
    now,
    log,
  };
}
