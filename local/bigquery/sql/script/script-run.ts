import type { BigQueryError } from '../../bigquery-error';
import type { StatementResult } from '../../model';
import { child, stringAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import type { ParsedStatement } from '../parse/parser';
import type { Scope, TypedValue } from '../scope';
import type { ScriptStore } from './script-store';

/** What a script's statements share; their results gather here. */
export interface ScriptRun extends Omit<StatementRun, 'scope' | 'statement'> {
  readonly results: StatementResult[];
  readonly store: ScriptStore;
  /** How many procedures have called each other. */
  readonly depth?: number;
  /** Inside an exception handler: what it handles. */
  readonly handled?: BigQueryError;
  /**
   * Runs statements with variables of their own.
   * @param own variables that they have from the beginning
   */
  readonly runBlock: (
    run: ScriptRun,
    outer: Scope,
    statements: readonly ParsedStatement[],
    own?: readonly TypedValue[],
  ) => Promise<Jump | undefined>;
}

/** Where a script goes on, if not with the next statement. */
export interface Jump {
  readonly to: 'end of loop' | 'next round' | 'end of script';
  /** Of the block or loop; undefined: the innermost loop. */
  readonly label: string | undefined;
}

/** The label of a block, a loop or of what leaves one. */
export const labelOf = (node: TreeNode): string | undefined =>
  stringAt(child(node, 'label', 'name') ?? child(node, 'parent', 'label', 'name'), 'idString')?.toLowerCase();
