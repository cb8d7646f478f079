import { BigQueryError } from '../errors';
import type { StatementResult } from '../model';
import type { EngineContext } from './context';
import { distinct } from './insert';
import type { ParsedScript } from './parse';
import type { Scope } from './scope';
import { runStatement } from './statement';

/** Runs a script's statements one after the other; a single statement is its own result. */
export async function runScript(
  context: EngineContext,
  scope: Scope,
  script: ParsedScript,
  dry: boolean,
): Promise<StatementResult> {
  const [only, ...others] = script.statements;
  if (only === undefined)
    throw new BigQueryError('invalidQuery', 'Syntax error: Unexpected end of script', 'query');
  if (others.length === 0) return runStatement(context, scope, script.text, only, dry);
  const results: StatementResult[] = [];
  for (const statement of script.statements)
    results.push(await runStatement(context, scope, script.text, statement, dry));
  return scriptResult(results);
}

export function scriptResult(results: readonly StatementResult[]): StatementResult {
  const last = results.at(-1);
  return {
    statementType: 'SCRIPT',
    ...(last?.schema && { schema: last.schema }),
    ...(last?.rows && { rows: last.rows }),
    referencedTables: results.flatMap((result) => result.referencedTables).filter(distinct),
    bytesProcessed: results.reduce((sum, result) => sum + result.bytesProcessed, 0),
    statements: results,
  };
}
