import type { Field, Row } from '../../model';
import { sameTypes } from '../analyse/engine-types';
import { planIfSound } from '../analyse/plan-query';
import type { QueryPlan, QuerySource } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import type { RowSource } from '../evaluate/encode-request';
import { evaluate, TooLargeError } from '../evaluate/evaluate';
import { sortedPlaces } from '../evaluate/sorted-places';
import type { LeafSelect } from '../parse/leaf-selects';
import { sortedQuery } from '../parse/sorted-query';
import { edited, type SqlText, slice } from '../parse/sql-text';
import { type LocalTable, type Scope, tableKey } from '../scope';
import { selectByGroup } from './by-group';
import type { LeafQuery } from './leaf-query';
import { selectMerged } from './merged';
import { selectQualified } from './qualified';
import { orderOf, withoutSorting } from './without-sorting';

/**
 * Evaluates a planned query. Where its rows do not fit into one request, each innermost SELECT over one
 * stored table is evaluated by itself, in parts, and its result takes its place.
 * @throws TooLargeError where that is not possible, or does not help
 */
export async function evaluateInParts(
  context: EngineContext,
  given: QuerySource,
  plan: QueryPlan,
): Promise<readonly Row[]> {
  // In it the queries of views stand in their places.
  const source = { ...given, text: plan.source.text };
  try {
    return await evaluate(context, plan, source.scope);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    const rows = (await sortedInParts(context, source, plan)) ?? (await inParts(context, source, plan));
    if (rows === undefined) throw error;
    return rows;
  }
}

async function inParts(
  context: EngineContext,
  { text, scope: given }: QuerySource,
  plan: QueryPlan,
): Promise<readonly Row[] | undefined> {
  if (plan.isVolatile) return undefined;
  // All parts of a statement see the same time.
  const scope = { ...given, now: given.now ?? new Date() };
  const results: { readonly leaf: LeafSelect; readonly local: LocalTable; readonly rows: RowSource }[] = [];
  for (const leaf of await context.parser.leafSelects(text)) {
    const result = await leafResult(context, scope, text, leaf, plan);
    if (result === undefined) continue;
    if (leaf.span.start === 0 && text.bytes.slice(leaf.span.end).trim() === '') return result.rows;
    const name = `__part${results.length}`;
    const schema = result.output.map((field, index) => ({ ...field, name: field.name || `__c${index}` }));
    results.push({ leaf, local: { name, schema }, rows: { rows: result.rows } });
  }
  if (results.length === 0) return undefined;
  const rest = edited(
    text,
    results.map(({ leaf, local }) => ({ ...leaf.span, replacement: `SELECT * FROM ${local.name}` })),
  );
  const locals = results.map(({ local }) => local);
  const restPlan = await planIfSound(context, { text: rest, scope, locals });
  if (restPlan === undefined || !sameTypes(restPlan.output, plan.output)) return undefined;
  return evaluate(context, restPlan, scope, new Map(results.map(({ local, rows }) => [local.name, rows])));
}

interface LeafResult {
  readonly output: readonly Field[];
  readonly rows: readonly Row[];
}

/** Undefined for a SELECT that cannot stand alone, or cannot be taken apart. */
async function leafResult(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  whole: QueryPlan,
): Promise<LeafResult | undefined> {
  // What is named like a table may be a WITH entry: only the engine knows.
  const read = whole.reads.find(({ start }) => start === leaf.tablePath.start);
  const plan = read && (await planIfSound(context, { text: slice(text, leaf.span), scope }));
  const [table, ...others] = plan?.tables ?? [];
  const reference = table?.reference;
  if (plan === undefined || table === undefined || reference === undefined || others.length > 0)
    return undefined;
  if (table.fullName !== read?.fullName || plan.valueTable || !distinctNames(plan.output)) return undefined;
  const snapshot = scope.read(reference);
  if (snapshot === undefined || tableKey(reference) !== table.fullName) return undefined;
  const rows = await leafRows({ context, scope, text, leaf, plan, table: snapshot }, plan === whole);
  return rows && { output: plan.output, rows };
}

async function leafRows(query: LeafQuery, isTooLarge: boolean): Promise<readonly Row[] | undefined> {
  const { context, scope, leaf, plan } = query;
  try {
    if (!isTooLarge) return await evaluate(context, plan, scope);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
  }
  if (leaf.windows.length > 0 && plan.aggregates.length > 0) return undefined;
  const isGrouped =
    leaf.groupBy !== undefined || leaf.windows.length > 0 || (leaf.distinct && plan.aggregates.length === 0);
  const rows = isGrouped ? await selectByGroup(query) : await selectMerged(query);
  return rows ?? selectQualified(query);
}

function distinctNames(fields: readonly Field[]): boolean {
  const names = fields.flatMap(({ name }) => (name === '' ? [] : name.toLowerCase()));
  return new Set(names).size === names.length;
}

/** A query with ORDER BY or LIMIT: what stands before them is evaluated in parts, and sorted here. */
async function sortedInParts(
  context: EngineContext,
  { text, scope }: QuerySource,
  plan: QueryPlan,
): Promise<readonly Row[] | undefined> {
  const sorted = plan.valueTable ? undefined : sortedQuery(await context.parser.tree(text));
  const body = sorted && withoutSorting(text, sorted, plan.output, scope.parameters);
  if (body === undefined) return undefined;
  const bodyPlan = await planIfSound(context, { text: body.text, scope });
  if (bodyPlan === undefined || !sameTypes(bodyPlan.output.slice(0, plan.output.length), plan.output))
    return undefined;
  const order = orderOf(body, bodyPlan.output);
  if (order === undefined) return undefined;
  const rows = await evaluateInParts(context, { text: body.text, scope }, bodyPlan);
  const places = sortedPlaces([...rows.keys()], rows, order).slice(body.from, body.to);
  return places.map((place) => (rows[place] ?? []).slice(0, plan.output.length));
}
