import type { StatementResult } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { span, unwrap } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { bytesProcessed, tableBytes } from '../evaluate/bytes-processed';
import { evaluate } from '../evaluate/evaluate';
import { derived, quotedPath, toBytes } from '../parse/sql-text';
import { rowColumn, type Scope } from '../scope';
import { referencedTables } from '../select';
import {
  type ChangingStatement,
  changeOfRows,
  changeTable,
  check,
  targetReference,
  textOf,
} from './change-table';
import { distinct } from './insert';
import { targetAlias, targetTable } from './update';

/** DELETE, as a query that gives the places of the rows that go. */
export async function runDelete(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const target = targetReference(scope, changing);
  return changeTable(scope, target, dry, async (current, inside) => {
    await check(context, inside, changing);
    const where = span(unwrap(changing.statement.node.where)?.node);
    const condition = where === undefined ? 'TRUE' : textOf(changing, where);
    const alias = toBytes(quotedPath([targetAlias(changing)]));
    const sql = `SELECT ${alias}.${rowColumn} FROM ${targetTable(changing)} WHERE (${condition}\n)`;
    const query = derived(changing.script, sql, changing.statement.span.start);
    const plan = await planQuery(context, { text: query, scope: inside, target });
    const places = new Set(
      dry ? [] : (await evaluate(context, plan, inside)).map(([place]) => Number(place)),
    );
    const kept = current.rows.filter((_, index) => !places.has(index));
    return {
      change: changeOfRows(current.rows, kept, places.size > 0),
      result: {
        statementType: 'DELETE',
        ...(!dry && { dmlStats: { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: places.size } }),
        referencedTables: [target, ...referencedTables([plan])].filter(distinct),
        bytesProcessed: bytesProcessed([plan], inside) + tableBytes(current),
      },
    };
  });
}

/** TRUNCATE TABLE. */
export async function runTruncate(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const target = targetReference(scope, changing);
  return changeTable(scope, target, dry, async (current, inside) => {
    await check(context, inside, changing);
    const deletedRowCount = current.rows.length;
    return {
      change: changeOfRows(current.rows, [], deletedRowCount > 0),
      result: {
        statementType: 'TRUNCATE_TABLE',
        ...(!dry && { dmlStats: { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount } }),
        referencedTables: [target],
        bytesProcessed: 0,
      },
    };
  });
}
