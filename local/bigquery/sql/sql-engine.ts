import type { SqlEngine, SqlRequest, StatementGate, TableSnapshot, TableStore } from '../model';
import type { EngineClient } from './engine/engine-client';
import { createTakeTurns, type TakeTurns } from './engine/turns';
import type { EngineContext, ExportRows, LoadFiles } from './engine-context';
import { leaveEngine, startEngine, takeEngine } from './engines';
import type { JobRow } from './information-schema/job-rows';
import { withInformationSchema } from './information-schema/read-views';
import { readParameters } from './read-parameters';
import { type Scope, tableKey } from './scope';
import { runScript, type ScriptManner } from './script/run-script';

export interface SqlEngineOptions {
  readonly store: TableStore;
  /** Writes what EXPORT DATA gives it; absent: that is not supported. */
  readonly exportRows?: ExportRows | undefined;
  /** Reads the files that LOAD DATA names; absent: that is not supported. */
  readonly loadFiles?: LoadFiles | undefined;
  /** What INFORMATION_SCHEMA.JOBS shows; absent: nothing. */
  readonly jobs?: (() => readonly JobRow[]) | undefined;
  /**
   * The clock behind CURRENT_TIMESTAMP and its like; without an answer, the engine's own, which has
   * microseconds.
   */
  readonly now?: (() => Date | undefined) | undefined;
  /** What statements pass through before and while they run. */
  readonly gate?: StatementGate | undefined;
  /** Takes the native engine that an earlier one of this process has left, and leaves it to the next. */
  readonly sharesEngine?: boolean | undefined;
  /** From how many rows on queries inside expressions are evaluated as joins, for tests that compare both. */
  readonly lighterFrom?: number | undefined;
}

export interface LocalSqlEngine extends SqlEngine {
  /** The process id of the native engine that runs now. */
  readonly pid: () => number;
}

/** Starts the native engine, which evaluates SQL over the store's tables. Ready within about a second. */
export async function startSqlEngine(options: SqlEngineOptions): Promise<LocalSqlEngine> {
  const { now, gate, lighterFrom, exportRows, loadFiles, sharesEngine = false, jobs = () => [] } = options;
  const store = withInformationSchema(options.store, jobs);
  const engine = await (sharesEngine ? takeEngine() : startEngine());
  const context: EngineContext = { ...engine, gate, lighterFrom, exportRows, loadFiles };
  const takeTurns = createTakeTurns();
  const execute = async (request: SqlRequest, manner: ScriptManner) => {
    const script = await context.parser.script(request.sql);
    const ofRequest = {
      ...context,
      client: clientOf(context.client, request, takeTurns),
      throwIfStopped: () => request.signals?.stopped.throwIfAborted(),
    };
    return runScript(ofRequest, scopeOf(request, store, now), script, manner);
  };
  return {
    run: (request) => execute(request, { dry: false, fault: request.scriptFault }),
    analyze: (request) => execute(request, { dry: true }),
    close: () => (sharesEngine ? leaveEngine(engine) : engine.client.close()),
    pid: engine.client.pid,
  };
}

/**
 * The engine's time is shared by dataset: a dataset with many statements does not keep others waiting. Of what a
 * request asks of the engine, evaluations can be stopped; others' requests may wait for the same analysis.
 */
function clientOf(client: EngineClient, request: SqlRequest, takeTurns: TakeTurns): EngineClient {
  const turn = request.defaultDataset?.datasetId ?? '';
  return {
    ...client,
    call: (method, message) => takeTurns(turn, () => client.call(method, message)),
    callEncoded(method, message, session) {
      const signals = method === 'EvaluateQuery' ? request.signals : undefined;
      return takeTurns(turn, () => client.callEncoded(method, message, session, signals));
    },
  };
}

function scopeOf(request: SqlRequest, store: TableStore, now: SqlEngineOptions['now']): Scope {
  const foreseen = new Map<string, TableSnapshot | undefined>();
  const foreseenDatasets = new Set<string>();
  return {
    projectId: request.projectId,
    defaultDataset: request.defaultDataset,
    parameters: readParameters(request.parameters),
    variables: new Map(),
    read: (reference) => {
      const key = tableKey(reference);
      return foreseen.has(key) ? foreseen.get(key) : store.read(reference);
    },
    foreseen,
    foreseenDatasets,
    store: {
      ...store,
      hasDataset: (dataset) => foreseenDatasets.has(dataset.datasetId) || store.hasDataset(dataset),
    },
    now: now?.(),
  };
}
