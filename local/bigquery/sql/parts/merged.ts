import type { Field, Row } from '../../model';
import { sameTypes } from '../analyse/engine-types';
import { planIfSound } from '../analyse/plan-query';
import type { QueryPlan } from '../analyse/query-plan';
import type { RowSource } from '../evaluate/encode-request';
import { evaluate } from '../evaluate/evaluate';
import { prunedRows } from '../evaluate/pruned-rows';
import type { Call } from '../parse/leaf-selects';
import { bytesAt, derived, edited, slice } from '../parse/sql-text';
import type { LocalTable } from '../scope';
import { type LeafQuery, selectOf } from './leaf-query';
import { evaluatePieces } from './pieces';

/** The aggregate that makes one result of those over parts of the rows. */
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
 * A SELECT that aggregates a whole table to one row: its aggregates are evaluated over some rows at a time
 * and then merged by others that give exactly the same. Undefined where no such aggregate is known: sums of
 * FLOAT64 depend on the order of adding.
 */
export async function selectMerged(query: LeafQuery): Promise<readonly Row[] | undefined> {
  const { context, scope, leaf, table, plan } = query;
  const calls = leaf.calls.filter(({ name }) => name in mergers);
  const isKnown =
    plan.aggregates.every((name) => mergeable.has(name)) && calls.length === plan.aggregates.length;
  if (leaf.hasHaving || leaf.distinct || !isKnown || !calls.every(({ isPlain }) => isPlain)) return undefined;
  const partial = await partialPlan(query, calls);
  if (partial === undefined) return undefined;
  if (partial.output.some(({ type, mode }) => type === 'FLOAT' || mode === 'REPEATED')) return undefined;
  const final = await finalPlan(query, calls, partial.output);
  if (final === undefined || !sameTypes(final.output, plan.output)) return undefined;
  const rows = await evaluatePieces(context, partial, scope, table.rows, pieces(placesOf(query)));
  return evaluate(context, final, scope, new Map([[partials, { rows }]]));
}

function partialPlan(query: LeafQuery, calls: readonly Call[]): Promise<QueryPlan | undefined> {
  const { context, scope, text } = query;
  const list = calls.map(({ span }) => bytesAt(text, span));
  return planIfSound(context, { text: selectOf(query, list), scope });
}

/** The select list with each aggregate replaced by the one that merges it. */
function finalPlan(
  { context, scope, text, leaf }: LeafQuery,
  calls: readonly Call[],
  output: readonly Field[],
): Promise<QueryPlan | undefined> {
  const schema = output.map((field, index): Field => ({ ...field, name: `__p${index}` }));
  const local: LocalTable = { name: partials, schema };
  const list = edited(
    slice(text, leaf.list),
    calls.map(({ span, name }, index) => ({
      start: span.start - leaf.list.start,
      end: span.end - leaf.list.start,
      replacement: `${mergers[name]}(__p${index})`,
    })),
  );
  const sql = `SELECT ${list.bytes} FROM ${partials}`;
  return planIfSound(context, { text: derived(text, sql), scope, locals: [local] });
}

/** Of the rows that the query looks at. */
function placesOf({ plan, table, scope }: LeafQuery): readonly number[] {
  const [planned] = plan.tables;
  const { rows, places }: RowSource = planned === undefined ? table : prunedRows(planned, table, scope);
  return places ?? rows.map((_, place) => place);
}

function pieces(places: readonly number[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (let start = 0; start < Math.max(1, places.length); start += pieceRows)
    found.push(places.slice(start, start + pieceRows));
  return found;
}
