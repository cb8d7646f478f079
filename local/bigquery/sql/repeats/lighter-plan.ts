import { analysedTree, analyserOptions } from '../analyse/analyse-statement';
import { derivedPlans } from '../analyse/derived-plan';
import { reachableTables } from '../analyse/reachable-tables';
import { withJoins } from './joined';
import { repeatingSelects } from './repeated-queries';
import { resolvedFacts } from './resolved-facts';

/**
 * A plan in which queries inside expressions are joins: the engine evaluates those inside expressions again for each
 * row.
 */
export const lighterPlan = derivedPlans(
  async (context, { text, scope, locals = [], target, columnTypes }) => {
    const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
    const reached = reachableTables(scope, paths, locals, target);
    const options = analyserOptions(context, scope, columnTypes);
    const facts = resolvedFacts(await analysedTree(context, text, scope, reached, options));
    return withJoins(text, repeatingSelects(await context.parser.tree(text), facts), facts);
  },
);
