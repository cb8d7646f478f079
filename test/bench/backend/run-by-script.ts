import { randomUUID } from 'node:crypto';
import { composeRun } from '../../../functions/run/compose-run';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { readEnv } from '../../../shared/env';
import {
  createBigQuery,
  createBigQueryWithoutRetries,
} from '../../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../../shared/google/bigquery/jobs/tenant-jobs';
import {
  createRunStatement,
  type RunStatement,
} from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { createDescribeRows } from '../../../shared/google/bigquery/tables/read-rows-page';
import {
  createHoldsSlot,
  createReadTenantLife,
} from '../../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../../shared/google/pubsub/publish-operation';
import { createPublishRun } from '../../../shared/google/pubsub/publish-run';
import { createPublishTenantEvents } from '../../../shared/google/pubsub/publish-tenant-events';
import { registerHttpFunction } from '../../../shared/http/register';
import { serveRoutes } from '../../../shared/http/serve';
import { createLog } from '../../../shared/log';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { systemClock } from '../../../shared/support/clock';

/**
 * The function `run`, whose admissions are all decided by the script, as they were before there was the lone UPDATE: that
 * one is never sent, and counts as if it had changed nothing. Nor is a tenant's state read beside it.
 */
const withoutLoneUpdate =
  (runStatement: RunStatement): RunStatement =>
  async (dataset, statement, parameters, options) =>
    statement.name === admitRuns.name
      ? { rows: [], affectedRows: 0, location: '' }
      : await runStatement(dataset, statement, parameters, options);

const env = readEnv();
const log = createLog(env);

const routes = composeRun(
  {
    runTopic: env.RUN_TOPIC,
    pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
    pricePerTib: env.BIGQUERY_PRICE_PER_TIB,
    currency: env.BILLING_CURRENCY,
    newId: randomUUID,
    clock: systemClock,
    log,
  },
  {
    createBigQuery,
    createBigQueryWithoutRetries,
    createRunStatement: (bigquery) => withoutLoneUpdate(createRunStatement(bigquery)),
    createAppendRows,
    createControlDataset,
    createHoldsSlot,
    createReadQuotaCounters: () => async () => undefined,
    createReadTenantLife,
    createDescribeRows,
    createOpenJobs,
    createPublishRun,
    createPublishOperation,
    createPublishTenantEvents,
  },
);

registerHttpFunction('run', serveRoutes(routes, log));
