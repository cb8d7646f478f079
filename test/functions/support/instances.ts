import { randomUUID } from 'node:crypto';
import { BigQuery } from '@google-cloud/bigquery';
import { composeReconcile } from '../../../functions/reconcile/compose-reconcile';
import { composeRun } from '../../../functions/run/compose-run';
import type { StreamPace } from '../../../functions/run/stream-run';
import { composeTenants } from '../../../functions/tenants/compose-tenants';
import type { OperationsSetUp } from '../../../functions/tenants/operations/all-routes';
import { composeTick } from '../../../functions/tick/compose-tick';
import { composeWorker } from '../../../functions/worker/compose-worker';
import { loadPipeline, loadPipelines } from '../../../shared/definitions/pipelines';
import { loadTiers } from '../../../shared/definitions/tiers';
import {
  type ClaimHandOver,
  createClaimHandOver,
} from '../../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs } from '../../../shared/google/bigquery/jobs/tenant-jobs';
import {
  createRunStatement,
  type RunStatement,
} from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../../shared/google/bigquery/tables/control-dataset';
import { createDescribeDataset } from '../../../shared/google/bigquery/tables/describe-dataset';
import { createListTenantPage, createListTenants } from '../../../shared/google/bigquery/tables/list-tenants';
import { createMayHaveRowsSince } from '../../../shared/google/bigquery/tables/may-have-rows-since';
import { createReadKeyExpiries } from '../../../shared/google/bigquery/tables/read-key-expiries';
import { createDescribeRows } from '../../../shared/google/bigquery/tables/read-rows-page';
import {
  createHoldsSlot,
  createReadQuotaCounters,
  createReadRunsInFlight,
  createReadTenantDetails,
  createReadTenantLife,
  createReadTenantState,
  createReadTenantSummary,
} from '../../../shared/google/bigquery/tables/read-tenant-state';
import { createPublishOperation } from '../../../shared/google/pubsub/publish-operation';
import { createPublishRun, type PublishRun } from '../../../shared/google/pubsub/publish-run';
import {
  createPublishTenantEvents,
  type EventSettings,
  type PublishTenantEvents,
} from '../../../shared/google/pubsub/publish-tenant-events';
import type { KeyAddresses } from '../../../shared/google/verify-person';
import type { ExecutionTools } from '../../../shared/pipelines/execution';
import type { AdmitSettings } from '../../../shared/runs/admit';
import type { SettleSettings } from '../../../shared/runs/settle';
import { type Clock, systemClock } from '../../../shared/support/clock';
import type { AdminRule } from '../../../shared/tenants/rules/admin-rule';
import { call } from '../../support/local-cloud';
import { dryrun, patience, runTopic, schemasDirectory } from './backends';
import { collectingLog, type LogLine, type Served, serve } from './serve';

export interface Instance extends Served {
  readonly lines: readonly LogLine[];
}

export interface InstanceOptions {
  /** Replaces all that ask BigQuery by statements. */
  readonly runStatement?: RunStatement;
  /** How many calls that start no runs it works on at once. */
  readonly callsAtOnce?: number;
  /** Replaces the one that publishes to Pub/Sub. */
  readonly publishRun?: PublishRun;
  /** How long it tries to publish, where that differs from production's. In milliseconds. */
  readonly longestPublishMs?: number;
  /** The address of BigQuery, or of a proxy in front of it. */
  readonly bigqueryUrl: string;
  readonly now?: () => Date;
  /** Gets the events that are published. */
  readonly publishEvents?: PublishTenantEvents;
  /** Instead of `now`, where a test decides how much time passes. */
  readonly clock?: Clock;
  /** Where settled runs of all tenants are written; nowhere unless given. */
  readonly control?: ControlDatasetSettings;
  /** The folder of definitions; the project's own unless given. */
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

const clockOf = ({ clock, now = systemClock.now }: InstanceOptions): Clock =>
  clock ?? { ...systemClock, now };

/** How an instance reaches Google: at this address, without long pauses before it repeats a call. */
export const googleAt = ({
  bigqueryUrl,
  runStatement,
  publishRun,
  publishEvents,
  longestPublishMs,
}: InstanceOptions) => {
  const client = (autoRetry: boolean) =>
    new BigQuery({
      projectId: 'local',
      apiEndpoint: bigqueryUrl,
      autoRetry,
      // In seconds.
      retryOptions: { maxRetryDelay: 0.1 },
    });
  return {
    createBigQuery: () => client(true),
    createBigQueryWithoutRetries: () => client(false),
    createRunStatement: runStatement === undefined ? createRunStatement : () => runStatement,
    createRunJob,
    createAppendRows: (bigquery: BigQuery) => createAppendRows(bigquery, [50, 50]),
    createControlDataset,
    createHoldsSlot,
    createReadQuotaCounters,
    createReadTenantState,
    createReadTenantDetails,
    createReadTenantLife,
    createReadTenantSummary,
    createReadKeyExpiries,
    createDescribeDataset,
    createDescribeRows,
    createOpenJobs,
    createClaimHandOver,
    createListTenants,
    createListTenantPage,
    createReadRunsInFlight,
    createMayHaveRowsSince,
    createPublishOperation,
    createPublishTenantEvents: (settings: EventSettings | undefined, bigquery?: BigQuery) =>
      publishEvents ?? createPublishTenantEvents(settings, bigquery),
    createPublishRun: (topic: string, bigquery?: BigQuery) =>
      publishRun ?? createPublishRun(topic, bigquery, undefined, longestPublishMs),
  };
};

/** An instance of `run`. */
export async function startRunInstance(
  options: InstanceOptions & {
    readonly admission?: Partial<AdmitSettings>;
    readonly settling?: Partial<SettleSettings>;
    readonly streamPace?: Partial<StreamPace>;
    readonly operations?: Pick<OperationsSetUp, 'topic' | 'dataset'>;
    /** Which admins may look at tenants; nobody unless given. */
    readonly adminRule?: AdminRule;
    readonly keyAddresses?: KeyAddresses;
    /** Where changes are written down; nowhere unless given. */
    readonly audit?: ControlDatasetSettings;
  },
): Promise<Instance> {
  const {
    schemas = schemasDirectory,
    callsAtOnce,
    admission,
    settling,
    streamPace,
    control,
    operations,
    adminRule,
    keyAddresses,
    audit,
  } = options;
  const clock = clockOf(options);
  const { log, lines } = collectingLog();
  const pipelines = loadPipelines(schemas);
  const admins = { adminRule, keyAddresses, audit: audit && { dataset: audit, log } };
  const settings = {
    callsAtOnce,
    admission,
    settling: { ...patience.settling, ...settling },
    streamPace,
    control,
    operations,
    answerMs: patience.answerMs,
    ...admins,
  };
  const planning = {
    tiers: loadTiers(schemas),
    allowedSources: ['*', 'gs://*'],
    httpHosts: [],
    notifyTopics: [],
  };
  const price = { pricePerTib: 6.25, currency: 'USD' };
  const setUp = { runTopic, pipelines, ...settings, planning, ...price, newId: randomUUID, clock, log };
  return { ...(await serve(composeRun(setUp, googleAt(options)), log)), lines };
}

/** An instance of `worker`. */
export async function startWorkerInstance(
  options: InstanceOptions & {
    /** Replaces the one that asks BigQuery. */
    readonly claimHandOver?: ClaimHandOver;
    readonly handOverAfterMs?: number;
    readonly settling?: Partial<SettleSettings>;
    readonly watchEveryMs?: number;
    readonly runsOfTenantAtOnce?: number;
    readonly tools?: Pick<ExecutionTools, 'http' | 'notify'>;
  },
): Promise<Instance> {
  const { schemas = schemasDirectory, claimHandOver, tools } = options;
  const { log, lines } = collectingLog();
  const google = googleAt(options);
  const routes = composeWorker(
    {
      runTopic,
      pipelines: loadPipelines(schemas),
      tiers: loadTiers(schemas),
      allowedSources: ['*', 'gs://*'],
      handOverAfterMs: options.handOverAfterMs ?? 540_000,
      deliveryAttempts: 5,
      runsOfTenantAtOnce: options.runsOfTenantAtOnce ?? 1_000,
      watchEveryMs: options.watchEveryMs ?? 5_000,
      settling: { ...patience.settling, ...options.settling },
      control: options.control,
      random: () => 0,
      ...tools,
      clock: clockOf(options),
      log,
    },
    claimHandOver === undefined ? google : { ...google, createClaimHandOver: () => claimHandOver },
  );
  return { ...(await serve(routes, log)), lines };
}

/** An instance of `reconcile`. */
export async function startReconcileInstance(
  options: InstanceOptions & { readonly operations?: { topic: string; controlDataset: string } },
): Promise<Instance> {
  const { log, lines } = collectingLog();
  const rule = { startGraceMs: 120_000, intervalMs: 300_000, appendGraceMs: 60_000 };
  const { control, operations, schemas = schemasDirectory } = options;
  const findPipeline = (path: string) => loadPipeline(schemas, path);
  const setUp = { runTopic, rule, findPipeline, control, operations, clock: clockOf(options), log };
  return { ...(await serve(composeReconcile(setUp, googleAt(options)), log)), lines };
}

/** An instance of `tick`. */
export async function startTickInstance(
  options: InstanceOptions & { readonly control: ControlDatasetSettings; readonly operationTopic?: string },
): Promise<Instance> {
  const { schemas = schemasDirectory, control, operationTopic = 'operations' } = options;
  const { log, lines } = collectingLog();
  const pipelines = loadPipelines(schemas);
  const setUp = {
    runTopic,
    operationTopic,
    pipelines,
    control,
    newId: randomUUID,
    clock: clockOf(options),
    log,
  };
  return { ...(await serve(composeTick(setUp, googleAt(options)), log)), lines };
}

/** An instance of `tenants`, whose administrators need no key. */
export async function startTenantsInstance(
  options: InstanceOptions & { readonly operations?: OperationsSetUp },
): Promise<Instance> {
  const { schemas = schemasDirectory, callsAtOnce, operations } = options;
  const { log, lines } = collectingLog();
  const setUp = {
    adminRule: { kind: 'open' as const },
    answerMs: patience.answerMs,
    tiers: loadTiers(schemas),
    callsAtOnce,
    operations,
    audit: operations && { dataset: operations.dataset, log },
    pricePerTib: 6.25,
    currency: 'USD',
    newId: randomUUID,
    clock: clockOf(options),
    log,
  };
  return { ...(await serve(composeTenants(setUp, googleAt(options)), log)), lines };
}
