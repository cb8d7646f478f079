import type { StatementGate } from '../model';
import type { EngineClient } from './client';
import type { Language } from './language';
import type { Parser } from './parse';
import type { QueryPlan } from './plan';

/** What all statements share: the engine, the dialect, and what has been analysed before. */
export interface EngineContext {
  readonly client: EngineClient;
  readonly language: Language;
  readonly parser: Parser;
  readonly plans: (key: string, make: () => Promise<QueryPlan>) => Promise<QueryPlan>;
  readonly gate: StatementGate | undefined;
  readonly checks: (key: string, make: () => Promise<void>) => Promise<void>;
}
