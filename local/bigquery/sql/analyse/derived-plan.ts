import type { EngineContext } from '../engine-context';
import type { SqlText } from '../parse/sql-text';
import type { Scope } from '../scope';
import { sameTypes } from './engine-types';
import { planIfSound } from './plan-query';
import type { PlannedTable, QueryPlan, QuerySource } from './query-plan';

/** Makes another text with the same result of a plan's text; undefined where there is nothing to gain. */
export type DeriveText = (context: EngineContext, source: QuerySource) => Promise<SqlText | undefined>;

/** The plan of another text with the same result; undefined where there is none, or the engine refuses it. */
export type DerivePlan = (
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
) => Promise<QueryPlan | undefined>;

/** Plans other texts, each of which is made once. */
export function derivedPlans(derive: DeriveText): DerivePlan {
  /** By the plans' requests. */
  const texts = new WeakMap<QueryPlan['request'], Promise<SqlText | undefined>>();
  return async (context, plan, scope) => {
    if (plan.isVolatile) return undefined;
    const { locals = [], columnTypes } = plan.source;
    const isLocal = ({ fullName }: PlannedTable) => locals.some(({ name }) => name === fullName);
    const target = plan.tables.find((table) => table.withRowColumn && !isLocal(table))?.reference;
    const source = { scope, locals, columnTypes, ...(target && { target }) };
    const known = texts.get(plan.request) ?? derive(context, { ...source, text: plan.source.text });
    texts.set(plan.request, known);
    const text = await known;
    const derived = text && (await planIfSound(context, { ...source, text }));
    if (derived === undefined || !sameTypes(derived.output, plan.output)) return undefined;
    // What does not matter to the one does not matter to the other, which reads the same tables in other places.
    const tables = derived.tables.map((table) => {
      const same = plan.tables.find(({ fullName }) => fullName === table.fullName);
      if (same === undefined) return table;
      return { ...table, alternatives: same.alternatives, elements: same.elements, bounds: same.bounds };
    });
    return { ...derived, tables };
  };
}
