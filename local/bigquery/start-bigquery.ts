import type { Server } from 'node:http';
import { join } from 'node:path';
import { runExtract } from './jobs/extract/run-extract';
import { openJobBook } from './jobs/job-book';
import { type Jobs, openJobs } from './jobs/jobs';
import { loadFiles } from './jobs/load/load-files';
import { createQueryResults } from './jobs/query-results';
import { jobRow } from './jobs/query-statistics';
import { createLimits, type LimitOptions, type Limits } from './limits/limits';
import type { SqlEngine } from './model';
import { discoveryRoutes } from './rest/discovery';
import { createRestServer } from './rest/http-server';
import { tokenRoutes } from './rest/local-credentials';
import { type CallFaults, faultBorder } from './rest/named-calls';
import { withAvailability } from './rest/rest-border';
import { absentResourceRoutes } from './rest/routes/absent-resources';
import { datasetRoutes } from './rest/routes/dataset-routes';
import { insertAllRoutes } from './rest/routes/insert-all-routes';
import { jobRoutes } from './rest/routes/job-routes';
import { projectRoutes } from './rest/routes/project-routes';
import { queryRoutes } from './rest/routes/query-routes';
import { routineRoutes } from './rest/routes/routine-routes';
import { storageRoutes } from './rest/routes/storage-routes';
import { tableRoutes } from './rest/routes/table-routes';
import { tableDataRoutes } from './rest/routes/tabledata-routes';
import { startSqlEngine } from './sql/sql-engine';
import { nodeDisk } from './store/disk/disk';
import { explainDiskFailure } from './store/disk/disk-errors';
import { type OnCommit, openStore, type Store } from './store/store';

export interface BigQueryOptions {
  /** 0: chosen by the system. */
  readonly port: number;
  readonly host?: string;
  /** Names under which it may be called besides localhost, 127.0.0.1 and [::1]. */
  readonly hosts?: readonly string[] | undefined;
  /** The one project that is served; `local` unless given. */
  readonly projectId?: string;
  /** Where data is kept; absent: in memory only. */
  readonly dataDirectory?: string;
  /** gs://bucket/path is the file bucket/path below it. */
  readonly gcsDirectory: string;
  readonly log?: (line: string) => void;
  /** Imposes BigQuery's documented limits and a latency model; absent: as fast as can be. */
  readonly limits?: LimitOptions | undefined;
  /** Every call passes through it: it may fail, hang or lose its answer. Absent: none does. */
  readonly faults?: CallFaults | undefined;
  /**
   * Lets jobs that name no location run in US, wherever their datasets are, so that one elsewhere is not found:
   * BigQuery infers the location from what a job names, and for scripts has been reported to guess wrong.
   */
  readonly infersNoLocation?: boolean | undefined;
  /** For a caller that must see every state of every table, and not only those that a query meets. */
  readonly onCommit?: OnCommit | undefined;
  /**
   * Takes the SQL engine that an earlier server of this process has left, and leaves it to the next: for tests, of
   * which each file starts a server. An engine takes half a second of CPU to start.
   */
  readonly sharesEngine?: boolean | undefined;
}

export interface RunningBigQuery {
  readonly port: number;
  /** To be set as BIGQUERY_EMULATOR_HOST. */
  readonly url: string;
  /** False: connections are broken off and calls answered 503, until it is set to true again. */
  setAvailable(isAvailable: boolean): void;
  /** Sets CURRENT_TIMESTAMP ahead of the real time by so many milliseconds. */
  setClockAhead(milliseconds: number): void;
  close(): Promise<void>;
}

/**
 * Starts the local BigQuery: its REST v2 interface over an embedded store.
 * @throws Error if the port is taken, or the data folder is in use by another process, damaged, or on a full disk
 */
export async function startBigQuery(options: BigQueryOptions): Promise<RunningBigQuery> {
  try {
    return await startOverStore(options);
  } catch (error) {
    throw explainDiskFailure(error, options.dataDirectory ?? options.gcsDirectory, 'The local BigQuery');
  }
}

async function startOverStore(options: BigQueryOptions): Promise<RunningBigQuery> {
  const { port, host = '127.0.0.1', projectId = 'local', dataDirectory, onCommit, log = () => {} } = options;
  const store = openStore({ projectId, dataDirectory, log, onCommit });
  let engine: SqlEngine | undefined;
  let aheadMs: number | undefined;
  const now = () => (aheadMs === undefined ? undefined : new Date(Date.now() + aheadMs));
  try {
    const limits = options.limits && createLimits(options.limits);
    let jobs: Jobs | undefined;
    engine = await startSqlEngine({
      store,
      now,
      gate: limits?.gate,
      sharesEngine: options.sharesEngine,
      jobs: () => (jobs?.recent() ?? []).map(jobRow),
      exportRows: (table, { uri, format, ...rest }) =>
        runExtract(table, options.gcsDirectory, {
          sourceTable: { datasetId: '', tableId: 'query' },
          destinationUri: uri,
          destinationFormat: format,
          ...rest,
        }),
      loadFiles: (table, load) => loadFiles(store, options.gcsDirectory, table, load),
    });
    const served = await serve(store, engine, options, limits, log);
    jobs = served.jobs;
    const bound = await listen(served.server, port, host);
    return {
      port: bound,
      url: `http://${host}:${bound}`,
      setAvailable: served.setAvailable,
      setClockAhead: (milliseconds) => {
        aheadMs = milliseconds;
      },
      close: () => stop(served, engine, store),
    };
  } catch (error) {
    await engine?.close();
    await store.close();
    throw error;
  }
}

interface Served {
  readonly server: Server;
  readonly jobs: Jobs;
  readonly setAvailable: (isAvailable: boolean) => void;
}

/** How long requests under way may delay the end. */
const closingMilliseconds = 5_000;

async function serve(
  store: Store,
  engine: SqlEngine,
  { host, hosts = [], dataDirectory, gcsDirectory, faults, infersNoLocation }: BigQueryOptions,
  limits: Limits | undefined,
  log: (line: string) => void,
): Promise<Served> {
  const results = createQueryResults();
  const jobFolder = dataDirectory === undefined ? undefined : join(dataDirectory, 'jobs');
  const openBook = openJobBook(jobFolder, nodeDisk, results);
  const jobs = await openJobs({
    store,
    engine,
    openBook,
    results,
    gcsDirectory,
    log,
    defaultLocation: infersNoLocation ? 'US' : undefined,
    slowLoad: limits?.load,
  });
  const defined = limits?.limitMetadata(store) ?? store;
  const streaming = insertAllRoutes(store);
  const routes = [
    ...datasetRoutes(defined),
    ...tableRoutes(defined, engine),
    ...tableDataRoutes(store),
    ...routineRoutes(defined, engine),
    ...absentResourceRoutes(store),
    ...(limits?.slowStreaming(streaming) ?? streaming),
    ...jobRoutes(store, jobs),
    ...queryRoutes({ store, jobs, results }),
    ...storageRoutes(gcsDirectory),
    ...discoveryRoutes(),
    ...tokenRoutes(),
    ...projectRoutes(store),
  ];
  const names = host === undefined ? hosts : [host, ...hosts];
  const border = faults && faultBorder(faults, store.projectId);
  const { server, setAvailable } = withAvailability(border, (outer) =>
    createRestServer(routes, log, names, outer),
  );
  return { server, jobs, setAvailable };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new Error(`Port ${port} is in use: stop what uses it, or choose another port`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(address.port);
    });
  });
}

/** Answers what is under way, lets jobs come to their end, then stops. */
async function stop({ server, jobs }: Served, engine: SqlEngine | undefined, store: Store): Promise<void> {
  const forced = setTimeout(() => server.closeAllConnections(), closingMilliseconds);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(forced);
  await jobs.close();
  await store.close();
  await engine?.close();
}
