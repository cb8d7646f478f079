import { call } from '../../support/local-cloud';
import { type Backends, startBackends } from '../support/backends';
import { type Instance, startReconcileInstance, startWorkerInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';
import type { LogLine } from '../support/serve';

export const minutes = (count: number) => count * 60_000;

export interface ReconcileWorld {
  readonly backends: Backends;
  /** Between `reconcile` and BigQuery. */
  readonly proxy: BigQueryProxy;
  readonly worker: Instance;
  /** A new instance of `reconcile`, with a clock that is right, and to which nothing goes wrong. */
  readonly begin: () => Promise<void>;
  /** Sets its clock ahead by so many milliseconds. */
  readonly setAhead: (milliseconds: number) => void;
  readonly tick: () => ReturnType<typeof call>;
  /** The same of another instance. */
  readonly tickOf: (instance: Instance) => ReturnType<typeof call>;
  /** What it has logged. */
  readonly logged: (severity: string) => readonly LogLine[];
  /** Ends the instance and deletes all tenants, so that each test starts without any. */
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startReconcileWorld(): Promise<ReconcileWorld> {
  const backends = await startBackends();
  const proxy = await startProxy(backends.bigquery.url);
  const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url });
  const start = () =>
    startReconcileInstance({ bigqueryUrl: proxy.url, now: () => new Date(Date.now() + ahead) });
  let ahead = 0;
  let reconcile: Instance | undefined;
  const begun = () => {
    if (reconcile === undefined) throw new Error('There is no instance of reconcile');
    return reconcile;
  };
  return {
    backends,
    proxy,
    worker,
    begin: async () => {
      proxy.treat(() => 'pass');
      ahead = 0;
      reconcile = await start();
    },
    setAhead: (milliseconds) => {
      ahead = milliseconds;
    },
    tickOf: ({ url }) => call(url, 'POST', '/'),
    tick: () => call(begun().url, 'POST', '/'),
    logged: (severity) => begun().lines.filter((line) => line.severity === severity),
    end: async () => {
      await begun().close();
      const [datasets] = await backends.client.getDatasets();
      await Promise.all(datasets.map((dataset) => dataset.delete({ force: true })));
    },
    close: async () => {
      await worker.close();
      await proxy.close();
      await backends.close();
    },
  };
}
