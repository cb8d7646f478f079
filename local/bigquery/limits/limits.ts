import { setTimeout } from 'node:timers/promises';
import type { StatementGate, TableReference, TableStore } from '../model';
import type { RestRoute } from '../rest/router';
import { fullTableName } from '../store/reference-names';
import type { Store } from '../store/store';
import { createLatency, defaultLatencies, type Latencies, type Latency, type Pause } from './latency';
import { tooManyDatasetUpdates, tooManyDml, tooManyOutstanding, tooManyTableUpdates } from './limit-errors';
import { type Decide, mutateOptimistically } from './optimistic';
import { createRateLimit, perKey } from './rate';
import { createSlots } from './slots';

/** Latencies that differ from the defaults. */
export interface LimitOptions extends Partial<Latencies> {
  /** Of the latencies' jitter; 0 unless given. */
  readonly seed?: number;
  /** How a latency is waited for; a timer unless given. */
  readonly pause?: Pause;
  /**
   * Milliseconds that never go back, by which the rates' windows are measured; the process's own unless
   * given.
   */
  readonly now?: Clock;
}

/**
 * BigQuery's documented limits (https://cloud.google.com/bigquery/quotas,
 * https://cloud.google.com/bigquery/docs/data-manipulation-language) and latencies, imposed from outside on a
 * server that has none. Every table counts as one partition.
 */
export interface Limits {
  /** Of each statement that the SQL engine runs. */
  readonly gate: StatementGate;
  /** The store as the REST interface is to see it: metadata updates of datasets and tables are limited. */
  limitMetadata(store: Store): Store;
  /** Routes whose calls take as long as a streaming insert. */
  slowStreaming(routes: readonly RestRoute[]): readonly RestRoute[];
  /** Runs a load or extract job, which takes its time. */
  load<T>(work: () => Promise<T>): Promise<T>;
}

const tenSeconds = 10_000;
const day = 24 * 60 * 60 * 1000;
const dmlPerTenSeconds = 25;
const metadataPerTenSeconds = 5;
const mutationSlots = { running: 2, queued: 20 };
/** So many INSERTs of a day start at once; later ones take turns. */
const insertsAtOnce = 1_500;
const insertSlots = { running: 10, queued: 100 };

type Clock = () => number;

export function createLimits(options: LimitOptions): Limits {
  const { seed = 0, pause = setTimeout, now = () => performance.now(), ...latencies } = options;
  const latency = createLatency({ ...defaultLatencies, ...latencies }, seed, pause);
  const tables = perKey(() => createTableLimits(latency, now));
  const datasets = perKey(() => createRateLimit(metadataPerTenSeconds, tenSeconds, now));
  const limitTables = <S extends TableStore>(store: S): S => ({
    ...store,
    async mutate(reference, decide) {
      if (!tables(fullTableName(reference)).mayUpdateMetadata()) throw tooManyTableUpdates();
      return store.mutate(reference, decide);
    },
  });
  const takeDataset = (datasetId: string) => {
    if (!datasets(datasetId).take()) throw tooManyDatasetUpdates();
  };
  const taking = async <T>(kind: keyof Latencies, work: () => Promise<T> | T): Promise<T> => {
    const over = latency.begin(kind);
    const result = await work();
    await over();
    return result;
  };

  return {
    gate: {
      run(group, store, work) {
        if (group === 'query') return taking('queryMs', () => work(store));
        if (group === 'definition') return taking('ddlMs', () => work(limitTables(store)));
        return work({
          ...store,
          mutate: (reference, decide) =>
            tables(fullTableName(reference)).dml(group, store, reference, decide),
        });
      },
      beginScript: () => latency.begin('scriptMs')(),
    },
    limitMetadata: (store) => ({
      ...limitTables(store),
      async createDataset(datasetId, location, properties) {
        takeDataset(datasetId);
        return store.createDataset(datasetId, location, properties);
      },
      async updateDataset(reference, decide) {
        takeDataset(reference.datasetId);
        return store.updateDataset(reference, decide);
      },
      async deleteDataset(reference, withContents) {
        takeDataset(reference.datasetId);
        return store.deleteDataset(reference, withContents);
      },
      async undeleteDataset(reference) {
        takeDataset(reference.datasetId);
        return store.undeleteDataset(reference);
      },
    }),
    slowStreaming: (routes) =>
      routes.map((route) => ({
        ...route,
        handle: (request) => taking('streamingMs', () => route.handle(request)),
      })),
    // The wait comes first, so that a job that is cancelled meanwhile has no effect.
    load: async (work) => {
      await latency.begin('loadMs')();
      return work();
    },
  };
}

/** The limits of one table. */
function createTableLimits(latency: Latency, now: Clock) {
  const dmlRate = createRateLimit(dmlPerTenSeconds, tenSeconds, now);
  const metadataRate = createRateLimit(metadataPerTenSeconds, tenSeconds, now);
  const earlyInserts = createRateLimit(insertsAtOnce, day, now);
  const mutations = createSlots(mutationSlots);
  const inserts = createSlots(insertSlots);
  return {
    mayUpdateMetadata: () => metadataRate.take(),
    async dml<T>(
      group: 'insert' | 'mutation',
      store: TableStore,
      reference: TableReference,
      decide: Decide<T>,
    ): Promise<T> {
      if (!dmlRate.take()) throw tooManyDml(group === 'insert' ? 'insert' : 'update');
      const work = () => mutateOptimistically(store, reference, decide, () => latency.begin('dmlMs'));
      if (group === 'insert' && earlyInserts.take()) return work();
      const { slots, queued } =
        group === 'insert'
          ? { slots: inserts, queued: insertSlots.queued }
          : { slots: mutations, queued: mutationSlots.queued };
      return slots.run(work, () => tooManyOutstanding(reference, queued));
    },
  };
}
