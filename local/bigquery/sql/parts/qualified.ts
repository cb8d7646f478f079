import type { Row } from '../../model';
import { sameTypes } from '../analyse/engine-types';
import { planIfSound } from '../analyse/plan-query';
import { evaluate } from '../evaluate/evaluate';
import { bytesAt, derived } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { type LeafQuery, selectOf } from './leaf-query';
import { evaluatePieces } from './pieces';

/**
 * A SELECT whose window functions stand in QUALIFY alone: it is asked first which rows qualify, with the columns that
 * this takes, and of those then what is selected. Undefined where it is another, or a name could mean two things.
 */
export async function selectQualified(query: LeafQuery): Promise<readonly Row[] | undefined> {
  const { context, scope, text, leaf, plan, table } = query;
  if (leaf.qualify === undefined) return undefined;
  const columns = new Set(table.schema.map(({ name }) => name.toLowerCase()));
  if (leaf.columns.some(({ alias }) => alias !== undefined && columns.has(alias.toLowerCase())))
    return undefined;
  const { bytes } = selectOf(query, [rowColumn]);
  const which = derived(text, `${bytes} QUALIFY (${bytesAt(text, leaf.qualify)}\n)`, leaf.span.start);
  const what = derived(
    text,
    `SELECT ${bytesAt(text, leaf.list)} FROM ${bytesAt(text, leaf.from)}`,
    leaf.span.start,
  );
  const whichPlan = await planIfSound(context, { text: which, scope, target: table.reference });
  const whatPlan = await planIfSound(context, { text: what, scope });
  if (whichPlan === undefined || whatPlan === undefined || !sameTypes(whatPlan.output, plan.output))
    return undefined;
  const places = (await evaluate(context, whichPlan, scope)).map(([place]) => Number(place));
  return evaluatePieces(
    context,
    whatPlan,
    scope,
    table.rows,
    places.map((place) => [place]),
  );
}
