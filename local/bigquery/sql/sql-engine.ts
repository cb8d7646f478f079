import type { SqlEngine, SqlRequest, StatementGate, TableSnapshot, TableStore } from '../model';
import type { QueryPlan } from './analyse/query-plan';
import { loadDialect } from './engine/dialect';
import { startEngineClient } from './engine/engine-client';
import { lru } from './engine/lru';
import type { EngineContext } from './engine-context';
import { createParser } from './parse/parser';
import { readParameters } from './read-parameters';
import { runScript, type ScriptManner } from './run-script';
import { type Scope, tableKey } from './scope';

export interface SqlEngineOptions {
  readonly store: TableStore;
  /**
   * The clock behind CURRENT_TIMESTAMP and its like; without an answer, the engine's own, which has
   * microseconds.
   */
  readonly now?: (() => Date | undefined) | undefined;
  /** What statements pass through before and while they run. */
  readonly gate?: StatementGate | undefined;
}

export interface LocalSqlEngine extends SqlEngine {
  /** The process id of the native engine that runs now. */
  readonly pid: () => number;
}

const cachedPlans = 1000;

/** Starts the native engine, which evaluates SQL over the store's tables. Ready within about a second. */
export async function startSqlEngine({ store, now, gate }: SqlEngineOptions): Promise<LocalSqlEngine> {
  const client = await startEngineClient();
  const dialect = await loadDialect(client);
  const context: EngineContext = {
    client,
    dialect,
    parser: createParser(client, dialect),
    plans: lru<Promise<QueryPlan>>(cachedPlans),
    checks: lru<Promise<void>>(cachedPlans),
    gate,
  };
  const execute = async (request: SqlRequest, manner: ScriptManner) => {
    const script = await context.parser.script(request.sql);
    return runScript(context, scopeOf(request, store, now), script, manner);
  };
  return {
    run: (request) => execute(request, { dry: false, fault: request.scriptFault }),
    analyze: (request) => execute(request, { dry: true }),
    close: client.close,
    pid: client.pid,
  };
}

function scopeOf(request: SqlRequest, store: TableStore, now: SqlEngineOptions['now']): Scope {
  const foreseen = new Map<string, TableSnapshot | undefined>();
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
    store,
    now: now?.(),
  };
}
