import { rmSync } from 'node:fs';
import type { StreamPace } from '../../../functions/run/stream-run';
import type { SettleSettings } from '../../../shared/runs/settle';
import { call, eventually, query, withKey } from '../../support/local-cloud';
import { type Backends, schemasWith, startBackends } from '../support/backends';
import { type HeldLoads, holdLoads } from '../support/held-loads';
import { type Instance, startRunInstance, startWorkerInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';

/** A pipeline of two loads, one after the other; each takes effect when it is let go. */
export const twoLoads = 'test/example/two_loads';
const load = (id: string, needs: string) => `
  - id: ${id}
    type: load
    needs: [${needs}]
    source_uris: [gs://bucket/numbers.csv]
    format: CSV
    schema: [{ name: n, type: INT64 }]
    destination: { table: ${id}, write_disposition: WRITE_APPEND }
    retry: { max_attempts: 3, initial_backoff_seconds: 0, max_backoff_seconds: 0 }`;
const definition = `
description: For tests.
timeout_seconds: 60
sources: [gs://bucket/]
steps:${load('first', '')}${load('second', 'first')}
`;

/** A pipeline that exports the result of a query: a query job, then an extract job. */
export const queryExport = 'test/example/query_export';
const exportDefinition = `
description: For tests.
timeout_seconds: 60
sources: [gs://bucket/]
steps:
  - id: out
    type: export
    sql: SELECT 1 AS n
    format: CSV
    destination_uri: gs://bucket/{tenant_id}/{run_id}.csv
    retry: { max_attempts: 3, initial_backoff_seconds: 0, max_backoff_seconds: 0 }
`;

export const stopped = (step: string) => ({ step, state: 'DONE', reason: 'stopped' });

export interface CancelWorld {
  readonly backends: Backends;
  /** Between `run` and BigQuery. */
  readonly proxy: BigQueryProxy;
  readonly run: Instance;
  readonly loads: HeldLoads;
  readonly startWorker: (change?: { watchEveryMs?: number; bigqueryUrl?: string }) => Promise<Instance>;
  readonly cancel: (apiKey: string, runId?: string) => ReturnType<typeof call>;
  readonly show: (apiKey: string, runId?: string) => Promise<Record<string, unknown>>;
  /** The jobs of a tenant's steps: `<step>_<attempt>`. */
  readonly jobsOf: (tenantId: string) => Promise<readonly StepJob[]>;
  readonly whenRunning: (tenantId: string, step: string) => Promise<unknown>;
  readonly rowsIn: (tenantId: string, table: string) => Promise<readonly unknown[]>;
  /** Status and error code of each ledger row. */
  readonly ledger: (tenantId: string) => Promise<readonly unknown[][]>;
  /** Expects one cancelled run, counted once, and a free slot. */
  readonly expectCancelledOnce: (tenantId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface StepJob {
  readonly step: string;
  readonly state: unknown;
  readonly reason: unknown;
}

/** Backends whose loads and extracts can be held, and an instance of `run`. */
export async function startCancelWorld(
  change: { readonly streamPace?: Partial<StreamPace>; readonly settling?: Partial<SettleSettings> } = {},
): Promise<CancelWorld> {
  const loads = holdLoads();
  const backends = await startBackends({ limits: loads.limits });
  backends.putFile('bucket/numbers.csv', '1\n2\n');
  const schemas = schemasWith({ [twoLoads]: definition, [queryExport]: exportDefinition });
  const proxy = await startProxy(backends.bigquery.url);
  const run = await startRunInstance({ bigqueryUrl: proxy.url, schemas, ...change });
  const instances: Instance[] = [run];

  const jobsOf = async (tenantId: string) => {
    const [jobs] = await backends.client.getJobs();
    return jobs
      .map(({ metadata }) => metadata)
      .filter(({ configuration }) => configuration.labels?.tenant === tenantId)
      .map(({ jobReference, status }) => ({
        step: String(jobReference.jobId).split('_').slice(-2).join('_'),
        state: status.state,
        reason: status.errorResult?.reason,
      }));
  };
  const ledger = async (tenantId: string) =>
    (await backends.ledger(tenantId)).map(({ status, error_code }) => [status, error_code]);
  return {
    backends,
    proxy,
    run,
    loads,
    jobsOf,
    ledger,
    startWorker: async (change = {}) => {
      const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url, schemas, ...change });
      instances.push(worker);
      return worker;
    },
    cancel: (apiKey, runId = 'run-1') =>
      call(run.url, 'POST', `/api/v1/pipelines/runs/${runId}/cancel`, { headers: withKey(apiKey) }),
    show: async (apiKey, runId = 'run-1') =>
      (await call(run.url, 'GET', `/api/v1/pipelines/runs/${runId}`, { headers: withKey(apiKey) })).body,
    whenRunning: (tenantId, step) =>
      eventually(`job ${step}`, async () =>
        (await jobsOf(tenantId)).find((job) => job.step === step && job.state === 'RUNNING'),
      ),
    rowsIn: async (tenantId, table) => {
      const [tables] = await backends.client.dataset(tenantId).getTables();
      if (!tables.some(({ id }) => id === table)) return [];
      return query(backends.client, tenantId, `SELECT n FROM ${table} ORDER BY n`);
    },
    expectCancelledOnce: async (tenantId) => {
      expect(await ledger(tenantId)).toEqual([['CANCELLED', 'cancelled']]);
      expect(await backends.usage(tenantId)).toEqual({ ever: 1, month: 1, running: 0, slots: [] });
    },
    close: async () => {
      loads.letGo();
      for (const instance of instances) await instance.close();
      await proxy.close();
      await backends.close();
      rmSync(schemas, { recursive: true });
    },
  };
}
