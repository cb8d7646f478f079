import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BigQuery } from '@google-cloud/bigquery';
import { type ReconcileHandlerDependencies, reconcileRoutes } from '../../../functions/reconcile/handler';
import { runRoutes } from '../../../functions/run/handler';
import type { StartRunDependencies } from '../../../functions/run/start-run';
import { type StreamPace, usualStreamPace } from '../../../functions/run/stream-run';
import { executeRun } from '../../../functions/worker/execute-run';
import { workerRoutes } from '../../../functions/worker/handler';
import type { WorkerDependencies } from '../../../functions/worker/work-on-run';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { loadTiers } from '../../../shared/definitions/tiers';
import { createClaimHandOver } from '../../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs } from '../../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { createListTenants } from '../../../shared/google/bigquery/tables/list-tenants';
import { createHoldsSlot, createReadSlots } from '../../../shared/google/bigquery/tables/read-slots';
import { createPublishRun } from '../../../shared/google/pubsub/publish-run';
import type { ExecutionTools } from '../../../shared/pipelines/execution';
import { type AdmitSettings, createAdmit } from '../../../shared/runs/admit';
import { createRelease } from '../../../shared/runs/release';
import { createAuthenticateTenant } from '../../../shared/tenants/authenticate-tenant';
import { call } from '../../support/local-cloud';
import { dryrun, runTopic, schemasDirectory } from './backends';
import { collectingLog, type LogLine, type Served, serve } from './serve';

export interface Instance extends Served {
  readonly lines: readonly LogLine[];
}

export interface InstanceOptions {
  /** Of BigQuery, or of a proxy before it. */
  readonly bigqueryUrl: string;
  readonly now?: () => Date;
  /** Pipelines' definitions; the project's own unless given. */
  readonly schemas?: string;
}

/** Posts a run's message as a push subscription does. */
export const push = (
  worker: Pick<Served, 'url'>,
  tenant_id: string,
  run_id: string,
  pipeline = dryrun,
  deliveryAttempt?: number,
) => {
  const message = { tenant_id, run_id, pipeline };
  const data = Buffer.from(JSON.stringify(message)).toString('base64');
  const body = {
    message: { data, messageId: '1' },
    subscription: 'projects/local/subscriptions/worker',
    deliveryAttempt,
  };
  return call(worker.url, 'POST', '/', { body });
};

/** Google's client as functions have it: it tries some failures again by itself. */
const functionsClient = (apiEndpoint: string, autoRetry = true) =>
  new BigQuery({ projectId: 'local', apiEndpoint, autoRetry });
const clock = () => new Date();

/** An instance of `run`, put together as its index.ts does. */
export async function startRunInstance(
  options: InstanceOptions &
    Partial<Pick<StartRunDependencies, 'publishRun'>> & {
      readonly admission?: Partial<AdmitSettings>;
      readonly streamPace?: Partial<StreamPace>;
      /** By which keys are remembered. In milliseconds since 1970. */
      readonly keyClock?: () => number;
    },
): Promise<Instance> {
  const { bigqueryUrl, now = clock, schemas = schemasDirectory, publishRun, admission, streamPace } = options;
  const { log, lines } = collectingLog();
  const bigquery = functionsClient(bigqueryUrl);
  const withoutRetries = functionsClient(bigqueryUrl, false);
  const runStatement = createRunStatement(withoutRetries);
  const routes = runRoutes({
    authenticateTenant: createAuthenticateTenant(runStatement, options.keyClock ?? Date.now),
    runStatement: createRunStatement(bigquery),
    pipelines: loadPipelines(schemas),
    admit: createAdmit({ runStatement, now, log }, admission),
    publishRun: publishRun ?? createPublishRun(runTopic, withoutRetries),
    appendRows: createAppendRows(withoutRetries, [50, 50]),
    release: createRelease(runStatement, now),
    openJobs: createOpenJobs(bigquery),
    holdsSlot: createHoldsSlot(bigquery),
    streamPace: { ...usualStreamPace, ...streamPace },
    newId: randomUUID,
    now,
    log,
  });
  return { ...(await serve(routes, log)), lines };
}

/** An instance of `worker`. */
export async function startWorkerInstance(
  options: InstanceOptions &
    Partial<Pick<WorkerDependencies, 'publishRun' | 'claimHandOver' | 'handOverAfterMs' | 'watchEveryMs'>> & {
      readonly tools?: Pick<ExecutionTools, 'http' | 'notify'>;
    },
): Promise<Instance> {
  const {
    bigqueryUrl,
    now = clock,
    schemas = schemasDirectory,
    publishRun,
    claimHandOver,
    handOverAfterMs = 540_000,
    watchEveryMs = 5_000,
    tools: moreTools,
  } = options;
  const { log, lines } = collectingLog();
  const bigquery = functionsClient(bigqueryUrl);
  const withoutRetries = functionsClient(bigqueryUrl, false);
  const pipelines = loadPipelines(schemas);
  const tools = {
    runJob: createRunJob(bigquery),
    allowedSources: ['*', 'gs://*'],
    openJobs: createOpenJobs(bigquery),
    appendRows: createAppendRows(bigquery, [50, 50]),
    tiers: loadTiers(schemas),
    now,
    random: () => 0,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
    log,
    ...moreTools,
  };
  const routes = workerRoutes({
    runStatement: createRunStatement(bigquery),
    appendRows: createAppendRows(withoutRetries, [50, 50]),
    findPipeline: (path) => pipelines.get(path),
    execute: (tenantId, slot, definition, watch, signal) =>
      executeRun(tenantId, slot, definition, tools, watch, signal),
    release: createRelease(createRunStatement(withoutRetries), now),
    publishRun: publishRun ?? createPublishRun(runTopic, withoutRetries),
    claimHandOver: claimHandOver ?? createClaimHandOver(bigquery),
    handOverAfterMs,
    deliveryAttempts: 5,
    holdsSlot: createHoldsSlot(withoutRetries),
    watchEveryMs,
    now,
    log,
  });
  return { ...(await serve(routes, log)), lines };
}

/** An instance of `reconcile`. */
export async function startReconcileInstance(
  options: InstanceOptions & Partial<Pick<ReconcileHandlerDependencies, 'publishRun'>>,
): Promise<Instance> {
  const { bigqueryUrl, now = clock, publishRun } = options;
  const { log, lines } = collectingLog();
  const bigquery = functionsClient(bigqueryUrl);
  const withoutRetries = functionsClient(bigqueryUrl, false);
  const runStatement = createRunStatement(withoutRetries);
  const routes = reconcileRoutes({
    listTenants: createListTenants(bigquery),
    readSlots: createReadSlots(bigquery),
    runStatement,
    appendRows: createAppendRows(withoutRetries, [50, 50]),
    publishRun: publishRun ?? createPublishRun(runTopic, withoutRetries),
    release: createRelease(runStatement, now),
    rule: { startGraceMs: 120_000, intervalMs: 300_000 },
    now,
    log,
  });
  return { ...(await serve(routes, log)), lines };
}
