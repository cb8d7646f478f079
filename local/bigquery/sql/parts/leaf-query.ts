import type { TableSnapshot } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import type { LeafSelect } from '../parse/leaf-selects';
import { bytesAt, derived, type SqlText } from '../parse/sql-text';
import type { Scope } from '../scope';

/** A leaf select of a text, by itself: the plan that it has alone, and the one stored table that it reads. */
export interface LeafQuery {
  readonly context: EngineContext;
  readonly scope: Scope;
  /** The whole text, of which the select is a part. */
  readonly text: SqlText;
  readonly leaf: LeafSelect;
  readonly plan: QueryPlan;
  readonly table: TableSnapshot;
}

/** `SELECT list FROM its table WHERE its condition`, as a text of its own. */
export function selectOf({ text, leaf }: LeafQuery, list: readonly string[]): SqlText {
  const condition = leaf.where === undefined ? 'TRUE' : bytesAt(text, leaf.where);
  const sql = `SELECT ${list.join(', ')} FROM ${bytesAt(text, leaf.from)} WHERE (${condition}\n)`;
  return derived(text, sql, leaf.span.start);
}
