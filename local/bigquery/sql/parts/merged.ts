import type { Field, Row } from '../../model';
import type { QueryPlan } from '../analyse/plan-query';
import type { EngineContext } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import type { Call, LeafSelect } from '../parse/leaf-selects';
import { derived, edited, type SqlText, slice } from '../parse/sql-text';
import type { LocalTable, Scope } from '../scope';
import type { LeafTable } from './in-parts';
import { evaluatePieces } from './pieces';
import { planIfSound, sameTypes } from './plan-if-sound';

/** What makes one result of those over parts of the rows. */
const mergers: Readonly<Record<string, string>> = {
  COUNT: 'SUM',
  COUNTIF: 'SUM',
  SUM: 'SUM',
  MIN: 'MIN',
  MAX: 'MAX',
  LOGICAL_AND: 'LOGICAL_AND',
  LOGICAL_OR: 'LOGICAL_OR',
};

const mergeable = new Set([
  'ZetaSQL:$count_star',
  ...Object.keys(mergers).map((name) => `ZetaSQL:${name.toLowerCase()}`),
]);

/** Rows at a time, at first; fewer where they do not fit. */
const pieceRows = 500;

const partials = '__partials';

/**
 * A SELECT that aggregates a whole table to one row: its aggregates are evaluated over some rows at a time and then
 * merged, each by an aggregate of which that is exactly right. Undefined where one is not known to be so: sums of
 * FLOAT64 depend on the order of adding.
 * @param plan of the SELECT itself
 */
export async function selectMerged(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  table: LeafTable,
  plan: QueryPlan,
): Promise<readonly Row[] | undefined> {
  const calls = leaf.calls.filter(({ name }) => name in mergers);
  const isKnown =
    plan.aggregates.every((name) => mergeable.has(name)) && calls.length === plan.aggregates.length;
  if (leaf.hasHaving || leaf.distinct || !isKnown || !calls.every(({ isPlain }) => isPlain)) return undefined;
  const partial = await partialPlan(context, scope, text, leaf, calls);
  if (partial === undefined) return undefined;
  if (partial.output.some(({ type, mode }) => type === 'FLOAT' || mode === 'REPEATED')) return undefined;
  const final = await finalPlan(context, scope, text, leaf, calls, partial.output);
  if (final === undefined || !sameTypes(final.output, plan.output)) return undefined;
  const rows = await evaluatePieces(context, partial, scope, table.rows, pieces(table.rows.length));
  return evaluate(context, final, scope, new Map([[partials, { rows }]]));
}

function partialPlan(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  calls: readonly Call[],
): Promise<QueryPlan | undefined> {
  const list = calls.map(({ span }) => text.bytes.slice(span.start, span.end)).join(', ');
  const from = text.bytes.slice(leaf.from.start, leaf.from.end);
  const where = leaf.where === undefined ? 'TRUE' : text.bytes.slice(leaf.where.start, leaf.where.end);
  const sql = `SELECT ${list} FROM ${from} WHERE (${where}\n)`;
  return planIfSound(context, { text: derived(text, sql), scope });
}

/** The select list with each aggregate replaced by the one that merges it. */
function finalPlan(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  calls: readonly Call[],
  output: readonly Field[],
): Promise<QueryPlan | undefined> {
  const schema = output.map((field, index): Field => ({ ...field, name: `__p${index}` }));
  const local: LocalTable = { name: partials, schema };
  const list = edited(
    slice(text, leaf.list.start, leaf.list.end),
    calls.map(({ span, name }, index) => ({
      start: span.start - leaf.list.start,
      end: span.end - leaf.list.start,
      replacement: `${mergers[name]}(__p${index})`,
    })),
  );
  const sql = `SELECT ${list.bytes} FROM ${partials}`;
  return planIfSound(context, { text: derived(text, sql), scope, locals: [local] });
}

function pieces(count: number): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (let start = 0; start < Math.max(1, count); start += pieceRows)
    found.push(Array.from({ length: Math.min(pieceRows, count - start) }, (_, index) => start + index));
  return found;
}
