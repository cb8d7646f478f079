import { analysedTree, analyserOptions } from '../analyse/analyse-statement';
import { derivedPlans } from '../analyse/derived-plan';
import { planIfSound } from '../analyse/plan-query';
import type { QuerySource } from '../analyse/query-plan';
import { reachableTables } from '../analyse/reachable-tables';
import type { EngineContext } from '../engine-context';
import type { SqlText } from '../parse/sql-text';
import { withJoins } from './joined';
import { repeatingSelects } from './repeated-queries';
import { resolvedFacts } from './resolved-facts';
import { runningWindow } from './windows';

/** Reads the windows of a SELECT that are to be joined. */
type ReadWindow = typeof runningWindow;

/**
 * A plan in which queries inside expressions, and aggregates over windows, are joins: the engine evaluates those again
 * for each row. Windows that are partitioned and ordered stay: partitions are mostly small.
 */
export const lighterPlan = derivedPlans((context, source) =>
  lighterText(context, source, (select, analytic) => {
    const window = runningWindow(select, analytic);
    return window?.order !== undefined && window.partitions.length > 0 ? undefined : window;
  }),
);

/** The same with all windows: for so many rows that some partition may be large. */
export const lightestPlan = derivedPlans((context, source) => lighterText(context, source, runningWindow));

async function lighterText(
  context: EngineContext,
  source: QuerySource,
  readWindow: ReadWindow,
): Promise<SqlText | undefined> {
  const { text, scope, locals = [], target, columnTypes } = source;
  const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
  const reached = reachableTables(scope, paths, locals, target);
  const options = analyserOptions(context, scope, columnTypes);
  const facts = resolvedFacts(await analysedTree(context, text, scope, reached, options));
  const tree = await context.parser.tree(text);
  const plain = withJoins(text, repeatingSelects(tree, facts), facts);
  const withWindows = withJoins(text, repeatingSelects(tree, facts, readWindow), facts);
  if (withWindows === undefined || withWindows.bytes === plain?.bytes) return plain;
  const isSound = (await planIfSound(context, { ...source, text: withWindows })) !== undefined;
  return isSound ? withWindows : plain;
}
