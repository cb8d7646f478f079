import { BigQueryError } from '../bigquery-error';
import type { StatementResult } from '../model';
import { checkStatement } from './analyse/analyse-statement';
import { planQuery } from './analyse/plan-query';
import { referencedTables } from './analyse/query-plan';
import { child, spanOf, stringAt, unwrap } from './engine/tree';
import type { StatementRun } from './engine-context';
import { bytesProcessed } from './evaluate/bytes-processed';
import { evaluateUnlessDry } from './evaluate/check-evaluable';
import { bytesAt, derived } from './parse/sql-text';

/** ASSERT: fails with its description unless its expression is true. */
export async function runAssertStatement(run: StatementRun): Promise<StatementResult> {
  const { context, scope, script, statement, dry } = run;
  await checkStatement(run);
  const { node, span } = statement;
  const expression = bytesAt(script, spanOf(unwrap(node.expr)?.node) ?? span);
  const text = derived(script, `SELECT (${expression}\n)`, span.start);
  const plan = await planQuery(context, { text, scope });
  const [row] = await evaluateUnlessDry(context, plan, scope, dry);
  if (!dry) {
    if (row?.[0] !== 'true') throw new BigQueryError('invalidQuery', failure(node), 'query');
  }
  return {
    statementType: 'ASSERT',
    referencedTables: referencedTables([plan]),
    bytesProcessed: bytesProcessed([plan], scope),
  };
}

function failure(node: unknown): string {
  return stringAt(child(node, 'description'), 'stringValue') ?? 'Assertion failed';
}
