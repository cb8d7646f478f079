import { z } from 'zod';
import { composeOperate } from '../../../../functions/operate/compose-operate';
import { composeReconcile } from '../../../../functions/reconcile/compose-reconcile';
import { composeResetQuotas } from '../../../../functions/reset-quotas/compose-reset-quotas';
import { composeRun } from '../../../../functions/run/compose-run';
import { composeTenants } from '../../../../functions/tenants/compose-tenants';
import { composeTick } from '../../../../functions/tick/compose-tick';
import { composeWorker } from '../../../../functions/worker/compose-worker';
import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import type { Route } from '../../../../shared/http/route';
import { runMessageSchema } from '../../../../shared/runs/rules/run-identity';
import { appendGraceMs, longestPauseMs, startGraceMs } from '../../../../shared/runs/rules/run-times';
import { type BigQueryModel, controlDataset, createBigQueryModel } from '../cloud/bigquery';
import { googleOf } from '../cloud/google';
import { createJobsModel, type JobsModel } from '../cloud/jobs';
import { createPubSubModel, deliveryAttempts, type PubSubModel } from '../cloud/pubsub';
import type { PutBack } from '../cloud/put-back';
import type { Tables } from '../cloud/tables';
import type { Journal } from '../judge/journal';
import { createJudge, type Judge } from '../judge/judge';
import { createRegister, type Register } from '../judge/register';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import { createCalls, type Trouble } from './calls';
import { type Ask, createFleet, type Fleet } from './fleet';
import type { Life } from './life';

export interface World {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly journal: Journal;
  readonly judge: Judge;
  readonly register: Register;
  readonly bigquery: BigQueryModel;
  readonly jobs: JobsModel;
  readonly pubsub: PubSubModel;
  /** Those of whose runs no worker begins any. */
  readonly busyTenants: Set<string>;
  readonly fleets: Readonly<
    Record<'run' | 'worker' | 'tenants' | 'reconcile' | 'reset' | 'tick' | 'operate', Fleet>
  >;
}

/** schemas/schedules.json: reconcile comes every five minutes. */
export const reconcileEveryMs = 300_000;
/** As the product has it: nine tenths of the subscription's ack deadline. */
const handOverAfterMs = 540_000;
/** So few that runs wait for a place now and then. */
const runsOfTenantAtOnce = 3;
/** More seldom than the product's: a long run is looked at a hundred times all the same. */
const watchEveryMs = 60_000;
const adminRule = { kind: 'open' } as const;
const tiers = {
  ENTERPRISE: {
    max_pipelines_per_month: null,
    max_concurrent_pipelines: null,
    max_bytes_billed_per_month: null,
    max_queued_pipelines: 0,
    alert_at_percent: [80, 100],
    maximum_bytes_billed: null,
  },
};
const runTopic = 'runs';
const operationTopic = 'operations';
/** So little that operations take several deliveries, and several rows of progress. */
const operating = { workMs: 40_000, batchSize: 3 };
const control = { name: controlDataset, location: 'US', tables: () => [] };

/** Several instances of each function, put together by its own composition, over models of the cloud. */
export function createWorld(
  time: VirtualTime,
  chance: Chance,
  journal: Journal,
  pipelines: ReadonlyMap<string, PipelineDefinition>,
  putBack: PutBack,
): World {
  const trouble: Trouble = { faultRate: 0, deathRate: 0 };
  const register = createRegister();
  const tables = {
    of: (_: string): Tables => {
      throw new Error('There is no cloud yet');
    },
  };
  const judge = createJudge(time, journal, register, (tenantId) => tables.of(tenantId));
  const call = createCalls(time, chance, journal, trouble);
  const parts = { time, chance, trouble, call, journal, observer: judge, putBack };
  const bigquery = createBigQueryModel(parts);
  tables.of = bigquery.tablesOf;
  const { violate } = judge;
  const cloud = {
    bigquery,
    jobs: createJobsModel(parts),
    pubsub: createPubSubModel(parts),
    putBack,
    violate,
  };

  let ids = 0;
  const fleet = (name: string, size: number, compose: (life: Life) => readonly Route[]) =>
    createFleet(name, size, compose, parts);
  const setUp = ({ name, clock }: Life) => ({
    clock,
    log: journal.logOf(name),
    newId: () => `id-${++ids}`,
    random: chance.fraction,
    pipelines,
    readPipelines: () => pipelines,
    findPipeline: (path: string) => pipelines.get(path),
    tiers,
    pricePerTib: 6.25,
    currency: 'USD',
    runTopic,
    operationTopic,
    operations: { topic: operationTopic, dataset: control, controlDataset, log: journal.logOf(name) },
    ...operating,
    adminRule,
    allowedSources: ['*', 'gs://*'],
    handOverAfterMs,
    deliveryAttempts,
    runsOfTenantAtOnce,
    watchEveryMs,
    control,
    rule: { startGraceMs, intervalMs: reconcileEveryMs, longestPauseMs, appendGraceMs },
  });
  // A second attempt has to follow one that was given up: there is little time for it as it is.
  const admission = putBack.has('late-admission') ? { budgetMs: 24_000 } : undefined;
  const fleets = {
    run: fleet('run', 3, (life) => composeRun({ ...setUp(life), admission }, googleOf(life, cloud))),
    worker: fleet('worker', 4, (life) => composeWorker(setUp(life), googleOf(life, cloud))),
    tenants: fleet('tenants', 2, (life) => composeTenants(setUp(life), googleOf(life, cloud))),
    reconcile: fleet('reconcile', 2, (life) => composeReconcile(setUp(life), googleOf(life, cloud))),
    tick: fleet('tick', 2, (life) => composeTick(setUp(life), googleOf(life, cloud))),
    operate: fleet('operate', 2, (life) => composeOperate(setUp(life), googleOf(life, cloud))),
    reset: fleet('reset', 1, (life) => composeResetQuotas(setUp(life), googleOf(life, cloud))),
  };
  const busyTenants = new Set<string>();
  cloud.pubsub.subscribe(whereFree(busyTenants, fleets.worker.ask), fleets.operate.ask);
  return { busyTenants, time, chance, trouble, journal, judge, register, ...cloud, fleets };
}

const pushSchema = z.object({ message: z.object({ data: z.string() }) });

/** An instance that has no place for a new run of these tenants acknowledges its message, and never gets to it. */
const whereFree =
  (busyTenants: ReadonlySet<string>, ask: Ask): Ask =>
  async (request) => {
    const { message } = pushSchema.parse(request.body);
    const run = runMessageSchema.parse(JSON.parse(Buffer.from(message.data, 'base64').toString()));
    if (run.has_begun === true || !busyTenants.has(run.tenant_id)) return ask(request);
    return { kind: 'answered', status: 204, body: {} };
  };
