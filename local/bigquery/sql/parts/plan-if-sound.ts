import { BigQueryError } from '../../errors';
import type { Field } from '../../model';
import { engineType } from '../analyse/engine-types';
import { planQuery, type QueryPlan, type QuerySource } from '../analyse/plan-query';
import type { EngineContext } from '../engine-context';

/** The plan of a query that was made of another; undefined where it turned out not to be one. */
export async function planIfSound(
  context: EngineContext,
  source: QuerySource,
): Promise<QueryPlan | undefined> {
  try {
    return await planQuery(context, source);
  } catch (error) {
    if (error instanceof BigQueryError) return undefined;
    throw error;
  }
}

/** Whether two results have the same types, whatever their columns' names. */
export function sameTypes(left: readonly Field[], right: readonly Field[]): boolean {
  return JSON.stringify(left.map(engineType)) === JSON.stringify(right.map(engineType));
}
