import { analysedTree, analyserOptions } from '../analyse/analyse-statement';
import { sameTypes } from '../analyse/engine-types';
import { planIfSound } from '../analyse/plan-query';
import type { PlannedTable, QueryPlan, QuerySource } from '../analyse/query-plan';
import { reachableTables } from '../analyse/reachable-tables';
import type { EngineContext } from '../engine-context';
import type { SqlText } from '../parse/sql-text';
import type { Scope } from '../scope';
import { withJoins } from './joined';
import { repeatingSelects } from './repeated-queries';
import { resolvedFacts } from './resolved-facts';

/** The texts that were made of plans' texts, by the plans' requests; undefined where there is nothing to gain. */
const lighterTexts = new WeakMap<QueryPlan['request'], Promise<SqlText | undefined>>();

/**
 * A plan with the same result, in which queries inside expressions are joins: the engine evaluates those inside
 * expressions again for each row. Undefined where there are none, or none that can be joined.
 */
export async function lighterPlan(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
): Promise<QueryPlan | undefined> {
  if (!plan.mayRepeat || plan.isVolatile) return undefined;
  const { locals = [], columnTypes } = plan.source;
  const isLocal = ({ fullName }: PlannedTable) => locals.some(({ name }) => name === fullName);
  const target = plan.tables.find((table) => table.withRowColumn && !isLocal(table))?.reference;
  const source = { scope, locals, columnTypes, ...(target && { target }) };
  const known = lighterTexts.get(plan.request) ?? lighterText(context, { ...source, text: plan.source.text });
  lighterTexts.set(plan.request, known);
  const text = await known;
  const lighter = text && (await planIfSound(context, { ...source, text }));
  if (lighter === undefined || !sameTypes(lighter.output, plan.output)) return undefined;
  // What does not matter to the one does not matter to the other, which reads the same tables by other names.
  const tables = lighter.tables.map((table) => {
    const same = plan.tables.find(({ fullName }) => fullName === table.fullName);
    return same === undefined ? table : { ...table, alternatives: same.alternatives, bounds: same.bounds };
  });
  return { ...lighter, tables };
}

async function lighterText(context: EngineContext, source: QuerySource): Promise<SqlText | undefined> {
  const { text, scope, locals = [], target, columnTypes } = source;
  const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
  const reached = reachableTables(scope, paths, locals, target);
  const statement = await analysedTree(
    context,
    text,
    scope,
    reached,
    analyserOptions(context, scope, columnTypes),
  );
  const facts = resolvedFacts(statement);
  return withJoins(text, repeatingSelects(await context.parser.tree(text), facts), facts);
}
