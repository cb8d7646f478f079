import { BigQueryError } from '../errors';
import type { StatementResult } from '../model';
import { planQuery } from './analyse/plan-query';
import { type ChangingStatement, check, textOf } from './dml/change-table';
import { child, span, text, unwrap } from './engine/tree';
import type { EngineContext } from './engine-context';
import { bytesProcessed } from './evaluate/bytes-processed';
import { evaluate } from './evaluate/evaluate';
import { derived } from './parse/sql-text';
import type { Scope } from './scope';
import { referencedTables } from './select';

/** ASSERT: fails with its description unless its expression is true. */
export async function runAssert(
  context: EngineContext,
  scope: Scope,
  asserting: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  await check(context, scope, asserting);
  const { node, span: place } = asserting.statement;
  const expression = textOf(asserting, span(unwrap(node.expr)?.node) ?? place);
  const query = derived(asserting.script, `SELECT (${expression}\n)`, place.start);
  const plan = await planQuery(context, { text: query, scope });
  if (!dry) {
    const [row] = await evaluate(context, plan, scope);
    if (row?.[0] !== 'true') throw new BigQueryError('invalidQuery', failure(node), 'query');
  }
  return {
    statementType: 'ASSERT',
    referencedTables: referencedTables([plan]),
    bytesProcessed: bytesProcessed([plan], scope),
  };
}

function failure(node: unknown): string {
  return text(child(node, 'description'), 'stringValue') ?? 'Assertion failed';
}
