import { BigQueryError, ScriptError } from '../bigquery-error';
import type { ScriptFault, StatementResult } from '../model';
import { distinctTables } from './analyse/query-plan';
import { runStatement } from './dispatch-statement';
import { child, children } from './engine/tree';
import type { EngineContext, StatementRun } from './engine-context';
import { type ParsedScript, type ParsedStatement, statementsOf } from './parse/parser';
import { notImplemented } from './parse/query-errors';
import type { Scope, TypedValue } from './scope';
import { assignVariable, conditionHolds, declareVariables } from './script-variables';

/** What a script's statements share; their results gather here. */
interface ScriptRun extends Omit<StatementRun, 'scope' | 'statement'> {
  readonly results: StatementResult[];
}

/** How a script is run. */
export interface ScriptManner {
  /** Only analysed. */
  readonly dry: boolean;
  readonly fault?: ScriptFault | undefined;
}

/** Runs a script's statements one after the other; a single statement is its own result. */
export async function runScript(
  context: EngineContext,
  scope: Scope,
  script: ParsedScript,
  { dry, fault }: ScriptManner,
): Promise<StatementResult> {
  const [only, ...others] = script.statements;
  if (only === undefined)
    throw new BigQueryError('invalidQuery', 'Syntax error: Unexpected end of script', 'query');
  const run: ScriptRun = { context, script: script.text, dry, results: [] };
  if (others.length === 0 && !scriptingKinds.has(only.kind))
    return runStatement({ ...run, scope, statement: only });
  try {
    if (!dry) await context.gate?.beginScript();
    if (fault === 'before') throw failureOnPurpose();
    await runBlock(run, scope, script.statements);
    if (fault === 'after') throw failureOnPurpose();
    return scriptResult(run.results);
  } catch (error) {
    throw error instanceof BigQueryError ? new ScriptError(error) : error;
  }
}

/** BigQuery's words where the cause is its own. https://cloud.google.com/bigquery/docs/error-messages */
function failureOnPurpose(): BigQueryError {
  return new BigQueryError(
    'jobInternalError',
    'An internal error occurred and the request could not be completed. This is usually caused by a transient issue. Retrying the job with back-off as described in the BigQuery SLA should solve the problem.',
  );
}

const scriptingKinds = new Set([
  'astVariableDeclarationNode',
  'astSingleAssignmentNode',
  'astBeginEndBlockNode',
  'astIfStatementNode',
]);

/** A block's variables end with it; what it assigns to outer ones stays. */
async function runBlock(run: ScriptRun, outer: Scope, statements: readonly ParsedStatement[]): Promise<void> {
  const own = new Set<string>();
  const variables = new Map<string, TypedValue>(outer.variables);
  const scope: Scope = { ...outer, variables };
  for (const statement of statements)
    for (const name of await runScripting(run, { ...run, scope, statement })) own.add(name);
  for (const [name, value] of variables) if (!own.has(name)) outer.variables.set(name, value);
}

/** Runs one statement. Returns the names that it declares. */
async function runScripting(run: ScriptRun, inBlock: StatementRun): Promise<readonly string[]> {
  const { kind, node } = inBlock.statement;
  switch (kind) {
    case 'astVariableDeclarationNode':
      return declareVariables(inBlock);
    case 'astSingleAssignmentNode':
      await assignVariable(inBlock);
      return [];
    case 'astBeginEndBlockNode':
      if (child(node, 'handlerList') !== undefined) throw notImplemented('EXCEPTION WHEN ERROR');
      await runBlock(run, inBlock.scope, statementsOf(child(node, 'statementListNode')));
      return [];
    case 'astIfStatementNode':
      await runIf(run, inBlock);
      return [];
    default:
      run.results.push(await runStatement(inBlock));
      return [];
  }
}

/** A dry run looks at every branch. */
async function runIf(run: ScriptRun, inBlock: StatementRun): Promise<void> {
  const { scope, statement, dry } = inBlock;
  const { node } = statement;
  const branches = [
    { condition: node.condition, list: child(node, 'thenList') },
    ...children(child(node, 'elseifClauses'), 'elseifClauses').map((clause) => ({
      condition: clause.condition,
      list: child(clause, 'body'),
    })),
  ];
  for (const { condition, list } of branches) {
    const holds = await conditionHolds(inBlock, condition);
    if (!holds && !dry) continue;
    await runBlock(run, scope, statementsOf(list));
    if (!dry) return;
  }
  const otherwise = child(node, 'elseList');
  if (otherwise !== undefined) await runBlock(run, scope, statementsOf(otherwise));
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
