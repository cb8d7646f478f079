import type { StatementGroup, StatementResult } from '../model';
import { runAssert } from './assert';
import { runAlterTable, runCreateTable, runDropTable } from './ddl/create-table';
import { runDelete, runTruncate } from './dml/delete';
import { runInsert } from './dml/insert';
import { runMerge } from './dml/merge';
import { runUpdate } from './dml/update';
import type { EngineContext } from './engine-context';
import type { ParsedStatement } from './parse/parser';
import { notImplemented } from './parse/query-errors';
import { type SqlText, slice } from './parse/sql-text';
import type { Scope } from './scope';
import { runSelect } from './select';

/** As what a statement counts, by its kind; a query where it is not here. */
const groups: Readonly<Record<string, StatementGroup>> = {
  astInsertStatementNode: 'insert',
  astUpdateStatementNode: 'mutation',
  astDeleteStatementNode: 'mutation',
  astTruncateStatementNode: 'mutation',
  astMergeStatementNode: 'mutation',
  astCreateTableStatementNode: 'definition',
  astDropStatementNode: 'definition',
  astAlterTableStatementNode: 'definition',
};

/** Runs one statement that is no part of the scripting language, or only analyses it. */
export async function runStatement(
  context: EngineContext,
  scope: Scope,
  script: SqlText,
  statement: ParsedStatement,
  dry: boolean,
): Promise<StatementResult> {
  if (dry || context.gate === undefined) return dispatch(context, scope, script, statement, dry);
  return context.gate.run(groups[statement.kind] ?? 'query', scope.store, (store) =>
    dispatch(context, { ...scope, store }, script, statement, dry),
  );
}

function dispatch(
  context: EngineContext,
  scope: Scope,
  script: SqlText,
  statement: ParsedStatement,
  dry: boolean,
): Promise<StatementResult> {
  const changing = { script, statement };
  switch (statement.kind) {
    case 'astQueryStatementNode':
      return runSelect(context, scope, slice(script, statement.span.start, statement.span.end), dry);
    case 'astInsertStatementNode':
      return runInsert(context, scope, changing, dry);
    case 'astUpdateStatementNode':
      return runUpdate(context, scope, changing, dry);
    case 'astDeleteStatementNode':
      return runDelete(context, scope, changing, dry);
    case 'astTruncateStatementNode':
      return runTruncate(context, scope, changing, dry);
    case 'astMergeStatementNode':
      return runMerge(context, scope, changing, dry);
    case 'astCreateTableStatementNode':
      return runCreateTable(context, scope, changing, dry);
    case 'astDropStatementNode':
      return runDropTable(context, scope, changing, dry);
    case 'astAlterTableStatementNode':
      return runAlterTable(context, scope, changing, dry);
    case 'astAssertStatementNode':
      return runAssert(context, scope, changing, dry);
    default:
      throw notImplemented(`The statement ${statementName(statement.kind)}`);
  }
}

/** `astCreateViewStatementNode` → `CREATE VIEW`. */
export function statementName(kind: string): string {
  const name = kind.replace(/^ast/, '').replace(/(Statement)?Node$/, '');
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase();
}
