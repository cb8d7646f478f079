import type { Row } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import type { RowSource } from '../evaluate/encode-request';
import { evaluate, TooLargeError } from '../evaluate/evaluate';
import type { Scope } from '../scope';

const reserve = 1.15;

/**
 * Evaluates a query over some of the rows of its one table at a time: as many as fit. The results follow one
 * another, so the query must be one for which that is right.
 * @param units what must stay together, each as the places of its rows
 * @throws TooLargeError where a single unit does not fit
 */
export async function evaluatePieces(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  rows: readonly Row[],
  units: readonly (readonly number[])[],
): Promise<readonly Row[]> {
  const [table, ...others] = plan.tables;
  if (table === undefined || others.length > 0) throw new Error('A query in pieces reads one table');
  let requests: number;
  try {
    const source = sourceOf(rows, units);
    return await evaluate(context, plan, scope, new Map([[table.fullName, source]]));
  } catch (error) {
    if (!(error instanceof TooLargeError) || units.length < 2) throw error;
    requests = error.requests;
  }
  // Units differ in size, so a little less than what fits on average.
  const each = Math.max(1, Math.floor(units.length / Math.max(2, requests * reserve)));
  const found: Row[] = [];
  for (let start = 0; start < units.length; start += each)
    for (const row of await evaluatePieces(context, plan, scope, rows, units.slice(start, start + each)))
      found.push(row);
  return found;
}

/** In the order of the table. */
function sourceOf(rows: readonly Row[], units: readonly (readonly number[])[]): RowSource {
  const places = units.flat().sort((left, right) => left - right);
  return { rows: places.map((place) => rows[place] ?? []), places };
}
