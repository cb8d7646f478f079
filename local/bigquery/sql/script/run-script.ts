import { BigQueryError, ScriptError } from '../../bigquery-error';
import type { ScriptFault, StatementResult } from '../../model';
import { distinctTables } from '../analyse/query-plan';
import { runStatement } from '../dispatch-statement';
import type { EngineContext } from '../engine-context';
import type { ParsedScript } from '../parse/parser';
import { type Scope, tableKey } from '../scope';
import { runBlock, scriptingKinds } from './blocks';
import type { ScriptRun } from './script-run';
import { scriptStore } from './script-store';
import { systemPrefix, systemVariables } from './system-variables';

/** How a script is run. */
export interface ScriptManner {
  /** Only analysed. */
  readonly dry: boolean;
  readonly fault?: ScriptFault | undefined;
}

/** Runs a script's statements one after the other; a single statement is its own result. */
export async function runScript(
  context: EngineContext,
  given: Scope,
  script: ParsedScript,
  { dry, fault }: ScriptManner,
): Promise<StatementResult> {
  const usesSystem = script.text.bytes.includes(systemPrefix);
  const scope = usesSystem ? { ...given, variables: systemVariables(given) } : given;
  const [only, ...others] = script.statements;
  if (only === undefined)
    throw new BigQueryError('invalidQuery', 'Syntax error: Unexpected end of script', 'query');
  const store = scriptStore(scope.store);
  const run: ScriptRun = { context, script: script.text, dry, results: [], store, runBlock };
  if (others.length === 0 && !scriptingKinds.has(only.kind))
    return runStatement({ ...run, scope, statement: only });
  try {
    if (!dry) await context.gate?.beginScript();
    if (fault === 'before') throw failureOnPurpose();
    await runBlock(run, scopeOfScript(scope, store), script.statements);
    if (fault === 'after') throw failureOnPurpose();
    return scriptResult(run.results);
  } catch (error) {
    throw error instanceof BigQueryError ? new ScriptError(error) : error;
  }
}

/** A script sees its temporary tables, and what its open transaction has changed. */
function scopeOfScript(scope: Scope, store: ScriptRun['store']): Scope {
  const { foreseen } = scope;
  return {
    ...scope,
    store,
    read: (reference) => {
      const key = tableKey(reference);
      return foreseen.has(key) ? foreseen.get(key) : store.read(reference);
    },
    temporary: new Set(),
  };
}

/** BigQuery's words where the cause is its own. https://cloud.google.com/bigquery/docs/error-messages */
function failureOnPurpose(): BigQueryError {
  return new BigQueryError(
    'jobInternalError',
    'An internal error occurred and the request could not be completed. This is usually caused by a transient issue. Retrying the job with back-off as described in the BigQuery SLA should solve the problem.',
  );
}

function scriptResult(results: readonly StatementResult[]): StatementResult {
  const last = results.at(-1);
  return {
    statementType: 'SCRIPT',
    ...(last?.schema && { schema: last.schema }),
    ...(last?.rows && { rows: last.rows }),
    referencedTables: distinctTables(results.flatMap((result) => result.referencedTables)),
    bytesProcessed: results.reduce((sum, result) => sum + result.bytesProcessed, 0),
    statements: results,
  };
}
