import type { Field, Row, TableReference } from '../../model';
import type { QueryPlan } from '../analyse/plan-query';
import type { EngineContext } from '../engine-context';
import { evaluate, type RowSource, TooLargeError } from '../evaluate/evaluate';
import type { LeafSelect } from '../parse/leaf-selects';
import { edited, type SqlText, slice } from '../parse/sql-text';
import { type LocalTable, type Scope, tableKey } from '../scope';
import { selectByGroup } from './by-group';
import { selectMerged } from './merged';
import { planIfSound, sameTypes } from './plan-if-sound';

/** The one stored table that a leaf select reads. */
export interface LeafTable {
  readonly reference: TableReference;
  readonly schema: readonly Field[];
  readonly rows: readonly Row[];
}

interface Source {
  readonly text: SqlText;
  readonly scope: Scope;
}

/**
 * Evaluates a planned query. Where its rows do not fit into one request, each innermost SELECT over one stored table is
 * evaluated by itself, in parts, and its result put in its place.
 * @throws TooLargeError where that is not possible, or does not help
 */
export async function evaluateInParts(
  context: EngineContext,
  source: Source,
  plan: QueryPlan,
): Promise<readonly Row[]> {
  try {
    return await evaluate(context, plan, source.scope);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    const rows = await inParts(context, source, plan);
    if (rows === undefined) throw error;
    return rows;
  }
}

async function inParts(
  context: EngineContext,
  { text, scope: given }: Source,
  plan: QueryPlan,
): Promise<readonly Row[] | undefined> {
  if (plan.isVolatile) return undefined;
  // All parts of a statement have the same present.
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

/** Undefined for a SELECT that cannot stand for itself, or cannot be taken apart. */
async function leafResult(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  whole: QueryPlan,
): Promise<LeafResult | undefined> {
  // What has the name of a table may be a WITH entry: only the engine knows.
  const read = whole.reads.find(({ start }) => start === leaf.tablePath.start);
  const plan =
    read && (await planIfSound(context, { text: slice(text, leaf.span.start, leaf.span.end), scope }));
  const [table, ...others] = plan?.tables ?? [];
  const reference = table?.reference;
  if (plan === undefined || table === undefined || reference === undefined || others.length > 0)
    return undefined;
  if (table.fullName !== read?.fullName || plan.valueTable || !distinctNames(plan.output)) return undefined;
  const snapshot = scope.read(reference);
  if (snapshot === undefined || tableKey(reference) !== table.fullName) return undefined;
  const { schema, rows } = snapshot;
  const isTooLarge = plan === whole;
  const result = await leafRows(context, scope, text, leaf, { reference, schema, rows }, plan, isTooLarge);
  return result && { output: plan.output, rows: result };
}

async function leafRows(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  table: LeafTable,
  plan: QueryPlan,
  isTooLarge: boolean,
): Promise<readonly Row[] | undefined> {
  try {
    if (!isTooLarge) return await evaluate(context, plan, scope);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
  }
  const isGrouped = leaf.groupBy !== undefined || (leaf.distinct && plan.aggregates.length === 0);
  if (isGrouped) return selectByGroup(context, scope, text, leaf, table, plan);
  return selectMerged(context, scope, text, leaf, table, plan);
}

function distinctNames(fields: readonly Field[]): boolean {
  const names = fields.flatMap(({ name }) => (name === '' ? [] : name.toLowerCase()));
  return new Set(names).size === names.length;
}
