import type { TreeNode } from '../../engine/tree';
import { type Edit, edited, type SqlText } from '../sql-text';
import { collatedEdits, likeEdits } from './compared';
import { functionEdits, rewrittenFunctions } from './functions';
import { groupByAllEdits } from './group-by-all';
import { groupingSetEdits } from './grouping-sets';
import { inlinedCalls } from './inlined-functions';

/** Words without which a text needs no second look. */
const newerWords = new RegExp(
  `\\b(${rewrittenFunctions.join('|').replaceAll('.', '\\s*\\.\\s*')}|GROUPING|ROLLUP|CUBE|FUNCTION|ALL|LIKE|COLLATE)\\b`,
  'i',
);

const kinds = [functionEdits, inlinedCalls, groupByAllEdits, groupingSetEdits, likeEdits, collatedEdits];

/** Rounds in which what stands inside other things is replaced before them. */
const mostRounds = 20;

/**
 * A text with what BigQuery knows and the engine, which is of 2023, does not, put in words that the engine knows.
 * @param parse gives the parse tree of a text
 */
export async function withoutNewerSql(
  text: SqlText,
  tree: TreeNode,
  parse: (text: SqlText) => Promise<TreeNode>,
): Promise<SqlText> {
  if (!newerWords.test(text.bytes)) return text;
  let [current, currentTree] = [text, tree];
  for (let round = 0; round < mostRounds; round += 1) {
    const edits = kinds.flatMap((editsOf) => editsOf(current, currentTree));
    const innermost = edits.filter((edit) => !edits.some((other) => other !== edit && isInside(other, edit)));
    if (innermost.length === 0) return current;
    current = edited(current, innermost);
    currentTree = await parse(current);
  }
  return current;
}

const isInside = (inner: Edit, outer: Edit): boolean => outer.start <= inner.start && inner.end <= outer.end;
