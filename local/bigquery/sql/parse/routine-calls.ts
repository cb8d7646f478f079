import {
  type ByteSpan,
  child,
  children,
  findAll,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import type { SqlText } from './sql-text';

/** A call of something that a dataset may hold: its name has two parts at least. */
export interface RoutineCall {
  readonly path: readonly string[];
  readonly span: ByteSpan;
  readonly arguments: readonly ByteSpan[];
  /** Whether it stands for a table. */
  readonly isTable: boolean;
}

export function routineCalls(text: SqlText, tree: unknown): readonly RoutineCall[] {
  const calls: RoutineCall[] = [];
  findAll(tree, 'astFunctionCallNode', (node) => {
    const span = spanOf(node);
    const path = dataPath(child(node, 'function'));
    const given = children(node, 'arguments').map((each) => spanOf(unwrap(each)?.node));
    if (span !== undefined && path.length > 1)
      calls.push({ path, span, arguments: known(given), isTable: false });
  });
  findAll(tree, 'astTvfNode', (node) => {
    const name = spanOf(child(node, 'name'));
    const path = dataPath(child(node, 'name'));
    const given = known(children(node, 'argumentEntries').map((each) => spanOf(unwrap(each.expr)?.node)));
    if (name === undefined || path.length < 2) return;
    // The alias belongs to the node, too.
    const close = text.bytes.indexOf(')', given.at(-1)?.end ?? name.end);
    calls.push({ path, span: { start: name.start, end: close + 1 }, arguments: given, isTable: true });
  });
  return calls;
}

/** `a.b.c` in one pair of quotes is a path, too. */
const dataPath = (expression: TreeNode | undefined): readonly string[] =>
  pathSegments(expression).flatMap((segment) => segment.split('.'));

const known = (spans: readonly (ByteSpan | undefined)[]): readonly ByteSpan[] =>
  spans.flatMap((span) => span ?? []);
