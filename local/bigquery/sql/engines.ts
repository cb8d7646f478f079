import type { KnownPlan } from './analyse/query-plan';
import { loadDialect } from './engine/dialect';
import { startEngineClient } from './engine/engine-client';
import { lru } from './engine/lru';
import type { EngineContext } from './engine-context';
import { createParser } from './parse/parser';

/** A native engine, and what was analysed with it. None of that belongs to one server's tables. */
export type Engine = Omit<
  EngineContext,
  'gate' | 'lighterFrom' | 'throwIfStopped' | 'exportRows' | 'loadFiles'
>;

const cachedPlans = 1000;
/** Engines that a server of this process has left to the next. */
const left: Engine[] = [];

/** Starts the native engine. */
export async function startEngine(): Promise<Engine> {
  const client = await startEngineClient();
  const dialect = await loadDialect(client);
  return {
    client,
    dialect,
    parser: createParser(client, dialect),
    plans: lru<Promise<KnownPlan>>(cachedPlans),
    checks: lru<Promise<void>>(cachedPlans),
  };
}

/** An engine that another server has left, or else a new one. */
export const takeEngine = async (): Promise<Engine> => left.pop() ?? startEngine();

/** Leaves an engine to the next server of this process. Until there is one, it does not keep the process alive. */
export async function leaveEngine(engine: Engine): Promise<void> {
  left.push(engine);
}
