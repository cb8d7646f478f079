import { analysedTree, analyserOptions } from '../analyse/analyse-statement';
import { derivedPlans } from '../analyse/derived-plan';
import { planIfSound } from '../analyse/plan-query';
import { reachableTables } from '../analyse/reachable-tables';
import { withJoins } from './joined';
import { repeatingSelects } from './repeated-queries';
import { resolvedFacts } from './resolved-facts';
import { runningWindow } from './windows';

/**
 * A plan in which queries inside expressions, and aggregates over windows, are joins: the engine evaluates those again
 * for each row.
 */
export const lighterPlan = derivedPlans(async (context, source) => {
  const { text, scope, locals = [], target, columnTypes } = source;
  const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
  const reached = reachableTables(scope, paths, locals, target);
  const options = analyserOptions(context, scope, columnTypes);
  const facts = resolvedFacts(await analysedTree(context, text, scope, reached, options));
  const tree = await context.parser.tree(text);
  const plain = withJoins(text, repeatingSelects(tree, facts), facts);
  const withWindows = withJoins(text, repeatingSelects(tree, facts, runningWindow), facts);
  if (withWindows === undefined || withWindows.bytes === plain?.bytes) return plain;
  const isSound = (await planIfSound(context, { ...source, text: withWindows })) !== undefined;
  return isSound ? withWindows : plain;
});
