import type { Cell, Row, StatementResult, TableSnapshot } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { child, span, text, unwrap } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { bytesProcessed, tableBytes } from '../evaluate/bytes-processed';
import { invalidQuery } from '../parse/query-errors';
import { derived, quotedPath, toBytes } from '../parse/sql-text';
import { rowColumn, type Scope } from '../scope';
import { referencedTables } from '../select';
import { assigner, assignmentsOf } from './assignments';
import {
  type ChangingStatement,
  changeOfRows,
  changeTable,
  check,
  targetPath,
  targetReference,
  textOf,
} from './change-table';
import { evaluateAssigned } from './evaluate-assigned';
import { distinct } from './insert';

/**
 * UPDATE, as a query over the target (and, crossed with it, the FROM clause) that gives each matching row's place and
 * its new values.
 */
export async function runUpdate(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const target = targetReference(scope, changing);
  return changeTable(scope, target, dry, async (current, inside) => {
    await check(context, inside, changing);
    const assignments = assignmentsOf(
      changing,
      child(changing.statement.node, 'updateItemList'),
      current.schema,
      targetAlias(changing),
    );
    const planned = (values: readonly string[]) => {
      const sql = matchingRows(changing, values);
      const query = derived(changing.script, sql, changing.statement.span.start);
      return planQuery(context, { text: query, scope: inside, target });
    };
    const plan = await planned(assignments.map(({ value }) => value));
    const found = dry
      ? []
      : await evaluateAssigned(context, inside, { plan, planned, assignments, rows: current.rows });
    const updated = updatedRows(found, assigner(current.schema, assignments), current, changing);
    return {
      change: changeOfRows(current.rows, updated, found.length > 0),
      result: {
        statementType: 'UPDATE',
        ...(!dry && { dmlStats: { insertedRowCount: 0, updatedRowCount: found.length, deletedRowCount: 0 } }),
        referencedTables: [target, ...referencedTables([plan])].filter(distinct),
        bytesProcessed: bytesProcessed([plan], inside) + tableBytes(current),
      },
    };
  });
}

/** The name that the target goes by in its statement. */
export function targetAlias(changing: ChangingStatement): string {
  const alias = text(child(changing.statement.node, 'alias', 'identifier'), 'idString');
  return alias ?? targetPath(changing).path.at(-1) ?? '';
}

/** `path AS alias` of the target. */
export function targetTable(changing: ChangingStatement): string {
  return `${toBytes(quotedPath(targetPath(changing).path))} AS ${toBytes(quotedPath([targetAlias(changing)]))}`;
}

/** The target comes last, so that the FROM clause keeps its own joins and sees no more names than it did. */
function matchingRows(changing: ChangingStatement, values: readonly string[]): string {
  const { node } = changing.statement;
  const alias = toBytes(quotedPath([targetAlias(changing)]));
  const from = span(child(node, 'fromClause', 'tableExpression') && fromNode(changing));
  const where = span(unwrap(node.where)?.node);
  const source = from === undefined ? '' : `${textOf(changing, from)}\nCROSS JOIN `;
  const condition = where === undefined ? 'TRUE' : textOf(changing, where);
  const list = [`${alias}.${rowColumn}`, ...values].join(', ');
  return `SELECT ${list} FROM ${source}${targetTable(changing)} WHERE (${condition}\n)`;
}

function fromNode(changing: ChangingStatement): unknown {
  return unwrap(child(changing.statement.node, 'fromClause', 'tableExpression'))?.node;
}

function updatedRows(
  found: readonly Row[],
  assign: (row: Row, values: readonly Cell[]) => Row,
  current: TableSnapshot,
  changing: ChangingStatement,
): readonly Row[] {
  const rows = [...current.rows];
  const seen = new Set<number>();
  for (const [place, ...values] of found) {
    const index = Number(place);
    if (seen.has(index)) throw severalSources(changing);
    seen.add(index);
    const row = current.rows[index];
    if (row !== undefined) rows[index] = assign(row, values);
  }
  return rows;
}

export function severalSources(changing: ChangingStatement): Error {
  return invalidQuery('UPDATE/MERGE must match at most one source row for each target row', changing.script);
}
