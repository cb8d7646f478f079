import { randomUUID } from 'node:crypto';
import { composeOperate } from '../../../functions/operate/compose-operate';
import type { OperationsSetUp } from '../../../functions/tenants/operations/all-routes';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { loadControlTables } from '../../../shared/definitions/tables';
import type { OpenJobs } from '../../../shared/google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import type { PublishRun } from '../../../shared/google/pubsub/publish-run';
import { createOperationLog, type OperationLog } from '../../../shared/operations/operation-log';
import type { OperationMessage } from '../../../shared/operations/rules/operation-identity';
import { checkCounters } from '../../../shared/sql/runs/check-counters';
import { type Clock, systemClock } from '../../../shared/support/clock';
import { call, query } from '../../support/local-cloud';
import { type Backends, patience, schemasDirectory, startBackends } from '../support/backends';
import { googleAt, type Instance, startTenantsInstance } from '../support/instances';
import { collectingLog, serve } from '../support/serve';

export const dryrunPipeline = 'gcp/example/dryrun';
export const otherPipeline = 'gcp/billing/daily_costs';
const tenants = ['first', 'second', 'third'] as const;

export interface Operator extends Instance {
  /** Hands-overs to fresh messages, in their order. */
  readonly handedOver: readonly OperationMessage[];
  /** Delivers an operation's message; resolves to the status of the answer. */
  readonly deliver: (operationId: unknown, startedAt?: Date) => Promise<number>;
}

export interface OperatorOptions {
  /** Called each time that a run was settled, before its jobs are looked for. */
  readonly onCancelled?: (() => Promise<unknown> | undefined) | undefined;
  /** Called before each row of progress is written. */
  readonly onWrite?: (() => Promise<unknown> | undefined) | undefined;
  /** Called before a tenant's runs in flight are read. */
  readonly onRead?: ((tenantId: string) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly workMs?: number | undefined;
  readonly runStatement?: RunStatement | undefined;
}

export interface OperateWorld {
  readonly backends: Backends;
  /** An instance of `tenants`, whose admins need no key. */
  readonly tenants: Instance;
  readonly operations: OperationLog;
  /** For other instances that start operations. */
  readonly operationsSetUp: OperationsSetUp;
  /** The tenants' keys. */
  readonly keys: ReadonlyMap<string, string>;
  readonly startOperator: (options?: OperatorOptions) => Promise<Operator>;
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => ReturnType<typeof call>;
  /** Holds runs of both pipelines in each tenant, so many of each; resolves to how many in all. */
  readonly holdRuns: (name: string, each: number) => Promise<number>;
  /** How many runs whose ids begin so have each status, and all are counted as they are recorded. */
  readonly runsOf: (name: string) => Promise<Record<string, number>>;
  readonly close: () => Promise<void>;
}

export interface WorldOptions {
  /** The folder of definitions; the project's own unless given. */
  readonly schemas?: string;
  /** Replaces the one that publishes to Pub/Sub. */
  readonly publishRun?: PublishRun;
}

/** Three tenants, and what operations are asked of; the test delivers the messages. */
export async function startOperateWorld({
  schemas = schemasDirectory,
  publishRun,
}: WorldOptions = {}): Promise<OperateWorld> {
  const backends = await startBackends();
  const { client, runStatement } = backends;
  const bigqueryUrl = backends.bigquery.url;
  const control = {
    name: 'tenant_pipelines',
    location: 'US',
    tables: () => loadControlTables(schemasDirectory),
  };
  const keys = new Map<string, string>();
  for (const tenant of tenants) keys.set(tenant, await backends.onboard(tenant));
  await query(client, 'third', "UPDATE tenants SET subscription_tier = 'PROFESSIONAL' WHERE TRUE");
  const log = collectingLog().log;
  const operationsSetUp = { topic: 'operations', dataset: control, log };
  const asked = await startTenantsInstance({ bigqueryUrl, operations: operationsSetUp });
  const instances: Instance[] = [asked];
  const dataset = createControlDataset(client, control);
  await dataset.ensure();

  const startOperator = async ({ onCancelled, onWrite, onRead, ...options }: OperatorOptions = {}) => {
    const { log, lines } = collectingLog();
    const handedOver: OperationMessage[] = [];
    const google = googleAt({
      bigqueryUrl,
      ...(publishRun && { publishRun }),
      ...(options.runStatement && { runStatement: options.runStatement }),
    });
    const routes = composeOperate(
      {
        operationTopic: 'operations',
        runTopic: 'pipeline-runs',
        control,
        pipelines: loadPipelines(schemas),
        workMs: options.workMs ?? 420_000,
        admission: patience.admission,
        batchSize: 2,
        newId: randomUUID,
        clock: options.clock ?? systemClock,
        log,
      },
      {
        ...google,
        createOpenJobs: (bigquery): OpenJobs => {
          const open = google.createOpenJobs(bigquery);
          return async (tenantId) => {
            await onCancelled?.();
            return open(tenantId);
          };
        },
        createReadRunsInFlight: (bigquery) => {
          const read = google.createReadRunsInFlight(bigquery);
          return async (tenantId) => {
            onRead?.(tenantId);
            return read(tenantId);
          };
        },
        createControlDataset: (bigquery, settings) => {
          const opened = google.createControlDataset(bigquery, settings);
          return {
            ...opened,
            append: async (table, ...rows) => {
              if (table === 'operations') await onWrite?.();
              return opened.append(table, ...rows);
            },
          };
        },
        createPublishOperation: () => async (message) => void handedOver.push(message),
      },
    );
    const served = { ...(await serve(routes, log)), lines };
    instances.push(served);
    return {
      ...served,
      handedOver,
      deliver: async (operation_id: unknown, startedAt = new Date()) => {
        const message = { operation_id, started_at: startedAt.toISOString() };
        const data = Buffer.from(JSON.stringify(message)).toString('base64');
        const body = { message: { data, messageId: '1' }, subscription: 'operate' };
        return (await call(served.url, 'POST', '/', { body })).status;
      },
    };
  };

  return {
    backends,
    tenants: asked,
    operationsSetUp,
    operations: createOperationLog({
      append: dataset.append,
      runStatement,
      controlDataset: control.name,
      newId: randomUUID,
      now: systemClock.now,
    }),
    keys,
    startOperator,
    ask: (method, path, body, headers = {}) => call(asked.url, method, path, { headers, body }),
    holdRuns: async (name, each) => {
      const ids = (pipeline: string) =>
        Array.from({ length: each }, (_, index) => `${name}-${pipeline}-${index}`);
      for (const tenant of tenants) {
        await backends.hold(tenant, ids('dryrun'), { pipeline: dryrunPipeline });
        await backends.hold(tenant, ids('other'), { pipeline: otherPipeline });
      }
      return each * 2 * tenants.length;
    },
    runsOf: async (name) => {
      const counts: Record<string, number> = {};
      for (const tenant of tenants) {
        const [counted] = (await runStatement(tenant, checkCounters, { tenant_id: tenant })).rows;
        expect(counted).toMatchObject({
          pipeline_runs_count: counted?.known_runs,
          pipeline_runs_this_month: counted?.known_runs_this_month,
        });
        // A run in flight has a slot, one that is over one row; both would be two.
        const sql = `SELECT status, COUNT(*) AS runs FROM (
            SELECT run_id, status FROM pipeline_runs
            UNION ALL SELECT run_id, 'ADMITTED' FROM tenants, UNNEST(active_runs)
          ) WHERE STARTS_WITH(run_id, @name) GROUP BY status`;
        for (const { status, runs } of await query(client, tenant, sql, { name: `${name}-` }))
          counts[String(status)] = (counts[String(status)] ?? 0) + Number(runs);
      }
      return counts;
    },
    close: async () => {
      for (const instance of instances) await instance.close();
      await backends.close();
    },
  };
}
