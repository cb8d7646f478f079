import type { TreeNode } from '../../engine/tree';
import type { SqlText } from '../sql-text';

/** A call of a function, with its arguments as texts. */
export interface NewerCall {
  readonly arguments: readonly string[];
  readonly node: TreeNode;
  readonly text: SqlText;
}

/** By their functions' names: other words for a call; undefined where there are none. */
export type Rewrites = Readonly<Record<string, (call: NewerCall) => string | undefined>>;
