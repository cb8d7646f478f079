import { BigQueryError } from '../errors';
import type { StatementResult } from '../model';
import { distinct } from './dml/insert';
import { child, children, type Node } from './engine/tree';
import type { EngineContext } from './engine-context';
import { type ParsedScript, type ParsedStatement, statementsOf } from './parse/parser';
import { notImplemented } from './parse/query-errors';
import type { SqlText } from './parse/sql-text';
import type { TypedValue } from './read-parameters';
import { runStatement } from './run-statement';
import type { Scope } from './scope';
import { assignVariable, conditionHolds, declareVariables } from './script-variables';

interface Run {
  readonly context: EngineContext;
  readonly script: SqlText;
  readonly dry: boolean;
  readonly results: StatementResult[];
}

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
  if (others.length === 0 && !isScripting(only)) return runStatement(context, scope, script.text, only, dry);
  const run: Run = { context, script: script.text, dry, results: [] };
  await runBlock(run, scope, script.statements);
  return scriptResult(run.results);
}

const scriptingKinds = new Set([
  'astVariableDeclarationNode',
  'astSingleAssignmentNode',
  'astBeginEndBlockNode',
  'astIfStatementNode',
]);

function isScripting({ kind }: ParsedStatement): boolean {
  return scriptingKinds.has(kind);
}

/** A block's variables end with it; what it assigns to outer ones stays. */
async function runBlock(run: Run, outer: Scope, statements: readonly ParsedStatement[]): Promise<void> {
  const own = new Set<string>();
  const variables = new Map<string, TypedValue>(outer.variables);
  const scope: Scope = { ...outer, variables };
  for (const statement of statements)
    for (const name of await runScripting(run, scope, variables, statement)) own.add(name);
  for (const [name, value] of variables) if (!own.has(name)) outer.variables.set(name, value);
}

/** Runs one statement; gives the names that it declares. */
async function runScripting(
  run: Run,
  scope: Scope,
  variables: Map<string, TypedValue>,
  statement: ParsedStatement,
): Promise<readonly string[]> {
  const { node } = statement;
  const changing = { script: run.script, statement };
  switch (statement.kind) {
    case 'astVariableDeclarationNode':
      return declareVariables(run.context, scope, variables, changing, run.dry);
    case 'astSingleAssignmentNode':
      await assignVariable(run.context, scope, variables, changing, run.dry);
      return [];
    case 'astBeginEndBlockNode':
      if (child(node, 'handlerList') !== undefined) throw notImplemented('EXCEPTION WHEN ERROR');
      await runBlock(run, scope, statementsOf(child(node, 'statementListNode')));
      return [];
    case 'astIfStatementNode':
      await runIf(run, scope, node, statement);
      return [];
    default:
      run.results.push(await runStatement(run.context, scope, run.script, statement, run.dry));
      return [];
  }
}

async function runIf(run: Run, scope: Scope, node: Node, statement: ParsedStatement): Promise<void> {
  const branches = [
    { condition: node.condition, list: child(node, 'thenList') },
    ...children(child(node, 'elseifClauses'), 'elseifClauses').map((clause) => ({
      condition: clause.condition,
      list: child(clause, 'body'),
    })),
  ];
  for (const { condition, list } of branches) {
    const holds = await conditionHolds(
      run.context,
      scope,
      { script: run.script, statement },
      condition,
      run.dry,
    );
    if (!holds && !run.dry) continue;
    await runBlock(run, scope, statementsOf(list));
    if (!run.dry) return;
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
    referencedTables: results.flatMap((result) => result.referencedTables).filter(distinct),
    bytesProcessed: results.reduce((sum, result) => sum + result.bytesProcessed, 0),
    statements: results,
  };
}
