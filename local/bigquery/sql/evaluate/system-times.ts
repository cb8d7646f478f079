import { planQuery } from '../analyse/plan-query';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { derived } from '../parse/sql-text';
import type { Scope } from '../scope';

/**
 * FOR SYSTEM_TIME AS OF: only present states are kept, so that a time is one since the table was last changed, or is
 * refused.
 * @param evaluateTime evaluates a query that gives the time
 * @throws BigQueryError `notImplemented`, `invalidQuery` for a time to come
 */
export async function checkSystemTimes(
  context: EngineContext,
  { systemTimes, tables }: QueryPlan,
  scope: Scope,
  evaluateTime: (plan: QueryPlan) => Promise<readonly (readonly unknown[])[]>,
): Promise<void> {
  for (const { fullName, expression } of systemTimes) {
    const reference = tables.find((table) => table.fullName === fullName)?.reference;
    const changed = reference && scope.read(reference)?.modifiedTime;
    const text = derived(expression, `SELECT UNIX_MICROS(TIMESTAMP(${expression.bytes}\n))`);
    const [row] = await evaluateTime(await planQuery(context, { text, scope }));
    const time = Number(row?.[0] ?? Number.NaN) / 1000;
    if (Number.isNaN(time)) throw invalidQuery('The time of FOR SYSTEM_TIME AS OF is null', expression, 0);
    if (changed !== undefined && time < changed)
      throw notImplemented(`FOR SYSTEM_TIME AS OF a time before the last change of ${reference?.tableId}`);
  }
}
