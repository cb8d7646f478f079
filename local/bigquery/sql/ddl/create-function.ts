import type { StatementResult } from '../../model';
import { child, isNode, stringAt } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';

/** CREATE TEMP FUNCTION: its body stands in place of its calls by now. */
export async function runCreateFunction({ statement }: StatementRun): Promise<StatementResult> {
  const { node } = statement;
  const language = stringAt(child(node, 'parent', 'language'), 'idString');
  if (language !== undefined) throw notImplemented(`CREATE FUNCTION … LANGUAGE ${language}`);
  if (stringAt(child(node, 'parent', 'parent'), 'scope') !== 'TEMPORARY')
    throw notImplemented('CREATE FUNCTION without TEMP');
  if (node.isAggregate === true) throw notImplemented('CREATE AGGREGATE FUNCTION');
  if (!isNode(node.sqlFunctionBody)) throw notImplemented('CREATE FUNCTION without an expression');
  return { statementType: 'CREATE_FUNCTION', referencedTables: [], bytesProcessed: 0 };
}
