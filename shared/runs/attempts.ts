import { classifyFailure, isPassing } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { withdrawStatements } from '../sql/runs/withdraw-runs';

/**
 * Makes the last attempt's word final. A statement that was not answered may still take its turn, long after
 * its repeat was answered: it would admit a run that was refused, or one that is over. So each attempt has an
 * id, and before a tenant's next attempt those whose end is not known are withdrawn: the tenant row then says
 * that they change nothing any more.
 */
export interface Attempts {
  /** Does one attempt, under a new id. Throws its error, or that of the withdrawal of those before it. */
  readonly next: <T>(tenantId: string, attempt: (statementId: string) => Promise<T>) => Promise<T>;
}

export interface AttemptsDependencies {
  readonly runStatement: RunStatement;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** In milliseconds. */
const longestWithdrawalMs = 5_000;
/** Of one tenant. An attempt lasts seconds, and its tenant's next one withdraws it: more are never left. */
const mostKept = 100;

export function createAttempts({ runStatement, newId, now }: AttemptsDependencies): Attempts {
  const unknown = new Map<string, readonly string[]>();

  const withdraw = async (tenantId: string, statement_ids: readonly string[]): Promise<void> => {
    const parameters = { tenant_id: tenantId, statement_ids, now: now() };
    await runStatement(tenantId, withdrawStatements, parameters, { timeoutMs: longestWithdrawalMs });
  };

  return {
    next: async (tenantId, attempt) => {
      const before = unknown.get(tenantId);
      if (before !== undefined) {
        await withdraw(tenantId, before);
        unknown.delete(tenantId);
      }
      const statementId = newId();
      try {
        return await attempt(statementId);
      } catch (error) {
        if (mayTakeEffect(error))
          unknown.set(tenantId, [...(unknown.get(tenantId) ?? []), statementId].slice(-mostKept));
        throw error;
      }
    },
  };
}

/** A conflict is BigQuery's own answer that nothing was changed, and so is any error that lasts. */
function mayTakeEffect(error: unknown): boolean {
  const failure = classifyFailure(error);
  return isPassing(failure) && failure.kind !== 'conflict';
}
