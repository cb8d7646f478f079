import type { StatementGate } from '../model';
import type { QueryPlan } from './analyse/plan-query';
import type { Language } from './engine/dialect';
import type { EngineClient } from './engine/engine-client';
import type { Parser } from './parse/parser';

/** What all statements share: the engine, the dialect, and what has been analysed before. */
export interface EngineContext {
  readonly client: EngineClient;
  readonly language: Language;
  readonly parser: Parser;
  readonly plans: (key: string, make: () => Promise<QueryPlan>) => Promise<QueryPlan>;
  readonly gate: StatementGate | undefined;
  readonly checks: (key: string, make: () => Promise<void>) => Promise<void>;
}
